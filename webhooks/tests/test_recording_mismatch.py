"""Answers for which the carrier names a recording that belongs to another turn."""

import logging
from typing import Any

import pytest
from django.test import Client

from interviews.models import EventKind, Interview, InterviewResponse, Recording
from tests.support.admin_client import admin_url, get_page
from tests.support.factories import run_tasks
from tests.support.twilio_driver import Phone, give_consent

pytestmark = pytest.mark.django_db

Status = InterviewResponse.Status


def answer_with_sid(phone: Phone, sid: str, **more: Any) -> None:
    """Post the action of the current <Record>, naming this recording."""
    record = phone.twiml().find("Record")
    assert record is not None
    take = {"RecordingSid": sid, "RecordingDuration": "20", "Digits": "#"} | more
    phone.post(record.attrib["action"], phone.params() | take)


def announce_recording(phone: Phone, sid: str) -> None:
    """Post the recording callback of the current <Record>, and stay at its turn."""
    record, turn = phone.twiml().find("Record"), phone.last_response
    assert record is not None
    phone.report_recording(record, {"RecordingSid": sid, "RecordingDuration": "20"})
    phone.last_response = turn


def statuses(interview: Interview) -> list[str]:
    return [response.status for response in interview.responses.all()]


@pytest.fixture
def rejected(phone: Phone) -> Phone:
    """A call in which the second answer came with the recording of the first."""
    give_consent(phone)
    answer_with_sid(phone, "RE1")
    answer_with_sid(phone, "RE1")
    return phone


def test_rejected_recording_adds_event(rejected: Phone, interview: Interview) -> None:
    event = interview.events.get(kind=EventKind.RECORDING_REJECTED)
    assert event.data == {"attempt": str(rejected.attempt.pk), "turn": 4, "position": 1}
    assert event.reason
    assert "RE1" not in event.reason


def test_rejected_recording_is_logged(phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    give_consent(phone)
    answer_with_sid(phone, "RE1")
    with caplog.at_level(logging.WARNING, logger="interviews.models.transitions.conversation"):
        answer_with_sid(phone, "RE1")
    (record,) = caplog.records
    assert record.args == (phone.attempt.pk, 4, 1)


def test_rejected_recording_shows_in_history(rejected: Phone, interview: Interview, admin_client: Client) -> None:
    event = interview.events.get(kind=EventKind.RECORDING_REJECTED)
    page = get_page(admin_client, admin_url(interview))
    assert "Question 2 recording rejected" in page
    assert event.reason in page


def test_rejected_recording_settles_answer_as_lost(rejected: Phone, interview: Interview) -> None:
    assert statuses(interview) == [Status.ANSWERED, Status.AUDIO_LOST, Status.ASKED]
    assert Recording.objects.get().response.position == 0


def test_rejected_recording_leaves_call_running(rejected: Phone, interview: Interview) -> None:
    answer_with_sid(rejected, "RE3")
    assert statuses(interview) == [Status.ANSWERED, Status.AUDIO_LOST, Status.ANSWERED]
    interview.refresh_from_db()
    assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.COMPLETE)


def test_rejected_last_recording_makes_result_incomplete(phone: Phone, interview: Interview) -> None:
    give_consent(phone)
    for sid in ("RE1", "RE2", "RE1"):
        answer_with_sid(phone, sid)
    assert statuses(interview) == [Status.ANSWERED, Status.ANSWERED, Status.AUDIO_LOST]
    interview.responses.filter(status=Status.ANSWERED).update(status=Status.SILENT)
    run_tasks(only="interviews.conclude")
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.INCOMPLETE


def test_announced_recording_answers_in_place_of_rejected(phone: Phone, interview: Interview) -> None:
    give_consent(phone)
    announce_recording(phone, "RE1")
    answer_with_sid(phone, "RE2")
    assert interview.events.filter(kind=EventKind.RECORDING_REJECTED).exists()
    assert interview.responses.all()[0].status == Status.ANSWERED
    assert Recording.objects.get(chosen=True).sid == "RE1"


def test_rejected_recording_after_hangup_leaves_question_open(phone: Phone, interview: Interview) -> None:
    give_consent(phone)
    announce_recording(phone, "RE1")
    answer_with_sid(phone, "RE2", Digits="hangup", CallStatus="completed")
    assert interview.events.get(kind=EventKind.RECORDING_REJECTED).data["position"] == 0
    assert interview.responses.all()[0].status == Status.ASKED


def test_recording_with_expected_sid_adds_no_event(phone: Phone, interview: Interview) -> None:
    give_consent(phone)
    announce_recording(phone, "RE1")
    answer_with_sid(phone, "RE1")
    assert not interview.events.filter(kind=EventKind.RECORDING_REJECTED).exists()
