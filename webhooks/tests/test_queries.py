"""What each webhook asks of the database: counted, because somebody waits on the phone while it does."""

from typing import Any

import pytest
from django.test import Client

from tests.support.factories import QUESTIONS, make_approved_job, make_interview
from tests.support.twilio_driver import Phone, give_consent, place_attempt

pytestmark = pytest.mark.django_db

TRANSACTION = 2
HELD = 1
"""The interview, the attempt and the call, in one."""
KEPT = 1
"""The event itself."""
ALWAYS = TRANSACTION + HELD + KEPT


@pytest.fixture(params=[3, 12], ids=["three questions", "twelve questions"])
def phone(request: pytest.FixtureRequest, client: Client) -> Phone:
    job = make_approved_job(questions=(QUESTIONS * 4)[: request.param])
    phone = Phone(place_attempt(make_interview(job=job)), client)
    phone.attempt.call.update_fields(twilio_sid=phone.sid)
    return phone


def test_a_pick_up(phone: Phone, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(ALWAYS + 3):  # the questions; the attempt moves; whose name to say
        phone.pick_up()


def test_who_it_is(phone: Phone, django_assert_num_queries: Any) -> None:
    phone.pick_up()
    with django_assert_num_queries(ALWAYS + 3):  # the questions; the attempt moves; which job to name
        phone.press_key("1")


def test_an_answer(phone: Phone, django_assert_num_queries: Any) -> None:
    give_consent(phone)
    # The questions, the take that may be known; the take, the attempt, this question, the next, and their history.
    with django_assert_num_queries(ALWAYS + 7):
        phone.record_answer(recorded=False)


def test_a_recording_and_its_transcription(phone: Phone, django_assert_num_queries: Any) -> None:
    give_consent(phone)
    record = phone.twiml().find("Record")
    assert record is not None
    phone.record_answer(recorded=False)
    take = phone.attempt.takes.get()
    with django_assert_num_queries(ALWAYS + 3):  # the take; it is there; the job to fetch it
        phone.report_recording(record, {"RecordingSid": take.sid, "RecordingDuration": "20"})
    with django_assert_num_queries(ALWAYS + 2):  # the take; its words
        phone.report_transcription(record, take.sid, "I led it.")


def test_a_status(phone: Phone, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(ALWAYS + 1):  # the call
        phone.report_status("ringing")


def test_the_same_again(phone: Phone, django_assert_num_queries: Any) -> None:
    phone.pick_up()
    with django_assert_num_queries(ALWAYS + 1):  # the questions, what was answered before; nothing is kept twice
        phone.post_turn(0, "pickup")
