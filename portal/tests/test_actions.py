"""What candidates do in forms of the portal: each acts by POST alone, once, as it would in a call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from candidates.models import Consent, DoNotCall
from interviews.calling.dialer import dial_interview
from interviews.calling.rules import may_call_now
from interviews.calling.verdicts import Never
from interviews.invitations import choices, inviting
from interviews.models import Attempt, Call, EventKind, Interview, Invitation, WaitReason, lock_interview
from interviews.models.notices.notice import KIND_OF_EVENT
from interviews.task_handles import HANG_UP
from portal.introduction import wording_version
from tests.support.admin_client import admin_url
from tests.support.factories import make_candidate, make_interview
from tests.support.sample_rows import HOSTILE

pytestmark = pytest.mark.django_db
OK, FOUND, CONFLICT, INVALID = 200, 302, 409, 422
Outcome = Interview.Outcome
ENDINGS = {
    "portal-person": Outcome.PERSON_REQUESTED,
    "portal-decline": Outcome.DECLINED,
    "portal-not-me": Outcome.WRONG_PERSON,
    "portal-never": Outcome.OPTED_OUT,
}
HOSTILE_TEXTS = (
    HOSTILE,
    "'; DROP TABLE interviews; --",
    "{{ request }} {% now %}",
    "\u202eevil",
    "%(name)s %s {0}",
    "   ?   ",
)
EMAIL = "Ada@Example.com"


@pytest.fixture
def interview() -> Interview:
    return make_interview(full_name="Ada Lovelace", email=EMAIL)


@pytest.fixture
def address(interview: Interview) -> Callable[[str], str]:
    token = inviting.invite(interview, actor="hanna").token
    return lambda name: reverse(name, args=[token])


def post(address: str, **data: Any) -> Any:
    return Client(enforce_csrf_checks=True).post(address, data)


def start_call(interview: Interview) -> Attempt:
    attempt = Attempt.objects.create(interview=interview, number=1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number=interview.candidate.phone, twilio_sid="CA1")
    return attempt


@pytest.mark.parametrize("name", ENDINGS)
class TestEndings:
    def test_only_post_acts(self, interview: Interview, address: Callable[[str], str], name: str) -> None:
        for method in ("get", "head"):
            assert getattr(Client(), method)(address(name)).status_code == OK
        interview.refresh_from_db()
        assert interview.is_live
        assert post(address(name)).status_code == FOUND
        interview.refresh_from_db()
        assert interview.outcome == ENDINGS[name]
        assert Client().get(address("portal")).status_code == OK
        assert DoNotCall.objects.active().filter(candidate=interview.candidate, kind=ENDINGS[name]).count() == 1
        verdict = may_call_now(interview.candidate, interview.job, now=timezone.now())
        assert isinstance(verdict, Never)

    def test_second_tab_changes_nothing(self, interview: Interview, address: Callable[[str], str], name: str) -> None:
        assert post(address(name)).status_code == FOUND
        events = interview.events.count()
        codes = {other: post(address(other)).status_code for other in ENDINGS if other != "portal-never"}
        assert set(codes.values()) == {CONFLICT}
        assert {Client().get(address(other)).status_code for other in codes} == {FOUND}
        interview.refresh_from_db()
        assert (interview.outcome, interview.events.count()) == (ENDINGS[name], events)

    def test_call_under_way_ends(
        self, interview: Interview, address: Callable[[str], str], name: str, deferred: list[Any]
    ) -> None:
        attempt = start_call(interview)
        assert post(address(name)).status_code == FOUND
        interview.refresh_from_db()
        assert interview.outcome == ENDINGS[name]
        assert (HANG_UP.name, attempt.pk) in deferred


@pytest.fixture
def deferred(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The tasks that were queued."""
    calls: list[Any] = []
    monkeypatch.setattr(type(HANG_UP), "defer", lambda task, pk, **_: calls.append((task.name, pk)))
    return calls


class TestRefusingContact:
    def test_refusal_covers_address(self, interview: Interview, address: Callable[[str], str]) -> None:
        post(address("portal-never"))
        assert DoNotCall.objects.covers_email(EMAIL.lower())
        assert not DoNotCall.objects.covers_email("other@example.com")
        assert not interview.candidate.consents_to(Consent.Kind.CALL)
        other = make_candidate(phone="+14155550155", email=EMAIL.lower())
        assert isinstance(may_call_now(other, interview.job, now=timezone.now()), Never)

    def test_refusal_counts_after_end(self, interview: Interview, address: Callable[[str], str]) -> None:
        with lock_interview(interview) as locked:
            locked.finish(Outcome.EXPIRED)
        for _ in range(2):
            assert post(address("portal-never")).status_code == FOUND
        interview.refresh_from_db()
        assert interview.outcome == Outcome.EXPIRED
        assert interview.events.filter(kind=EventKind.INTERVIEW_OPTED_OUT).count() == 1
        assert DoNotCall.objects.get().kind == DoNotCall.Kind.OPTED_OUT

    def test_wrong_person_is_not_written_to(self, interview: Interview, address: Callable[[str], str]) -> None:
        post(address("portal-not-me"))
        assert DoNotCall.objects.covers_email(EMAIL)


class TestConsent:
    def test_ledger_keeps_wording_and_language(self, interview: Interview, address: Callable[[str], str]) -> None:
        page = Client().get(address("portal"), {"lang": "de"})
        wording = page.context["wording_version"]
        assert wording != wording_version()
        for _ in range(2):
            post(f"{address('portal-agree')}?lang=de", wording=wording, agree="yes")
        consent = Consent.objects.get(kind=Consent.Kind.RECORD)
        assert (consent.given, consent.given_by, consent.language) == (True, Consent.GivenBy.FORM, "de")
        assert consent.wording_version == wording
        interview.refresh_from_db()
        assert interview.status == Interview.Status.PENDING

    def test_wording_must_be_the_one_shown(self, interview: Interview, address: Callable[[str], str]) -> None:
        for data in ({"wording": "x", "agree": "yes"}, {"wording": wording_version()}, {}):
            assert post(address("portal-agree"), **data).status_code == FOUND
        assert not Consent.objects.filter(kind=Consent.Kind.RECORD).exists()
        assert Client().get(address("portal-agree")).status_code == 405


class TestAdjustment:
    def test_words_reach_reviewers_and_hold_calls(
        self, interview: Interview, address: Callable[[str], str], admin_client: Client
    ) -> None:
        for words in HOSTILE_TEXTS:
            assert post(address("portal-adjustment"), words=words, more_time="on").status_code == FOUND
        interview.refresh_from_db()
        assert interview.is_live
        assert interview.more_time
        assert interview.wait_reason == WaitReason.ADJUSTMENT
        assert interview.next_attempt_at == Invitation.objects.get().expires_at
        requests = interview.events.filter(kind=EventKind.ADJUSTMENT_REQUESTED)
        assert {event.reason for event in requests} == {text.strip() for text in HOSTILE_TEXTS}
        assert EventKind.ADJUSTMENT_REQUESTED in KIND_OF_EVENT
        page = admin_client.get(admin_url(interview)).content.decode()
        assert HOSTILE not in page
        assert escape(HOSTILE) in page
        assert Interview.objects.needing_attention().get() == interview

    def test_more_time_alone_holds_no_call(self, interview: Interview, address: Callable[[str], str]) -> None:
        planned_at = timezone.now() + timedelta(hours=2)
        with lock_interview(interview) as locked:
            locked.schedule_next_attempt(planned_at, wait_reason=WaitReason.REQUESTED_TIME)
        assert post(address("portal-adjustment"), more_time="on").status_code == FOUND
        interview.refresh_from_db()
        assert (interview.more_time, interview.next_attempt_at) == (True, planned_at)
        assert interview.wait_reason == WaitReason.REQUESTED_TIME

    @pytest.mark.parametrize("words", ["", "x" * (choices.MAX_WORDS + 1), "a\0b"])
    def test_form_is_checked(self, interview: Interview, address: Callable[[str], str], words: str) -> None:
        assert post(address("portal-adjustment"), words=words).status_code == INVALID
        assert not interview.events.filter(kind=EventKind.ADJUSTMENT_REQUESTED).exists()

    def test_unanswered_request_is_handed_over(self, interview: Interview, address: Callable[[str], str]) -> None:
        post(address("portal-adjustment"), words="I am deaf.")
        Interview.objects.update(next_attempt_at=timezone.now())
        dial_interview(interview.pk)
        interview.refresh_from_db()
        assert interview.outcome == Outcome.PERSON_REQUESTED
        assert not interview.attempts.exists()

    def test_call_goes_first(self, interview: Interview, address: Callable[[str], str]) -> None:
        start_call(interview)
        assert post(address("portal-adjustment"), words="I am deaf.").status_code == CONFLICT
        assert not interview.events.filter(kind=EventKind.ADJUSTMENT_REQUESTED).exists()
