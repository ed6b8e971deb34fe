"""Attempts that the candidate opens, leaves and continues."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from candidates.models import Consent
from interviews.calling.dialer import interviews_due
from interviews.calling.retries import attempts_to_follow_up
from interviews.conversation import engine
from interviews.conversation.phrases.intent import Intent
from interviews.models import Attempt, EventKind, Interview, InterviewResponse, WaitReason, lock_interview
from interviews.self_service.attempts import (
    InCall,
    InterviewOver,
    end_idle_attempts,
    leave_attempt,
    note_activity,
    open_attempt,
)
from interviews.task_handles import FOLLOW_UP
from tests.support.factories import make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.written_interview import WORDING, Writer

pytestmark = pytest.mark.django_db

Status = InterviewResponse.Status
TEXT = Attempt.Channel.TEXT


@pytest.fixture
def interview() -> Interview:
    return make_interview()


def statuses(interview: Interview) -> list[str]:
    return list(interview.responses.values_list("status", flat=True))


def event_count(interview: Interview, kind: EventKind) -> int:
    return interview.events.filter(kind=kind).count()


def make_idle(attempt: Attempt) -> None:
    long_ago = timezone.now() - settings.IDLE_ATTEMPT_AFTER - timedelta(minutes=1)
    Attempt.objects.filter(pk=attempt.pk).update(created_at=long_ago, last_input_at=long_ago)


def test_open_attempt_holds_call_back(interview: Interview) -> None:
    planned_at = interview.next_attempt_at
    assert interviews_due() == [interview.pk]
    attempt = open_attempt(interview, TEXT)
    assert interviews_due() == []
    run_tasks(include_later=True, only="interviews.dial")
    interview.refresh_from_db()
    assert interview.next_attempt_at == planned_at
    assert list(interview.attempts.all()) == [attempt]
    assert not hasattr(attempt, "call")


def test_open_attempt_is_one(interview: Interview) -> None:
    first, second = open_attempt(interview, TEXT), open_attempt(interview, TEXT)
    assert (first, interview.attempts.count()) == (second, 1)
    assert event_count(interview, EventKind.ATTEMPT_OPENED) == 1


def test_left_attempt_continues_at_same_question(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.write()
    leave_attempt(writer.attempt.pk)
    writer.attempt.refresh_from_db()
    interview.refresh_from_db()
    assert (writer.attempt.outcome, interview.status) == (Attempt.Outcome.LEFT, Interview.Status.IN_PROGRESS)
    assert (interview.wait_reason, interviews_due()) == (WaitReason.LEFT_OPEN, [])
    again = Writer(interview)
    assert again.attempt == writer.attempt
    assert (again.attempt.is_live, again.attempt.stage, again.attempt.position) == (True, engine.Stage.QUESTION, 1)
    assert statuses(interview) == [Status.TRANSCRIBED, Status.ASKED, Status.PLANNED]


def test_later_plan_survives_leaving(interview: Interview) -> None:
    promised_at = timezone.now() + timedelta(days=9)
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(promised_at, wait_reason=WaitReason.REQUESTED_TIME)
    leave_attempt(open_attempt(interview, TEXT).pk)
    interview.refresh_from_db()
    assert (interview.next_attempt_at, interview.wait_reason) == (promised_at, WaitReason.REQUESTED_TIME)


def test_idle_attempt_is_ended(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    end_idle_attempts()
    writer.attempt.refresh_from_db()
    assert writer.attempt.is_live
    make_idle(writer.attempt)
    end_idle_attempts()
    writer.attempt.refresh_from_db()
    assert (writer.attempt.is_live, writer.attempt.outcome) == (False, Attempt.Outcome.LEFT)


def test_activity_keeps_attempt_open(interview: Interview) -> None:
    attempt = open_attempt(interview, TEXT)
    make_idle(attempt)
    note_activity(attempt.pk)
    end_idle_attempts()
    attempt.refresh_from_db()
    assert attempt.is_live


def test_answer_after_idle_end_is_kept(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    make_idle(writer.attempt)
    end_idle_attempts()
    writer.write()
    assert (writer.attempt.is_live, writer.attempt.outcome) == (True, "")
    assert statuses(interview)[0] == Status.TRANSCRIBED
    assert event_count(interview, EventKind.ATTEMPT_REOPENED) == 1


def test_call_prevents_opening(interview: Interview, twilio: FakeTwilio) -> None:
    run_tasks(only="interviews.dial")
    assert interview.attempts.in_a_call().count() == 1
    with pytest.raises(InCall):
        open_attempt(interview, TEXT)


def test_phone_goes_on_after_text(interview: Interview, twilio: FakeTwilio) -> None:
    writer = Writer(interview)
    writer.agree()
    writer.write()
    leave_attempt(writer.attempt.pk)
    Interview.objects.update(next_attempt_at=timezone.now())
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now())
    run_tasks(only="interviews.dial")
    call_attempt = interview.attempts.in_a_call().get()
    assert (call_attempt.resumed, call_attempt.number) == (True, 2)
    with pytest.raises(engine.StaleTurn):
        writer.write("An answer on a page that was left open.")


def test_over_interview_is_not_opened(interview: Interview) -> None:
    with lock_interview(interview) as locked:
        locked.cancel(Interview.Outcome.BY_HR, actor="a test")
    with pytest.raises(InterviewOver):
        open_attempt(interview, TEXT)


def test_cancelled_interview_ends_open_attempt(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.cancel(Interview.Outcome.BY_HR, actor="a test")
    writer.attempt.refresh_from_db()
    assert not writer.attempt.is_live
    with pytest.raises(engine.StaleTurn):
        writer.write()


def test_lost_plan_is_made_again(interview: Interview) -> None:
    """A crash between the end of an attempt and its follow-up costs a sweep."""
    writer = Writer(interview)
    leave_attempt(writer.attempt.pk)
    Interview.objects.update(next_attempt_at=None)
    Attempt.objects.update(ended_at=timezone.now() - timedelta(hours=1))
    assert attempts_to_follow_up() == [writer.attempt.pk]
    FOLLOW_UP.defer(writer.attempt.pk)
    run_tasks(only=FOLLOW_UP.name)
    interview.refresh_from_db()
    assert interview.wait_reason == WaitReason.LEFT_OPEN


def test_consent_names_wording(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    consent = writer.attempt.consents.get(kind=Consent.Kind.RECORD)
    assert (consent.given, consent.given_by, consent.wording_version) == (True, Consent.GivenBy.FORM, WORDING)


def test_refusal_is_final(interview: Interview) -> None:
    writer = Writer(interview)
    writer.choose(Intent.NO, wording_version=WORDING)
    interview.refresh_from_db()
    assert (interview.outcome, writer.attempt.is_live) == (Interview.Outcome.DECLINED, False)
    assert not writer.attempt.consents.get().given
