"""Interviews outside of the phone end with their invitation, by the answers that were given."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from interviews.invitations import inviting
from interviews.invitations.choices import request_adjustment
from interviews.models import Attempt, Interview
from interviews.self_service.attempts import leave_attempt
from interviews.self_service.expiry import WITHOUT_INVITATION, expire_interviews
from tests.support.factories import make_interview
from tests.support.written_interview import Writer

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def interview() -> Interview:
    interview = make_interview()
    interview.update_fields(channel=Attempt.Channel.TEXT, next_attempt_at=None)
    return interview


def outcome_at(interview: Interview, moment: datetime) -> str:
    with time_machine.travel(moment, tick=False):
        expire_interviews()
    interview.refresh_from_db()
    return interview.outcome


def test_interview_expires_with_invitation(interview: Interview) -> None:
    end = inviting.invite(interview, actor="hanna").expires_at
    writer = Writer(interview)
    writer.agree()
    assert outcome_at(interview, end + SECOND) == ""  # the candidate is at work
    leave_attempt(writer.attempt.pk)
    assert outcome_at(interview, end - SECOND) == ""
    assert outcome_at(interview, end + SECOND) == Interview.Outcome.EXPIRED
    assert interview.status == Interview.Status.FAILED


def test_answers_of_expired_interview_count(interview: Interview) -> None:
    end = inviting.invite(interview, actor="hanna").expires_at
    writer = Writer(interview)
    writer.agree()
    writer.write()
    writer.write()
    leave_attempt(writer.attempt.pk)
    assert outcome_at(interview, end + SECOND) == Interview.Outcome.PARTIAL
    assert interview.result_status == Interview.ResultStatus.PENDING


def test_interview_of_client_expires_after_last_input(interview: Interview) -> None:
    writer = Writer(interview)
    writer.agree()
    leave_attempt(writer.attempt.pk)
    later = timezone.now() + timedelta(days=3)
    Attempt.objects.update(last_input_at=later)
    assert outcome_at(interview, later + WITHOUT_INVITATION - SECOND) == ""
    assert outcome_at(interview, later + WITHOUT_INVITATION + SECOND) == Interview.Outcome.EXPIRED


def test_adjustment_that_was_not_arranged_goes_to_person(interview: Interview) -> None:
    end = inviting.invite(interview, actor="hanna").expires_at
    request_adjustment(interview, words="By letter, please", more_time=False, until=end)
    assert outcome_at(interview, end + SECOND) == Interview.Outcome.PERSON_REQUESTED


def test_phone_interview_stays_open(interview: Interview) -> None:
    interview.update_fields(channel=Attempt.Channel.PHONE)
    assert outcome_at(interview, timezone.now() + timedelta(days=99)) == ""
