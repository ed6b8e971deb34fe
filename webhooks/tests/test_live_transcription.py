"""The words that Twilio reports while an answer is recorded."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from interviews.models import InterviewResponse, LiveTranscript, Recording
from interviews.models.no_answer import NoAnswer
from interviews.models.turns.live_transcript import MAX_BYTES
from tests.support.factories import make_interview
from tests.support.twilio_driver import Phone, give_consent, place_attempt
from webhooks.models import TwilioEvent
from webhooks.tests.test_queries import TURN

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(client: Client, settings: Any) -> Phone:
    settings.LIVE_TRANSCRIPTION = True
    phone = Phone(place_attempt(make_interview()), client)
    give_consent(phone)
    return phone


def stored_words(phone: Phone) -> str:
    return LiveTranscript.objects.get(attempt=phone.attempt).joined_words


def test_transcription_runs_per_turn(phone: Phone) -> None:
    started = phone.twiml().find("Start/Transcription")
    assert started is not None
    assert started.attrib["track"] == "inbound_track"
    phone.record_answer()
    stopped, next_started = phone.twiml().find("Stop/Transcription"), phone.twiml().find("Start/Transcription")
    assert stopped is not None
    assert next_started is not None
    assert stopped.attrib["name"] == started.attrib["name"] != next_started.attrib["name"]


def test_transcription_is_off_by_default(phone: Phone, settings: Any) -> None:
    settings.LIVE_TRANSCRIPTION = False
    phone.record_answer()
    assert phone.twiml().find("Start") is None
    assert phone.twiml().find("Stop") is None


@pytest.mark.parametrize("order", [(1, 2, 3, 4), (4, 3, 2, 1), (2, 2, 4, 1, 3, 3)])
def test_pieces_come_in_any_order(phone: Phone, order: tuple[int, ...]) -> None:
    pieces = {1: ("Two", False), 2: ("Two years", True), 3: ("at", False), 4: ("at the harbour", False)}
    for sequence in order:
        words, final = pieces[sequence]
        assert phone.report_live_words(words, sequence, final=final).status_code == 204
    assert stored_words(phone) == "Two years at the harbour"


def test_final_piece_replaces_partial(phone: Phone) -> None:
    phone.report_live_words("Sorry could", 1, final=False)
    phone.report_live_words("Sorry, could you repeat that?", 2)
    assert stored_words(phone) == "Sorry, could you repeat that?"


def test_stored_words_are_bounded(phone: Phone) -> None:
    for sequence in range(1, 40):
        phone.report_live_words("word " * 1000, sequence)
    assert len(stored_words(phone)) < MAX_BYTES + 5_000


@pytest.mark.parametrize(
    "more",
    [{"CallSid": "CA" + "1" * 32}, {"CallSid": ""}, {"AccountSid": "AC" + "1" * 32}],
    ids=["another call", "no call", "another account"],
)
def test_stranger_stores_nothing(phone: Phone, more: dict[str, Any]) -> None:
    phone.report_live_words("Stop calling me.", **more)
    assert not LiveTranscript.objects.exists()


def test_unknown_turn_is_only_logged(phone: Phone) -> None:
    for attempt, turn in ((phone.attempt.pk, 99), (uuid4(), 3)):
        url = reverse("twilio-live-transcription", args=[attempt, turn])
        assert phone.report_live_words("Hello.", url=url).status_code in (204, 403)
    assert not LiveTranscript.objects.exists()
    assert TwilioEvent.objects.filter(kind="live").count() == 1


@pytest.mark.parametrize("data", ["", "no json", "[1]", '{"transcript": "a\\u0000b\\ud800"}'])
def test_malformed_words_do_no_harm(phone: Phone, data: str) -> None:
    assert phone.report_live_words("", TranscriptionData=data).status_code in (204, 400)
    assert phone.record_answer().status_code == 200


def test_words_of_outbound_track_are_ignored(phone: Phone) -> None:
    phone.report_live_words("Never call me again.", Track="outbound_track")
    assert not LiveTranscript.objects.exists()


def test_error_is_logged(phone: Phone) -> None:
    error: dict[str, Any] = {"TranscriptionEvent": "transcription-error", "TranscriptionErrorCode": "32650"}
    assert phone.report_live_words("", **error).status_code == 204
    assert TwilioEvent.objects.filter(kind="live").count() == 1


def test_request_is_no_answer(phone: Phone) -> None:
    phone.report_live_words("Sorry, could you repeat that?")
    phone.record_answer(seconds=8)
    recording = Recording.objects.get()
    assert (recording.request, recording.chosen) == (NoAnswer.ASKED_REPEAT, False)
    assert phone.attempt.interview.responses.get(position=0).status == InterviewResponse.Status.ASKED


def test_partial_words_are_understood(phone: Phone) -> None:
    phone.report_live_words("I don't know", final=False)
    phone.record_answer(seconds=8)
    response = phone.attempt.interview.responses.get(position=0)
    assert (response.status, response.no_answer) == (InterviewResponse.Status.SKIPPED, NoAnswer.DONT_KNOW)


def test_words_before_tone_are_understood(phone: Phone) -> None:
    phone.report_live_words("Could you repeat that please")
    phone.stay_silent()
    assert phone.attempt.replies.get(turn=3).prompt["lead"] == "repeated"


def test_late_words_do_not_reach_next_turn(phone: Phone) -> None:
    started = phone.twiml().find("Start/Transcription")
    assert started is not None
    phone.record_answer()
    phone.report_live_words("Next question please.", url=started.attrib["statusCallbackUrl"])
    phone.record_answer()
    answered = phone.attempt.interview.responses.filter(status=InterviewResponse.Status.ANSWERED)
    assert answered.count() == 2


def test_live_words_queries(phone: Phone, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        phone.report_live_words("Two years at the harbour.")
    with django_assert_num_queries(TURN + 6 + 1):  # as without live transcription; the words
        phone.record_answer(recorded=False)
