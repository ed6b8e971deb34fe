"""Requests and short answers during a question, and the rows that they change."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from interviews.calling.retries import follow_up_attempt
from interviews.models import EventKind, Interview, InterviewResponse, Recording
from interviews.models.no_answer import NoAnswer
from tests.support.factories import make_interview
from tests.support.twilio_driver import Phone, give_consent, place_attempt

pytestmark = pytest.mark.django_db

SHORT = 8
"""Of which five are the silence that ended it."""


@pytest.fixture
def phone(client: Client) -> Phone:
    phone = Phone(place_attempt(make_interview()), client)
    give_consent(phone)
    return phone


@pytest.fixture
def live_phone(phone: Phone, settings: Any) -> Phone:
    settings.LIVE_TRANSCRIPTION = True
    phone.press_key("*")
    return phone


def say(phone: Phone, words: str) -> None:
    phone.report_live_words(words)
    phone.record_answer(seconds=SHORT)


def response_at(phone: Phone, position: int) -> InterviewResponse:
    return phone.attempt.interview.responses.get(position=position)


def last_prompt(phone: Phone) -> dict[str, Any]:
    prompt: dict[str, Any] = phone.attempt.replies.latest("turn").prompt
    return prompt


def test_confirmed_short_answer_is_kept(phone: Phone) -> None:
    phone.record_answer(seconds=SHORT)
    assert last_prompt(phone)["kind"] == "check_answer"
    assert response_at(phone, 0).status == InterviewResponse.Status.ASKED
    phone.speak("Yes, that was it.")
    assert last_prompt(phone) == {"kind": "ask_question", "position": 1, "lead": "next"}
    assert response_at(phone, 0).chosen_recording == Recording.objects.get()


def test_silent_check_keeps_answer(phone: Phone) -> None:
    phone.record_answer(seconds=SHORT)
    phone.stay_silent()
    assert response_at(phone, 0).status == InterviewResponse.Status.ANSWERED


def test_repeated_question_takes_new_answer(phone: Phone) -> None:
    phone.record_answer(seconds=SHORT)
    phone.press_key("*")
    assert last_prompt(phone)["lead"] == "repeated"
    phone.record_answer(seconds=30)
    chosen = response_at(phone, 0).chosen_recording
    assert chosen is not None
    assert chosen.seconds == 30


def test_first_recording_stands_where_no_better_follows(phone: Phone) -> None:
    phone.record_answer(seconds=SHORT)
    phone.speak("no")
    for _ in range(2):
        phone.stay_silent()
    response = response_at(phone, 0)
    assert (response.status, response.chosen_recording) == (response.Status.ANSWERED, Recording.objects.get())


def test_lost_line_keeps_checked_answer(phone: Phone) -> None:
    for _ in range(2):
        phone.record_answer()
    phone.record_answer(seconds=SHORT)
    phone.report_status("completed")
    follow_up_attempt(phone.attempt.pk)
    interview = Interview.objects.get()
    assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.COMPLETE)


def test_lost_line_asks_open_questions_again(phone: Phone) -> None:
    phone.record_answer(seconds=SHORT)
    phone.report_status("completed")
    follow_up_attempt(phone.attempt.pk)
    interview = Interview.objects.get()
    assert interview.status == Interview.Status.IN_PROGRESS
    assert interview.next_attempt_at is not None
    assert response_at(phone, 0).status == InterviewResponse.Status.ANSWERED


@pytest.mark.parametrize(
    ("words", "reason"),
    [("I don't know.", NoAnswer.DONT_KNOW), ("Next question please.", NoAnswer.SKIPPED)],
)
def test_unanswered_question_has_reason(live_phone: Phone, words: str, reason: NoAnswer) -> None:
    say(live_phone, words)
    response = response_at(live_phone, 0)
    assert (response.status, response.no_answer) == (InterviewResponse.Status.SKIPPED, reason)
    event = live_phone.attempt.interview.events.get(kind=EventKind.RESPONSE_REQUEST)
    assert event.data == {"position": 0, "request": reason}


def test_postponed_question_is_asked_last(live_phone: Phone) -> None:
    say(live_phone, "Can I come back to that?")
    for _ in range(2):
        say(live_phone, "I worked in a warehouse for two years.")
    assert last_prompt(live_phone) == {"kind": "ask_question", "position": 0, "lead": "returned"}
    say(live_phone, "I worked in a warehouse for two years.")
    assert Interview.objects.get().outcome == Interview.Outcome.COMPLETE
    assert live_phone.attempt.interview.events.filter(kind=EventKind.RESPONSE_POSTPONED).count() == 1


def test_postponed_question_survives_lost_line(live_phone: Phone, client: Client) -> None:
    say(live_phone, "Can I come back to that?")
    live_phone.report_status("completed")
    follow_up_attempt(live_phone.attempt.pk)
    Interview.objects.update(next_attempt_at=timezone.now())
    phone = Phone(place_attempt(live_phone.attempt.interview), client)
    give_consent(phone)
    assert last_prompt(phone)["position"] == 1


def test_moment_lengthens_silence(live_phone: Phone) -> None:
    say(live_phone, "I need a moment.")
    record = live_phone.twiml().find("Record")
    assert record is not None
    assert record.attrib["timeout"] == "15"
    say(live_phone, "I worked in a warehouse for two years.")
    assert response_at(live_phone, 0).status == InterviewResponse.Status.ANSWERED


def test_refusal_is_confirmed_and_holds(live_phone: Phone) -> None:
    say(live_phone, "I don't want to do this anymore.")
    assert last_prompt(live_phone)["kind"] == "confirm_stop"
    live_phone.press_key("1")
    interview = Interview.objects.get()
    assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.DECLINED)


def test_refusal_after_enough_answers_keeps_them(live_phone: Phone) -> None:
    for _ in range(2):
        say(live_phone, "I worked in a warehouse for two years.")
    say(live_phone, "I don't want to do this anymore.")
    live_phone.press_key("1")
    assert Interview.objects.get().outcome == Interview.Outcome.PARTIAL


def test_never_again_is_honoured(live_phone: Phone) -> None:
    say(live_phone, "Stop calling me, never call again.")
    assert Interview.objects.get().outcome == Interview.Outcome.OPTED_OUT


def test_request_is_never_answer(live_phone: Phone) -> None:
    say(live_phone, "Sorry, could you repeat that?")
    for _ in range(2):
        live_phone.stay_silent()
    response = response_at(live_phone, 0)
    assert (response.status, response.chosen_recording) == (InterviewResponse.Status.SILENT, None)
