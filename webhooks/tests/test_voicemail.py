"""The message that a job leaves on a voicemail."""

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.models import DoNotCall
from interviews.calling import dialer
from interviews.calling.voicemail import claim_message, waits_for_beep
from interviews.conversation.wording import en
from interviews.conversation.wording.spelling import spell_number
from interviews.models import Attempt, EventKind, Interview, lock_interview
from interviews.reception.employer import employer_of
from screener.services.errors import TransientError
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_driver import Phone

pytestmark = pytest.mark.django_db

BEEP = "machine_end_beep"


@pytest.fixture
def interview(twilio: FakeTwilio) -> Interview:
    interview = make_interview(job=make_approved_job(leave_voicemail=True))
    run_tasks()
    return interview


def answer(interview: Interview, client: Client, answered_by: str = BEEP) -> Phone:
    """Have the last call of the interview be answered."""
    attempt = Attempt.objects.get(interview=interview)
    phone = Phone(attempt, client, attempt.call.twilio_sid)
    phone.pick_up()
    phone.report_machine(answered_by)
    run_tasks(only="interviews.hang_up")
    return phone


def message_url(attempt: Attempt) -> str:
    return f"{settings.WEBHOOK_BASE_URL}{reverse('twilio-voicemail', args=[attempt.pk])}"


def test_message_names_employer_and_number(interview: Interview, twilio: FakeTwilio, client: Client) -> None:
    phone = answer(interview, client)
    assert twilio.calls[0]["url"] == message_url(phone.attempt)
    phone.post(reverse("twilio-voicemail", args=[phone.attempt.pk]), phone.params())
    employer, message = employer_of(interview.job), phone.prompt_text()
    assert employer.name in message
    assert message.count(spell_number(en, employer.callback_number)) == 2
    assert not {*interview.candidate.full_name.split(), interview.job.title_to_say} & set(message.split())
    assert [verb.tag for verb in phone.twiml()] == ["Pause", "Say", "Hangup"]
    assert interview.events.filter(kind=EventKind.ATTEMPT_MESSAGE_LEFT).count() == 1


def test_message_is_left_once(interview: Interview, client: Client) -> None:
    attempt = answer(interview, client).attempt
    assert claim_message(attempt.pk) == ""
    assert not waits_for_beep(interview)  # nor is any later call of the interview
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        interview.attempts.create(number=2, send_before=now, ended_at=now, message_left_at=now)


@pytest.mark.parametrize("answered_by", ["machine_start", "fax", "human", "unknown"])
def test_others_hear_no_message(interview: Interview, twilio: FakeTwilio, client: Client, answered_by: str) -> None:
    phone = answer(interview, client, answered_by)
    phone.attempt.refresh_from_db()
    assert phone.attempt.message_left_at is None
    assert twilio.calls[0]["url"] != message_url(phone.attempt)


@pytest.mark.parametrize(("wanted", "detection"), [(True, "DetectMessageEnd"), (False, "Enable")])
def test_job_decides(twilio: FakeTwilio, client: Client, wanted: bool, detection: str) -> None:
    interview = make_interview(job=make_approved_job(leave_voicemail=wanted))
    run_tasks()
    phone = answer(interview, client)
    phone.attempt.refresh_from_db()
    assert (phone.attempt.message_left_at is not None) == wanted
    assert twilio.calls[0]["machine_detection"] == detection


def test_number_that_is_not_called_hears_none(interview: Interview, twilio: FakeTwilio, client: Client) -> None:
    DoNotCall.objects.add_number(interview.candidate.phone, source="a test")
    answer(interview, client)
    assert twilio.calls[0]["status"] == "completed"


def test_refusal_of_person_silences_message(interview: Interview, client: Client, twilio: FakeTwilio) -> None:
    """It was made at another number of the same person, after the call was placed."""
    other_number = "+14155550199"
    DoNotCall.objects.add_number(other_number, source="a test", candidate=interview.candidate, kind="declined")
    answer(interview, client)
    assert twilio.calls[0]["status"] == "completed"


def test_late_opt_out_silences_message(interview: Interview, client: Client) -> None:
    """It came after the call was sent to the message."""
    phone = answer(interview, client)
    with lock_interview(interview) as locked_interview:
        locked_interview.opt_out(reason="a test")
    phone.post(reverse("twilio-voicemail", args=[phone.attempt.pk]), phone.params())
    assert [verb.tag for verb in phone.twiml()] == ["Hangup"]


def test_failed_message_is_not_repeated(interview: Interview, twilio: FakeTwilio, client: Client) -> None:
    twilio.behaviour = (503, 20503)
    with pytest.raises(TransientError):
        answer(interview, client)
    twilio.behaviour = "ok"
    attempt = Attempt.objects.get()
    dialer.hang_up(attempt.pk)
    assert (twilio.calls[0]["status"], twilio.calls[0]["url"] == message_url(attempt)) == ("completed", False)
