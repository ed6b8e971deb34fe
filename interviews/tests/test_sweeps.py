"""What a crash leaves behind is found and finished. Each test makes the wreck first, and loses every job."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from interviews.answers import audio
from interviews.models import Attempt, Call, Interview, InterviewResponse, Recording, WaitReason
from screener.background.leases import LEASE_SECONDS
from screener.background.queue import MAX_STEP_TRIES
from screener.tasks import sweep
from tests.support.factories import make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db
WORDS = "In my last job I moved twelve services to Kubernetes, and outages fell by half within a year."


@pytest.fixture(autouse=True)
def twilio(twilio: FakeTwilio) -> FakeTwilio:
    twilio.audio = b"RIFF\x00\x00\x00\x00WAVE" + bytes(100)
    return twilio


def lose_all_jobs() -> None:
    ProcrastinateJob.objects.filter(status="todo")._raw_delete("default")


@pytest.fixture
def later(time_machine: Any) -> Any:
    """Everything that was going to be done by itself is lost; time passes; the sweep comes by."""

    def pass_by(**time: float) -> None:
        lose_all_jobs()
        time_machine.move_to(timezone.now() + timedelta(**time), tick=True)
        sweep(0)
        run_tasks()

    return pass_by


def an_attempt(interview: Interview, **fields: Any) -> Attempt:
    attempt = interview.attempts.create(number=1, send_before=timezone.now() + timedelta(seconds=20), **fields)
    Call.objects.create(attempt=attempt, number="+14155550100", ended_at=attempt.ended_at)
    interview.update_fields(next_attempt_at=None)
    return attempt


def answered(status: str = Recording.Status.EXPECTED) -> InterviewResponse:
    """A completed interview with one answer, whose take has come as far as `status`."""
    interview = make_interview()
    attempt = an_attempt(interview, ended_at=timezone.now(), outcome="answered")
    interview.begin()
    first, *others = interview.responses.all()
    first.interview = interview
    take = Recording.objects.create(response=first, attempt=attempt, turn=3, sid="RE1", seconds=20, status=status)
    if status == Recording.Status.STORED:
        take.update_fields(file=take.save_audio(b"RIFF\x00\x00\x00\x00WAVE"))
    first.accept_recording(take)
    for one in others:
        one.interview = interview
        one.close_unscored(InterviewResponse.Status.SILENT, reason="")
    interview.finish(Interview.Outcome.PARTIAL)
    return first


def test_an_interview_that_is_due_is_called(twilio: FakeTwilio, later: Any) -> None:
    make_interview()
    later(seconds=1)
    assert len(twilio.calls) == 1


def test_an_attempt_that_was_never_sent_is_made_again_once_that_is_certain(twilio: FakeTwilio, later: Any) -> None:
    interview = make_interview()
    an_attempt(interview)
    later(seconds=30)
    assert twilio.requests, "it has been asked about"
    assert not twilio.calls
    later(minutes=3)
    later(minutes=1)
    assert len(twilio.calls) == 1
    assert interview.attempts.count() == 2


def test_a_call_that_the_carrier_has_forgotten_keeps_its_number_no_longer_than_an_answer_may_last(
    twilio: FakeTwilio, later: Any
) -> None:
    interview = make_interview()
    run_tasks()
    twilio.calls.clear()
    later(minutes=11)
    attempt = interview.attempts.get()
    assert attempt.ended_at is None, "it may be a passing fault"
    later(minutes=6)
    attempt.refresh_from_db()
    interview.refresh_from_db()
    assert (attempt.outcome, attempt.reason) == ("carrier_error", "Twilio no longer knows this call.")
    assert interview.next_attempt_at is not None


def test_an_attempt_without_news_is_asked_about(twilio: FakeTwilio, later: Any) -> None:
    interview = make_interview()
    run_tasks()
    twilio.calls[0]["status"] = "busy"
    later(minutes=2)
    interview.refresh_from_db()
    assert interview.attempts.get().outcome == Attempt.Outcome.BUSY
    assert interview.next_attempt_at is not None


def test_an_attempt_that_ended_is_followed_up(twilio: FakeTwilio, later: Any) -> None:
    interview = make_interview()
    attempt = an_attempt(interview, ended_at=timezone.now(), outcome="busy")
    attempt.call.update_fields(twilio_sid="CA1")
    later(minutes=1)
    interview.refresh_from_db()
    assert interview.wait_reason == WaitReason.ATTEMPT_SPACING


def test_a_take_that_nobody_fetched_is_fetched(twilio: FakeTwilio, later: Any) -> None:
    response = answered(Recording.Status.AVAILABLE)
    later(minutes=1)
    assert response.takes.get().status == Recording.Status.STORED


def test_a_take_whose_callback_never_came_is_fetched(twilio: FakeTwilio, later: Any) -> None:
    response = answered(Recording.Status.EXPECTED)
    later(minutes=11)
    assert response.takes.get().status == Recording.Status.STORED


def test_a_take_whose_worker_died_is_fetched_by_another(twilio: FakeTwilio, later: Any) -> None:
    response = answered(Recording.Status.AVAILABLE)
    take = response.takes.get()
    assert Recording.objects.claim(take.pk, seconds=LEASE_SECONDS)
    later(seconds=LEASE_SECONDS - 1)
    take.refresh_from_db()
    assert take.status == Recording.Status.AVAILABLE, "the lease of the dead worker still holds"
    later(seconds=2)
    take.refresh_from_db()
    assert take.status == Recording.Status.STORED


def test_audio_that_never_comes_is_given_up_and_the_interview_says_so(
    twilio: FakeTwilio, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "AUDIO_TRIES", 2)
    twilio.audio = 404
    response = answered(Recording.Status.AVAILABLE)
    later(hours=3)
    assert response.takes.get().status == Recording.Status.AVAILABLE
    later(hours=3)
    run_tasks()
    response.refresh_from_db()
    response.interview.refresh_from_db()
    assert response.status == InterviewResponse.Status.AUDIO_LOST
    assert response.interview.result_status == Interview.ResultStatus.INCOMPLETE
    assert response.interview.results.get().overall_score is None


def test_audio_that_the_carrier_does_not_have_yet_is_fetched_once_it_has(twilio: FakeTwilio, later: Any) -> None:
    twilio.audio, there = 404, twilio.audio
    response = answered(Recording.Status.AVAILABLE)
    for _ in range(3):
        later(minutes=5)
        assert response.takes.get().status == Recording.Status.AVAILABLE
    twilio.audio = there
    later(minutes=30)
    assert response.takes.get().status == Recording.Status.STORED


@pytest.mark.parametrize("status", [Recording.Status.AVAILABLE, Recording.Status.STORED])
def test_work_that_fails_every_time_is_shown_as_failed(later: Any, status: str) -> None:
    """Its worker died of it each time: nothing was written down but that it had been begun."""
    response = answered(status)
    rows = Recording if status == Recording.Status.AVAILABLE else InterviewResponse
    rows.objects.update(tries=MAX_STEP_TRIES)
    later(minutes=2)
    response.refresh_from_db()
    response.interview.refresh_from_db()
    assert response.status in InterviewResponse.SETTLED_BY_US
    assert "the log" in response.status_reason
    assert response.interview.result_status == Interview.ResultStatus.INCOMPLETE


def test_an_answer_that_nobody_transcribed_is_transcribed(twilio: FakeTwilio, later: Any) -> None:
    response = answered(Recording.Status.STORED)
    response.takes.update(carrier_transcript=WORDS, carrier_transcript_status="completed")
    later(minutes=1)
    response.refresh_from_db()
    assert response.status == InterviewResponse.Status.ASSESSED


def test_an_answer_that_nobody_assessed_is_assessed_and_the_interview_concluded(later: Any) -> None:
    response = answered(Recording.Status.STORED)
    response.save_transcript(WORDS, source="twilio", confidence=None, times=None)
    later(minutes=1)
    response.refresh_from_db()
    response.interview.refresh_from_db()
    assert response.status == InterviewResponse.Status.ASSESSED
    assert response.interview.result_status == Interview.ResultStatus.INCOMPLETE


def test_a_conversation_that_is_over_and_assessed_gets_its_result(later: Any) -> None:
    response = answered(Recording.Status.STORED)
    response.close_unscored(InterviewResponse.Status.TOO_SHORT, reason="")
    later(minutes=1)
    assert response.interview.results.count() == 1


def test_what_is_being_worked_on_is_left_alone(later: Any) -> None:
    response = answered(Recording.Status.STORED)
    response.save_transcript(WORDS, source="twilio", confidence=None, times=None)
    assert InterviewResponse.objects.claim(response.pk, seconds=600)
    later(minutes=1)
    response.refresh_from_db()
    assert response.status == InterviewResponse.Status.TRANSCRIBED


def test_a_take_that_is_safe_here_is_deleted_at_the_carrier_once(twilio: FakeTwilio, later: Any) -> None:
    response = answered(Recording.Status.STORED)
    later(minutes=2)
    assert not any("DELETE" in one for one in twilio.requests), "it may still be needed there"
    response.close_unscored(InterviewResponse.Status.TOO_SHORT, reason="")
    later(minutes=2)
    later(minutes=2)
    assert len([one for one in twilio.requests if "DELETE" in one and "RE1" in one]) == 1


def test_a_take_that_could_not_be_deleted_at_the_carrier_is_deleted_later(twilio: FakeTwilio, later: Any) -> None:
    answered(Recording.Status.STORED).close_unscored(InterviewResponse.Status.TOO_SHORT, reason="")
    twilio.delete_status = 500
    later(minutes=2)
    assert Recording.objects.get().deleted_at_carrier is None
    twilio.delete_status = 404
    later(minutes=2)
    assert Recording.objects.get().deleted_at_carrier is not None, "it is gone, whoever did that"


def test_a_take_that_the_caller_discarded_is_deleted_at_the_carrier_and_never_fetched(
    twilio: FakeTwilio, later: Any
) -> None:
    response = answered(Recording.Status.STORED)
    attempt = Attempt.objects.get()
    Recording.objects.create(response=response, attempt=attempt, turn=2, sid="RE0", ended="repeat", status="available")
    later(minutes=2)
    assert [one.split()[0] for one in twilio.requests if "RE0" in one] == ["DELETE"]


def test_takes_stay_at_the_carrier_where_that_is_wanted(twilio: FakeTwilio, later: Any, settings: Any) -> None:
    settings.DELETE_AT_CARRIER = False
    answered(Recording.Status.STORED).close_unscored(InterviewResponse.Status.TOO_SHORT, reason="")
    later(minutes=2)
    assert not any("DELETE" in one for one in twilio.requests)


def test_the_price_of_a_call_is_asked_for_once_it_is_known(twilio: FakeTwilio, later: Any) -> None:
    interview = make_interview()
    run_tasks()
    call = interview.attempts.get().call
    with Attempt.objects.held(call.attempt_id) as attempt:
        attempt.call.apply_status("completed", sequence=3)
    later(minutes=6)
    twilio.calls[0] |= {"status": "completed", "price": "-0.0260", "price_unit": "USD"}
    later(minutes=6)
    call.refresh_from_db()
    assert (str(call.price), call.price_unit) == ("-0.02600", "USD")


def test_what_a_job_waits_for_already_is_not_queued_again(time_machine: Any) -> None:
    answered(Recording.Status.AVAILABLE)
    fetching = ProcrastinateJob.objects.filter(task_name="interviews.fetch_audio", status="todo")
    lose_all_jobs()
    time_machine.move_to(timezone.now() + timedelta(minutes=1), tick=True)
    for _ in range(3):
        sweep(0)
        assert fetching.count() == 1
