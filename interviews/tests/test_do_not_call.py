"""The do-not-call list over the API and in the admin: adding, finding and lifting entries."""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from candidates.models import DoNotCall, DoNotCallKey
from interviews.calling.verdicts import DialRule
from interviews.models import EventKind, Interview, lock_interview
from tests.support.admin_client import admin_url, get_page, make_staff_client, submit_form
from tests.support.factories import API_ACTOR, make_approved_job, make_candidate, make_interview

pytestmark = pytest.mark.django_db
ENTRIES, INTERVIEWS = "/api/v1/do-not-call/", "/api/v1/interviews/"
CHANGE_LIST = reverse("admin:candidates_donotcall_changelist")
NUMBER = "+14155550100"
REASON = "Wrote again."


def decline() -> tuple[Interview, DoNotCall]:
    interview = make_interview()
    with lock_interview(interview) as locked:
        locked.finish(Interview.Outcome.DECLINED)
    return interview, DoNotCall.objects.get()


def plan(api: APIClient, interview: Interview) -> Any:
    body = {"candidate": str(interview.candidate_id), "job": str(make_approved_job().pk)}
    return api.post(INTERVIEWS, body)


class TestApi:
    def test_lifted_refusal_is_callable_again(self, api: APIClient) -> None:
        interview, entry = decline()
        refusal = plan(api, interview)
        assert (refusal.status_code, refusal.json()["code"]) == (409, DialRule.DECLINED)
        response = api.post(f"{ENTRIES}{entry.pk}/lift/", {"reason": REASON})
        body = response.json()
        assert (response.status_code, body["lifted_by"]) == (200, API_ACTOR)
        assert body["lifted_at"]
        assert plan(api, interview).status_code == 201

    def test_lift_is_history_of_interview(self, api: APIClient) -> None:
        interview, entry = decline()
        api.post(f"{ENTRIES}{entry.pk}/lift/", {"reason": REASON})
        event = interview.events.get(kind=EventKind.REFUSAL_LIFTED)
        assert (event.actor, event.reason) == (API_ACTOR, REASON)
        assert event.data == {"refusal": DoNotCall.Kind.DECLINED}

    def test_second_lift_is_refused(self, api: APIClient) -> None:
        _, entry = decline()
        statuses = [api.post(f"{ENTRIES}{entry.pk}/lift/", {"reason": "Wrote."}).status_code for _ in range(2)]
        assert statuses == [200, 409]

    @pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "   "}, {"reason": "Wrote.", "force": True}])
    def test_lift_needs_reason_alone(self, api: APIClient, body: dict[str, Any]) -> None:
        _, entry = decline()
        assert api.post(f"{ENTRIES}{entry.pk}/lift/", body).status_code == 400
        assert DoNotCall.objects.get().is_active

    def test_new_refusal_follows_lifted_one(self, api: APIClient) -> None:
        _, entry = decline()
        entry.lift(by="hanna", reason="Wrote.")
        assert api.post(ENTRIES, {"number": NUMBER, "kind": "declined", "reason": "by e-mail"}).status_code == 201
        assert [row.is_active for row in DoNotCall.objects.order_by("created_at")] == [False, True]

    def test_number_is_added_once(self, api: APIClient) -> None:
        forms = ["+1 (415) 555-0100", "0014155550100"]
        responses = [api.post(ENTRIES, {"number": number, "reason": "by e-mail"}) for number in forms]
        assert [response.status_code for response in responses] == [201, 200]
        assert len({response.json()["id"] for response in responses}) == 1
        assert responses[0].json()["kind"] == DoNotCall.Kind.OPTED_OUT
        assert "415555" not in str(responses[0].json())

    def test_candidate_is_covered_under_every_number(self, api: APIClient) -> None:
        candidate = make_candidate()
        api.post(ENTRIES, {"number": NUMBER, "candidate": str(candidate.pk), "reason": "by e-mail"})
        candidate.update_fields(phone="+14155550199")
        body = {"candidate": str(candidate.pk), "job": str(make_approved_job().pk)}
        assert api.post(INTERVIEWS, body).json()["code"] == DialRule.DO_NOT_CALL

    def test_entries_are_found(self, api: APIClient) -> None:
        _, declined = decline()
        lifted = DoNotCall.objects.add_number("+14155550101", source="letter")[0]
        lifted.lift(by="hanna", reason="A slip.")
        for query, entries in {
            f"number={quote('+1 415 555 0100')}": {declined},
            "kind=opted_out": {lifted},
            f"candidate={declined.candidate_id}": {declined},
            "active=true": {declined},
            "active=false": {lifted},
        }.items():
            results = api.get(f"{ENTRIES}?{query}").json()["results"]
            assert {row["id"] for row in results} == {str(entry.pk) for entry in entries}, query
        assert api.get(f"{ENTRIES}?number=415").status_code == 400

    @pytest.mark.parametrize("many", [1, 8])
    def test_query_count_is_constant(self, api: APIClient, many: int, django_assert_num_queries: Any) -> None:
        for number in range(many):
            DoNotCall.objects.add_number(f"+141555501{number:02}", source="letter")
        with django_assert_num_queries(3):  # the key, its use, the entries
            assert len(api.get(ENTRIES).json()["results"]) == many


class TestAdmin:
    def test_lift_asks_for_confirmation_and_reason(self, admin_client: Client) -> None:
        _, entry = decline()
        page = admin_url(entry, "lift")
        get_page(admin_client, page)
        submit_form(admin_client, page, reason="")
        assert DoNotCall.objects.get().is_active
        submit_form(admin_client, page, reason="Called us.")
        entry.refresh_from_db()
        assert (entry.is_active, entry.lifted_by, entry.lift_reason) == (False, "hanna", "Called us.")
        assert page not in get_page(admin_client, admin_url(entry))

    def test_lift_needs_permission(self) -> None:
        _, entry = decline()
        clerk = make_staff_client("view_donotcall")
        assert admin_url(entry, "lift") not in get_page(clerk, admin_url(entry))
        assert clerk.post(admin_url(entry, "lift"), {"reason": "x"}).status_code == 403
        trusted = make_staff_client("view_donotcall", "change_donotcall")
        assert trusted.post(admin_url(entry, "lift"), {"reason": "x"}).status_code == 302

    def test_entry_is_never_deleted(self, admin_client: Client) -> None:
        _, entry = decline()
        response = admin_client.post(reverse("admin:candidates_donotcall_delete", args=[entry.pk]), {"post": "yes"})
        assert response.status_code == 403

    def test_number_is_found_by_its_hash(self, admin_client: Client) -> None:
        _, entry = decline()
        other = DoNotCall.objects.add_number("+14155550101", source="letter")[0]
        page = get_page(admin_client, CHANGE_LIST, q="+1 (415) 555-0100")
        assert admin_url(entry) in page
        assert admin_url(other) not in page

    def test_candidate_page_shows_history(self, admin_client: Client) -> None:
        """Also refusals of another record with the number."""
        interview, entry = decline()
        entry.lift(by="hanna", reason=REASON)
        namesake = make_candidate(full_name="A. King")
        for candidate in (interview.candidate, namesake):
            page = get_page(admin_client, admin_url(candidate))
            assert admin_url(entry) in page
            assert REASON in page

    def test_candidate_is_put_on_list(self, admin_client: Client) -> None:
        candidate = make_candidate()
        submit_form(admin_client, admin_url(candidate, "do_not_call"), kind="declined", source="by e-mail")
        entry = DoNotCall.objects.get()
        assert (entry.candidate, entry.kind) == (candidate, DoNotCall.Kind.DECLINED)
        assert DoNotCall.objects.covers_number(candidate.phone)

    def test_dashboard_warns_of_missing_key(self, reviewer: User, client: Client, settings: Any) -> None:
        DoNotCall.objects.add_number(NUMBER, source="letter")
        settings.DO_NOT_CALL_KEY = settings.SECRET_KEY = "another key"
        client.force_login(reviewer)
        assert client.get("/admin/").context["home"].warnings.unreadable_list
        DoNotCall.objects.all().delete()
        DoNotCallKey.objects.all().delete()
        assert not client.get("/admin/").context["home"].warnings.unreadable_list
