"""The number of queries per webhook: a candidate waits on the phone while they run."""

from typing import Any

import pytest
from django.test import Client

from tests.support.factories import QUESTIONS, make_approved_job, make_interview
from tests.support.twilio_driver import Phone, give_consent, place_attempt

pytestmark = pytest.mark.django_db

TRANSACTION = 2
LOCK = 1
"""Reads the interview, the attempt and the call."""
LOG = 1
"""Inserts the Twilio event."""
ALWAYS = TRANSACTION + LOCK + LOG
RESPONSES = 1
REPLY = 1
"""Stores the reply of a turn, or reads it where the turn is repeated."""
TURN = ALWAYS + RESPONSES + REPLY


@pytest.fixture(params=[3, 12], ids=["three questions", "twelve questions"])
def phone(request: pytest.FixtureRequest, client: Client) -> Phone:
    job = make_approved_job(questions=(QUESTIONS * 4)[: request.param])
    phone = Phone(place_attempt(make_interview(job=job)), client)
    phone.attempt.call.update_fields(twilio_sid=phone.sid)
    return phone


def test_pick_up_queries(phone: Phone, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(TURN + 2):  # the attempt; the names of candidate, job and organisation
        phone.pick_up()


def test_identity_queries(phone: Phone, django_assert_num_queries: Any) -> None:
    phone.pick_up()
    with django_assert_num_queries(TURN + 2):  # the attempt; the names of job and organisation
        phone.press_key("1")


def test_answer_queries(phone: Phone, django_assert_num_queries: Any) -> None:
    give_consent(phone)
    # Read: a recording of this turn. Written: the recording, the attempt, this question, the next one, their events.
    with django_assert_num_queries(TURN + 6):
        phone.record_answer(recorded=False)


def test_callback_queries(phone: Phone, django_assert_num_queries: Any) -> None:
    give_consent(phone)
    record = phone.twiml().find("Record")
    assert record is not None
    phone.record_answer(recorded=False)
    take = phone.attempt.recordings.get()
    with django_assert_num_queries(ALWAYS + 3):  # the recording, read and updated; the task that fetches it
        phone.report_recording(record, {"RecordingSid": take.sid, "RecordingDuration": "20"})
    with django_assert_num_queries(ALWAYS + 2):  # the recording, read and updated
        phone.report_transcription(record, take.sid, "I led it.")


def test_status_queries(phone: Phone, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(ALWAYS + 1):  # the call, updated
        phone.report_status("ringing")


def test_repeated_turn_queries(phone: Phone, django_assert_num_queries: Any) -> None:
    phone.pick_up()
    with django_assert_num_queries(TURN - LOG):
        phone.post_turn(0, "pickup")
