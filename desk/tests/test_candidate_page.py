"""The page of a candidate: its rows, who sees what, and the form behind it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate, Consent, DoNotCall, Erasure
from desk.candidate.page import CandidatePage
from desk.job.states import DeskState
from interviews.models import Interview
from screener.models import Organisation, RoleKey
from screener.services.privacy.redaction import redact
from tests.support.admin_client import admin_url, get_page, make_staff_client
from tests.support.factories import make_approved_job, make_candidate, make_interview
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
MOST_QUERIES = 45
HTMX: Any = {"HTTP_HX_REQUEST": "true"}
RESUME = "Ten years of Linux. Reach me at +14155550100."
FORM = {"locale": "en"}


@pytest.fixture
def interview(db: None) -> Interview:
    interview = make_completed_interview(phone="+14155550100")
    interview.candidate.set_resume_text(RESUME)
    return interview


def load_page(client: Client, candidate: Candidate) -> CandidatePage:
    page: CandidatePage = client.get(admin_url(candidate)).context["page"]
    return page


def add_interview(candidate: Candidate, number: int) -> None:
    Interview.objects.filter(pk=make_interview(job=make_approved_job(), phone=f"+1415555{number:04}").pk).update(
        candidate=candidate
    )


def count_queries(client: Client, candidate: Candidate) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(admin_url(candidate))
    return len(queries)


def test_rows_show_result_and_state(admin_client: Client, interview: Interview) -> None:
    add_interview(interview.candidate, 1)
    waiting, completed = load_page(admin_client, interview.candidate).rows
    assert (waiting.state, waiting.score) == (DeskState.WAITING, None)
    assert (completed.state, completed.interview.pk) == (DeskState.READY, interview.pk)
    result = interview.results.get(is_current=True)
    assert (completed.score, completed.recommendation) == (result.overall_score, result.recommendation)


def test_queries_do_not_grow(admin_client: Client, interview: Interview) -> None:
    candidate = interview.candidate
    add_interview(candidate, 1)
    few = count_queries(admin_client, candidate)
    for number in range(2, 8):
        add_interview(candidate, number)
        candidate.add_event(candidate.events.model.Kind.EXPORTED, actor="hanna")
        DoNotCall.objects.add_number(f"+1415556{number:04}", candidate=candidate, source="letter")
    assert count_queries(admin_client, candidate) == few <= MOST_QUERIES


def refuse_recording(candidate: Candidate) -> None:
    Consent.objects.create(candidate=candidate, kind=Consent.Kind.RECORD, given=False, source="letter")


CHANGES: dict[str, Callable[[Candidate], Any]] = {
    "hold": lambda candidate: candidate.set_hold(actor="hanna", reason="A lawsuit."),
    "consent": refuse_recording,
    "organisation": lambda candidate: Organisation.objects.all().delete(),
    "erasure": lambda candidate: Erasure.objects.update(error="The carrier does not answer."),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_update_sends_changes_alone(
    admin_client: Client, interview: Interview, change: Callable[[Candidate], Any]
) -> None:
    candidate = interview.candidate
    Erasure.objects.create(candidate=candidate, kind=Erasure.Kind.RESUME, actor="hanna", reason="letter")
    page = load_page(admin_client, candidate)
    assert admin_client.get(page.update_address, **HTMX).status_code == HTTPStatus.NO_CONTENT
    change(candidate)
    assert admin_client.get(page.update_address, **HTMX).status_code == HTTPStatus.OK


def test_blind_review_hides_scores(interview: Interview) -> None:
    interview.job.update_fields(blind_review=True)
    (row,) = load_page(login_client(make_role_user(RoleKey.HIRING_MANAGER, interview.job)), interview.candidate).rows
    assert (row.interview.shows_scores, row.score, row.recommendation) == (False, None, None)
    (shown,) = load_page(login_client(make_role_user(RoleKey.RECRUITER)), interview.candidate).rows
    assert shown.score is not None


def test_manager_sees_own_interviews(interview: Interview) -> None:
    add_interview(interview.candidate, 1)
    manager = login_client(make_role_user(RoleKey.HIRING_MANAGER, interview.job))
    page = load_page(manager, interview.candidate)
    assert [row.interview.pk for row in page.rows] == [interview.pk]
    assert (page.shows_contact_data, page.rules, page.refusals, page.consents) == (False, None, [], [])
    assert page.resume_text == redact(RESUME, [interview.candidate.email, interview.candidate.phone]) != RESUME
    assert interview.candidate.phone not in get_page(manager, admin_url(interview.candidate))
    assert manager.get(admin_url(make_candidate(phone="+14155550102"))).status_code == HTTPStatus.FOUND


def test_auditor_gets_no_controls(interview: Interview) -> None:
    auditor, candidate = login_client(make_role_user(RoleKey.AUDITOR)), interview.candidate
    context = auditor.get(admin_url(candidate)).context
    assert (context["call"], context["data_rights"], context["more"], context["may_edit"]) == (None, [], [], False)
    assert admin_url(candidate, "edit") not in get_page(auditor, admin_url(candidate))
    assert auditor.get(admin_url(candidate, "edit")).status_code == HTTPStatus.FORBIDDEN


def test_page_tells_call_state(admin_client: Client, interview: Interview) -> None:
    candidate = interview.candidate
    assert not load_page(admin_client, candidate).is_on_list
    DoNotCall.objects.add_number(candidate.phone, candidate=candidate, source="letter")
    page = load_page(admin_client, candidate)
    assert (page.is_on_list, page.is_never_called, page.may_be_called) == (True, True, False)
    DoNotCall.objects.get().lift(by="hanna", reason="A mistake.")
    assert not load_page(admin_client, candidate).is_on_list


@pytest.mark.parametrize(("kind", "covers"), [(DoNotCall.Kind.OUT_OF_SERVICE, False), (DoNotCall.Kind.OPTED_OUT, True)])
def test_list_covers_present_number(admin_client: Client, interview: Interview, kind: str, covers: bool) -> None:
    candidate = interview.candidate
    DoNotCall.objects.add_number("+14155550177", kind=kind, candidate=candidate, source="letter")
    page = load_page(admin_client, candidate)
    assert (len(page.refusals), page.is_on_list, page.is_never_called) == (1, covers, covers)


def test_form_leads_back_to_page(admin_client: Client, interview: Interview) -> None:
    candidate, form = interview.candidate, admin_url(interview.candidate, "edit")
    wrong = admin_client.post(form, FORM | {"full_name": "Ada King", "phone": "12"})
    assert (wrong.status_code, wrong.context["adminform"].form["full_name"].value()) == (HTTPStatus.OK, "Ada King")
    saved = admin_client.post(form, FORM | {"full_name": "Ada King", "phone": candidate.phone})
    assert (saved.status_code, saved["Location"]) == (HTTPStatus.FOUND, admin_url(candidate))
    assert Candidate.objects.get().full_name == "Ada King"


def test_erased_candidate_has_no_form(admin_client: Client, interview: Interview) -> None:
    candidate = interview.candidate
    erase_candidate(candidate, actor="hanna", reason="letter")
    assert load_page(admin_client, candidate).candidate.erased_at
    assert admin_client.get(admin_url(candidate, "edit")).status_code == HTTPStatus.FORBIDDEN


def test_popup_leads_to_form(admin_client: Client, interview: Interview) -> None:
    answer = admin_client.get(admin_url(interview.candidate), {"_popup": "1"})
    assert answer["Location"] == f"{admin_url(interview.candidate, 'edit')}?_popup=1"


def test_page_needs_permission(interview: Interview) -> None:
    clerk = make_staff_client("view_jobdescription", "view_interview")
    assert clerk.get(admin_url(interview.candidate)).status_code == HTTPStatus.FORBIDDEN


def test_page_is_closed_in_blind_mode(interview: Interview) -> None:
    user = User.objects.create_superuser("grace")
    client = login_client(user)
    client.post("/admin/desk/blind-mode/", {"on": "yes"})
    for name in ("change", "edit"):
        assert client.get(admin_url(interview.candidate, name)).status_code == HTTPStatus.FORBIDDEN


class TestResumeOffers:
    """Contact details that are in the resume and not in the record."""

    TEXT = "Ten years of Linux in Berlin. New: ada@engines.example.com"
    OFFER = {"field": "email", "value": "ada@engines.example.com"}

    @pytest.fixture
    def candidate(self, interview: Interview) -> Candidate:
        interview.candidate.set_resume_text(self.TEXT)
        return interview.candidate

    def test_facts_lead_to_their_place(self, admin_client: Client, candidate: Candidate) -> None:
        page = get_page(admin_client, admin_url(candidate))
        assert '<mark id="c-fact-0">Linux</mark>' in page
        assert 'href="#c-fact-1"' in page
        assert "".join(text for text, _ in load_page(admin_client, candidate).resume_pieces) == self.TEXT

    def test_detail_is_taken_over_by_choice(self, admin_client: Client, candidate: Candidate) -> None:
        address = reverse("desk-candidate-take-over", args=[candidate.pk])
        load_page(admin_client, candidate)
        assert Candidate.objects.get(pk=candidate.pk).email == candidate.email
        assert (
            admin_client.post(address, {"field": "email", "value": "eve@example.com"}).status_code == HTTPStatus.FOUND
        )
        assert admin_client.post(address, {"field": "locale", "value": "de"}).status_code == HTTPStatus.FOUND
        assert Candidate.objects.get(pk=candidate.pk).email == candidate.email
        admin_client.post(address, self.OFFER)
        assert Candidate.objects.get(pk=candidate.pk).email == self.OFFER["value"]
        assert load_page(admin_client, candidate).contact_offers == []

    @pytest.mark.parametrize("role", [RoleKey.HIRING_MANAGER, RoleKey.AUDITOR])
    def test_offer_needs_contact_data_and_right_to_change(self, candidate: Candidate, role: RoleKey) -> None:
        job = candidate.interviews.get().job
        client = login_client(make_role_user(role, job))
        address = reverse("desk-candidate-take-over", args=[candidate.pk])
        assert address not in get_page(client, admin_url(candidate))
        assert client.post(address, self.OFFER).status_code == HTTPStatus.FORBIDDEN
        assert Candidate.objects.get(pk=candidate.pk).email == candidate.email
