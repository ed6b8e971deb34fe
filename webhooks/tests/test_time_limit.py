"""An answer that Twilio cut off at its limit, and its end: one answer with one audio."""

import wave
from typing import Any

import pytest
from django.test import Client

from interviews.answers.joining import join_audio
from interviews.channels import InvalidAudio
from interviews.models import Interview, InterviewResponse, Recording, lock_interview
from interviews.models.transitions.recording import LockedRecording
from interviews.task_handles import FETCH_AUDIO, FOLLOW_UP
from tests.support.factories import QUESTIONS, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.model_samples import make_wav
from tests.support.twilio_driver import Phone, give_consent, place_attempt

pytestmark = pytest.mark.django_db

LIMIT = QUESTIONS[0].max_seconds


@pytest.fixture
def interview(settings: Any) -> Interview:
    settings.SPEECH_API_KEY = "sk-test"  # Twilio does not transcribe
    return make_interview()


@pytest.fixture
def phone(interview: Interview, client: Client) -> Phone:
    """The first answer was cut off."""
    phone = Phone(place_attempt(interview), client)
    give_consent(phone)
    phone.record_answer(seconds=LIMIT)
    return phone


def answer_of(interview: Interview) -> tuple[str, Recording | None]:
    response = InterviewResponse.objects.get(interview=interview, position=0)
    return response.status, response.chosen_recording


def recordings(interview: Interview) -> list[Recording]:
    return list(Recording.objects.filter(response__interview=interview).order_by("turn"))


def test_end_belongs_to_answer(phone: Phone, interview: Interview) -> None:
    record = phone.twiml().find("Record")
    assert record is not None
    assert record.attrib["maxLength"] == str(min(LIMIT, 60))
    assert answer_of(interview) == (InterviewResponse.Status.ASKED, None)
    phone.record_answer(seconds=20)
    cut, end = recordings(interview)
    assert answer_of(interview) == (InterviewResponse.Status.ANSWERED, end)
    assert (cut.ended, end.continues, cut.continues) == (Recording.Ended.LIMIT, cut, None)


def test_answer_without_end_is_kept(phone: Phone, interview: Interview) -> None:
    phone.stay_silent()
    assert answer_of(interview) == (InterviewResponse.Status.ANSWERED, recordings(interview)[0])


def test_shorter_answer_was_not_cut(interview: Interview, client: Client) -> None:
    phone = Phone(place_attempt(interview), client)
    give_consent(phone)
    phone.record_answer(seconds=LIMIT - 5)
    assert answer_of(interview)[0] == InterviewResponse.Status.ANSWERED


def test_audio_has_both_parts(phone: Phone, interview: Interview, twilio: FakeTwilio) -> None:
    phone.record_answer(seconds=20)
    twilio.audio = make_wav(2)
    run_tasks(only=FETCH_AUDIO.name)
    assert [seconds_of(recording) for recording in recordings(interview)] == [2, 4]


def test_lost_end_leaves_start(phone: Phone, interview: Interview) -> None:
    phone.record_answer(seconds=20, recorded=False)
    cut, end = recordings(interview)
    with lock_interview(interview) as locked_interview:
        LockedRecording(end, locked_interview).mark_lost(reason="a test")
    assert answer_of(interview) == (InterviewResponse.Status.ANSWERED, cut)


def test_unreported_end_is_asked_for(phone: Phone, interview: Interview, twilio: FakeTwilio) -> None:
    """The call broke off while the end was recorded, and its webhooks were lost."""
    (cut,) = recordings(interview)
    twilio.calls.append({"sid": phone.sid, "to": "+14155550100", "status": "completed"})
    twilio.recordings = [
        {"sid": "REend", "status": "completed", "duration": "9"},
        {"sid": cut.sid, "status": "completed", "duration": str(LIMIT)},
    ]
    phone.report_status("completed")
    run_tasks(only=FOLLOW_UP.name, include_later=True)
    end = Recording.objects.get(sid="REend")
    assert answer_of(interview) == (InterviewResponse.Status.ANSWERED, end)
    assert (end.continues, end.ended) == (cut, Recording.Ended.HANGUP)


def test_parts_of_other_formats_are_not_joined() -> None:
    with pytest.raises(InvalidAudio):
        join_audio(make_wav(1), make_wav(1, rate=16_000))
    with pytest.raises(InvalidAudio):
        join_audio(make_wav(1), b"no sound")


def seconds_of(recording: Recording) -> int:
    with recording.file.open("rb") as audio, wave.open(audio) as sound:
        return int(sound.getnframes() / sound.getframerate())
