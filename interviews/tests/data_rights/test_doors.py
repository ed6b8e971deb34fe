"""Erasure and legal holds in the admin, over the API and by the command."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from candidates.models import Candidate, CandidateEvent, Erasure
from candidates.models.candidate import Consent
from interviews.models import Interview
from screener.models.keys.scopes import READING_SCOPES
from tests.support.admin_client import admin_url, get_page, make_staff_client, submit_form
from tests.support.factories import API_ACTOR, make_api_client, make_api_key, make_candidate, make_interview, run_tasks
from tests.support.person_with_traces import DIGITS, PHONE, rows_with

pytestmark = pytest.mark.django_db

REASON = {"reason": "Asked for it."}


@pytest.fixture
def candidate() -> Candidate:
    return make_interview().candidate


def erase_url(candidate: Candidate) -> str:
    return f"/api/v1/candidates/{candidate.pk}/erase/"


class TestApi:
    def test_erasure_is_proved_until_it_is_done(self, api: APIClient, candidate: Candidate) -> None:
        candidate.set_resume_text("x")
        assert api.get(erase_url(candidate)).status_code == 404
        response = api.post(erase_url(candidate), REASON)
        assert (response.status_code, response.json()["status"], response.json()["actor"]) == (
            202,
            "pending",
            API_ACTOR,
        )
        run_tasks(only="candidates.")
        done = api.post(erase_url(candidate), REASON)
        assert (done.status_code, done.json()["completed_at"] is not None) == (200, True)
        assert api.get(erase_url(candidate)).json() == done.json()
        assert api.get(f"/api/v1/candidates/{candidate.pk}/").status_code == 404
        assert api.get(f"/api/v1/candidates/{candidate.pk}/export/").status_code == 404

    @pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 501}, {**REASON, "force": True}])
    def test_bad_request_erases_nothing(self, api: APIClient, candidate: Candidate, body: dict[str, Any]) -> None:
        assert api.post(erase_url(candidate), body).status_code == 400
        assert not Erasure.objects.exists()

    def test_hold_is_a_conflict(self, api: APIClient, candidate: Candidate) -> None:
        candidate.set_hold(actor="hanna", reason="A lawsuit.")
        assert api.post(erase_url(candidate), REASON).status_code == 409

    def test_reading_key_may_not_erase(self, candidate: Candidate) -> None:
        reader = make_api_client(make_api_key(scopes=READING_SCOPES))
        assert reader.post(erase_url(candidate), REASON).status_code == 403

    def test_repeated_request_gets_first_response(self, api: APIClient, candidate: Candidate) -> None:
        first, second = (api.post(erase_url(candidate), REASON, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2))
        assert first.json() == second.json()
        assert Erasure.objects.count() == 1


class TestAdmin:
    def test_erasure_asks_for_confirmation(self, admin_client: Client, candidate: Candidate) -> None:
        address = admin_url(candidate, "erase")
        submit_form(admin_client, address, **REASON)
        assert not Erasure.objects.exists()
        submit_form(admin_client, address, **REASON, confirmed="on")
        assert (Erasure.objects.get().actor, Interview.objects.get().outcome) == ("hanna", Interview.Outcome.BY_HR)

    def test_erased_candidate_is_read_only(self, admin_client: Client, candidate: Candidate) -> None:
        submit_form(admin_client, admin_url(candidate, "erase"), **REASON, confirmed="on")
        page = get_page(admin_client, admin_url(candidate))
        for action in ("erase", "export_data", "call", "record_consent", "do_not_call", "set_hold"):
            assert f'href="{admin_url(candidate, action)}"' not in page
        assert admin_client.post(admin_url(candidate), {"full_name": "Ada"}).status_code == 403
        assert Candidate.objects.get().full_name == ""

    def test_list_shows_erased_only_on_request(self, admin_client: Client, candidate: Candidate) -> None:
        make_candidate(full_name="Grace Hopper", phone="+14155550102")
        submit_form(admin_client, admin_url(candidate, "erase"), **REASON, confirmed="on")
        listed = "/admin/candidates/candidate/"
        assert admin_url(candidate) not in get_page(admin_client, listed)
        assert admin_url(candidate) in get_page(admin_client, listed, erased="yes")

    def test_hold_is_set_and_lifted_with_reasons(self, admin_client: Client, candidate: Candidate) -> None:
        submit_form(admin_client, admin_url(candidate, "set_hold"), reason="A lawsuit.")
        candidate.refresh_from_db()
        assert (candidate.legal_hold, candidate.hold_reason, candidate.hold_set_by) == (True, "A lawsuit.", "hanna")
        submit_form(admin_client, admin_url(candidate, "erase"), **REASON, confirmed="on")
        assert not Erasure.objects.exists()
        submit_form(admin_client, admin_url(candidate, "lift_hold"), reason="Settled.")
        candidate.refresh_from_db()
        assert (candidate.legal_hold, candidate.hold_reason, candidate.hold_set_at) == (False, "", None)
        kinds = (CandidateEvent.Kind.HOLD_SET, CandidateEvent.Kind.HOLD_LIFTED)
        assert [(event.kind, event.reason) for event in candidate.events.all()] == [
            (kinds[0], "A lawsuit."),
            (kinds[1], "Settled."),
        ]

    @pytest.mark.parametrize(
        ("action", "permission"),
        [("erase", "erase_candidate"), ("set_hold", "hold_candidate"), ("export_data", "export_candidate")],
    )
    def test_each_right_has_its_permission(self, candidate: Candidate, action: str, permission: str) -> None:
        basic = ("view_candidate", "view_all_jobs", "view_contact_data", "change_candidate", "delete_candidate")
        assert make_staff_client(*basic).get(admin_url(candidate, action)).status_code == 403
        assert make_staff_client(*basic, permission).get(admin_url(candidate, action)).status_code == 200


class TestCommand:
    def test_command_erases_with_a_reason(self, candidate: Candidate) -> None:
        call_command("erase_candidate", str(candidate.pk), reason="Asked for it.", by="hanna")
        assert Erasure.objects.get().actor == "hanna"

    def test_command_reports_refusals(self, candidate: Candidate) -> None:
        candidate.set_hold(actor="hanna", reason="A lawsuit.")
        for pk in (candidate.pk, "00000000-0000-0000-0000-000000000000"):
            with pytest.raises(CommandError):
                call_command("erase_candidate", str(pk), reason="x")


def test_deletion_leaves_no_trace(admin_client: Client) -> None:
    """A candidate without interviews is deleted, with the texts about them elsewhere."""
    candidate = make_candidate(full_name="Zebediah Quux", phone=PHONE)
    submit_form(admin_client, admin_url(candidate, "do_not_call"), kind="opted_out", source="Zebediah by phone")
    submit_form(admin_client, admin_url(candidate, "delete"), post="yes")
    assert not Candidate.objects.exists()
    assert not Consent.objects.exists()
    assert [rows_with(text) for text in ("Zebediah", DIGITS)] == [{}, {}]


def test_malformed_id_is_not_found(api: APIClient) -> None:
    address = "/api/v1/candidates/null,null/erase/"
    assert [api.get(address).status_code, api.post(address, {"reason": "x"}).status_code] == [404, 404]
