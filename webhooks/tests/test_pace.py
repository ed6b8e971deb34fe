"""The pauses and the time that an attempt gives: those of the job, or more for a candidate who needs it."""

import pytest
from django.test import Client

from interviews.models import EventKind, Interview, lock_interview
from tests.support.factories import make_interview
from tests.support.twilio_driver import Phone, give_consent, place_attempt
from webhooks.twilio import twiml

pytestmark = pytest.mark.django_db

PAUSE_SECONDS = 11


@pytest.fixture
def interview() -> Interview:
    interview = make_interview()
    interview.job.update_fields(answer_pause_seconds=PAUSE_SECONDS)
    return interview


def set_more_time(interview: Interview, more_time: bool) -> None:
    with lock_interview(interview) as locked_interview:
        locked_interview.set_more_time(more_time, actor="hr")


@pytest.mark.parametrize(("more_time", "factor"), [(False, 1), (True, 2)])
def test_attempt_gives_time(interview: Interview, client: Client, more_time: bool, factor: int) -> None:
    set_more_time(interview, more_time)
    phone = Phone(place_attempt(interview), client)
    phone.pick_up()
    gather = phone.twiml().find("Gather")
    assert gather is not None
    assert gather.attrib["timeout"] == str(twiml.USUAL_REPLY_SECONDS * factor)
    give_consent(phone)
    record = phone.twiml().find("Record")
    assert record is not None
    assert record.attrib["timeout"] == str(PAUSE_SECONDS * factor)
    assert phone.attempt.slow == more_time
    set_more_time(interview, not more_time)  # from the next attempt on
    phone.attempt.refresh_from_db()
    assert phone.attempt.pause_seconds == PAUSE_SECONDS * factor


def test_answer_gets_twice_the_time() -> None:
    assert Interview(more_time=True).answer_seconds(120) == 2 * Interview().answer_seconds(120)


def test_change_of_time_adds_event(interview: Interview) -> None:
    for more_time in (True, True, False):
        set_more_time(interview, more_time)
    kinds = interview.events.filter(actor="hr").values_list("kind", flat=True)
    assert list(kinds) == [EventKind.INTERVIEW_MORE_TIME, EventKind.INTERVIEW_USUAL_TIME]
