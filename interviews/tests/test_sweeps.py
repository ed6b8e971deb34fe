"""The sweep finds the work that a crash left undone. Each test loses all jobs first."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from interviews.answers import audio
from interviews.models import (
    Attempt,
    Call,
    Interview,
    InterviewResponse,
    LockedRecording,
    LockedResponse,
    Recording,
    WaitReason,
    lock_call,
    lock_interview,
)
from screener.background.leases import LEASE_SECONDS
from screener.background.queue import MAX_STEP_TRIES
from screener.tasks import sweep
from tests.support.factories import make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.locked_rows import locked_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_wording")]
Sweep = Callable[..., None]
WORDS = "In my last job I moved twelve services to Kubernetes, and outages fell by half within a year."


@pytest.fixture(autouse=True)
def twilio(twilio: FakeTwilio) -> FakeTwilio:
    twilio.audio = b"RIFF\x00\x00\x00\x00WAVE" + bytes(100)
    return twilio


def lose_all_jobs() -> None:
    ProcrastinateJob.objects.filter(status="todo")._raw_delete("default")


@pytest.fixture
def sweep_later(time_machine: Any) -> Sweep:
    """Lose all tasks, let time pass, and run the sweep and the tasks that it defers."""

    def pass_time(**time: float) -> None:
        lose_all_jobs()
        time_machine.move_to(timezone.now() + timedelta(**time), tick=True)
        sweep(0)
        run_tasks()

    return pass_time


def make_attempt(interview: Interview, **fields: Any) -> Attempt:
    attempt = interview.attempts.create(number=1, send_before=timezone.now() + timedelta(seconds=20), **fields)
    Call.objects.create(attempt=attempt, number="+14155550100", ended_at=attempt.ended_at)
    interview.update_fields(next_attempt_at=None)
    return attempt


def make_answer(status: str = Recording.Status.EXPECTED) -> InterviewResponse:
    """The one answer of a completed interview, with a recording of this status."""
    interview = make_interview()
    attempt = make_attempt(interview, ended_at=timezone.now(), outcome="answered")
    with lock_interview(interview) as locked:
        locked.begin()
    first, *others = interview.responses.all()
    recording = Recording.objects.create(response=first, attempt=attempt, turn=3, sid="RE1", seconds=20, status=status)
    if status == Recording.Status.STORED:
        recording.update_fields(file=recording.save_audio(b"RIFF\x00\x00\x00\x00WAVE"))
    with lock_interview(interview) as locked:
        LockedRecording(recording, locked).accept_as_answer()
        for response in others:
            LockedResponse(response, locked).close_unscored(InterviewResponse.Status.SILENT, reason="")
        locked.finish(Interview.Outcome.PARTIAL)
    return first


def close_response(response: InterviewResponse) -> None:
    with locked_response(response) as locked:
        locked.close_unscored(InterviewResponse.Status.TOO_SHORT, reason="")


def test_due_interview_is_called(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    make_interview()
    sweep_later(seconds=1)
    assert len(twilio.calls) == 1


def test_unsent_attempt_is_repeated_once_certain(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    interview = make_interview()
    make_attempt(interview)
    sweep_later(seconds=30)
    assert twilio.requests
    assert not twilio.calls
    sweep_later(minutes=3)
    sweep_later(minutes=1)
    assert len(twilio.calls) == 1
    assert interview.attempts.count() == 2


def test_forgotten_call_ends_after_longest_answer(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    interview = make_interview()
    run_tasks()
    twilio.calls.clear()
    sweep_later(minutes=24)
    attempt = interview.attempts.get()
    assert attempt.ended_at is None
    sweep_later(minutes=2)
    attempt.refresh_from_db()
    interview.refresh_from_db()
    assert attempt.outcome == Attempt.Outcome.CARRIER_ERROR
    assert interview.next_attempt_at is not None


def test_quiet_attempt_is_reconciled(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    interview = make_interview()
    run_tasks()
    twilio.calls[0]["status"] = "busy"
    sweep_later(minutes=2)
    interview.refresh_from_db()
    assert interview.attempts.get().outcome == Attempt.Outcome.BUSY
    assert interview.next_attempt_at is not None


def test_ended_attempt_is_followed_up(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    interview = make_interview()
    attempt = make_attempt(interview, ended_at=timezone.now(), outcome="busy")
    attempt.call.update_fields(twilio_sid="CA1")
    sweep_later(minutes=1)
    interview.refresh_from_db()
    assert interview.wait_reason == WaitReason.ATTEMPT_SPACING


def test_available_recording_is_fetched(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.AVAILABLE)
    sweep_later(minutes=1)
    assert response.recordings.get().status == Recording.Status.STORED


def test_recording_without_callback_is_fetched(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.EXPECTED)
    sweep_later(minutes=11)
    assert response.recordings.get().status == Recording.Status.STORED


def test_recording_of_dead_worker_is_fetched(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.AVAILABLE)
    recording = response.recordings.get()
    assert Recording.objects.claim(recording.pk, seconds=LEASE_SECONDS)
    sweep_later(seconds=LEASE_SECONDS - 1)
    recording.refresh_from_db()
    assert recording.status == Recording.Status.AVAILABLE
    sweep_later(seconds=2)
    recording.refresh_from_db()
    assert recording.status == Recording.Status.STORED


def test_missing_audio_makes_result_incomplete(
    twilio: FakeTwilio, sweep_later: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "AUDIO_TRIES", 2)
    twilio.audio = 404
    response = make_answer(Recording.Status.AVAILABLE)
    sweep_later(hours=3)
    assert response.recordings.get().status == Recording.Status.AVAILABLE
    sweep_later(hours=3)
    run_tasks()
    response.refresh_from_db()
    response.interview.refresh_from_db()
    assert response.status == InterviewResponse.Status.AUDIO_LOST
    assert response.interview.result_status == Interview.ResultStatus.INCOMPLETE
    assert response.interview.results.get().overall_score is None


def test_late_audio_is_fetched(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    twilio.audio, wav = 404, twilio.audio
    response = make_answer(Recording.Status.AVAILABLE)
    for _ in range(3):
        sweep_later(minutes=5)
        assert response.recordings.get().status == Recording.Status.AVAILABLE
    twilio.audio = wav
    sweep_later(minutes=30)
    assert response.recordings.get().status == Recording.Status.STORED


@pytest.mark.parametrize("status", [Recording.Status.AVAILABLE, Recording.Status.STORED])
def test_exhausted_step_is_given_up(sweep_later: Sweep, status: str) -> None:
    """The worker died each time, so that only the tries were saved."""
    response = make_answer(status)
    rows = Recording if status == Recording.Status.AVAILABLE else InterviewResponse
    rows.objects.update(tries=MAX_STEP_TRIES)
    sweep_later(minutes=2)
    response.refresh_from_db()
    response.interview.refresh_from_db()
    assert response.status in InterviewResponse.SETTLED_BY_US
    assert response.status_reason
    assert response.interview.result_status == Interview.ResultStatus.INCOMPLETE


def test_waiting_answer_is_transcribed(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.STORED)
    response.recordings.update(carrier_transcript=WORDS, carrier_transcript_status="completed")
    sweep_later(minutes=1)
    response.refresh_from_db()
    assert response.status == InterviewResponse.Status.ASSESSED


def test_transcribed_answer_is_assessed_and_concluded(sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.STORED)
    with locked_response(response) as locked:
        locked.save_transcript(WORDS, source="twilio", confidence=None, times=None)
    sweep_later(minutes=1)
    response.refresh_from_db()
    response.interview.refresh_from_db()
    assert response.status == InterviewResponse.Status.ASSESSED
    assert response.interview.result_status == Interview.ResultStatus.INCOMPLETE


def test_settled_interview_gets_result(sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.STORED)
    close_response(response)
    sweep_later(minutes=1)
    assert response.interview.results.count() == 1


def test_leased_answer_is_left_alone(sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.STORED)
    with locked_response(response) as locked:
        locked.save_transcript(WORDS, source="twilio", confidence=None, times=None)
    assert InterviewResponse.objects.claim(response.pk, seconds=600)
    sweep_later(minutes=1)
    response.refresh_from_db()
    assert response.status == InterviewResponse.Status.TRANSCRIBED


def test_unneeded_recording_is_deleted_at_carrier_once(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.STORED)
    sweep_later(minutes=2)
    assert not any("DELETE" in request for request in twilio.requests)
    close_response(response)
    sweep_later(minutes=2)
    sweep_later(minutes=2)
    assert len([request for request in twilio.requests if "DELETE" in request and "RE1" in request]) == 1


def test_failed_deletion_at_carrier_is_repeated(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    close_response(make_answer(Recording.Status.STORED))
    twilio.delete_status = 500
    sweep_later(minutes=2)
    assert Recording.objects.get().deleted_at_carrier is None
    twilio.delete_status = 404
    sweep_later(minutes=2)
    assert Recording.objects.get().deleted_at_carrier is not None


def test_discarded_recording_is_deleted_unfetched(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    response = make_answer(Recording.Status.STORED)
    attempt = Attempt.objects.get()
    Recording.objects.create(response=response, attempt=attempt, turn=2, sid="RE0", ended="repeat", status="available")
    sweep_later(minutes=2)
    assert [request.split()[0] for request in twilio.requests if "RE0" in request] == ["DELETE"]


def test_recordings_can_stay_at_carrier(twilio: FakeTwilio, sweep_later: Sweep, settings: Any) -> None:
    settings.DELETE_AT_CARRIER = False
    close_response(make_answer(Recording.Status.STORED))
    sweep_later(minutes=2)
    assert not any("DELETE" in request for request in twilio.requests)


def test_price_is_polled_until_known(twilio: FakeTwilio, sweep_later: Sweep) -> None:
    interview = make_interview()
    run_tasks()
    call = interview.attempts.get().call
    with lock_call(call.attempt_id) as locked:
        locked.apply_status("completed", sequence_number=3)
    sweep_later(minutes=6)
    twilio.calls[0] |= {"status": "completed", "price": "-0.0260", "price_unit": "USD"}
    sweep_later(minutes=6)
    call.refresh_from_db()
    assert (str(call.price), call.price_unit) == ("-0.02600", "USD")


def test_queued_work_is_not_queued_again(time_machine: Any) -> None:
    make_answer(Recording.Status.AVAILABLE)
    fetching = ProcrastinateJob.objects.filter(task_name="interviews.fetch_audio", status="todo")
    lose_all_jobs()
    time_machine.move_to(timezone.now() + timedelta(minutes=1), tick=True)
    for _ in range(3):
        sweep(0)
        assert fetching.count() == 1
