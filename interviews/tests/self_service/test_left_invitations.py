"""A candidate who was invited, and leaves: promised calls stay, and no other call comes while the link works."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interviews.calling.dialer import dial_interview, interviews_due
from interviews.calling.retries import postpone_call
from interviews.calling.verdicts import Later
from interviews.invitations import inviting, scheduling
from interviews.models import Attempt, Interview, Invitation, WaitReason, lock_interview
from interviews.self_service.attempts import leave_attempt, open_attempt
from interviews.task_handles import FOLLOW_UP
from portal.standing import Stage
from tests.support.factories import make_interview, run_tasks
from tests.support.written_interview import Writer

pytestmark = pytest.mark.django_db
TEXT = Attempt.Channel.TEXT


@pytest.fixture
def invitation() -> Invitation:
    return inviting.invite(make_interview(), actor="hanna")


def expire(invitation: Invitation) -> None:
    past = timezone.now() - timedelta(minutes=1)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=past)
    Interview.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=past)


def request_call(interview: Interview) -> None:
    scheduling.request_call(interview, None, wording_version="w", language="en")


@pytest.mark.parametrize("reason", [WaitReason.SCHEDULED, WaitReason.REQUESTED_TIME, WaitReason.CALL_BACK])
def test_promised_call_survives_leaving(invitation: Invitation, reason: WaitReason) -> None:
    interview, promised_at = invitation.interview, timezone.now() + timedelta(minutes=20)
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(promised_at, wait_reason=reason)
    leave_attempt(open_attempt(interview, TEXT).pk)
    run_tasks(only=FOLLOW_UP.name)
    interview.refresh_from_db()
    assert (interview.next_attempt_at, interview.wait_reason) == (promised_at, reason)


@pytest.mark.parametrize("minutes", [20, -1])
def test_promised_call_that_waits_survives_leaving(invitation: Invitation, minutes: int) -> None:
    """Also if its wait ended during the visit: it has not been placed yet."""
    interview, retry_at = invitation.interview, timezone.now() + timedelta(minutes=minutes)
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now(), wait_reason=WaitReason.REQUESTED_TIME)
        postpone_call(locked, Later(retry_at, WaitReason.NO_CAPACITY, "a test"))
    leave_attempt(open_attempt(interview, TEXT).pk)
    run_tasks(only=FOLLOW_UP.name)
    interview.refresh_from_db()
    assert (interview.next_attempt_at, interview.keeps_promise) == (retry_at, True)


def test_left_candidate_is_not_called(invitation: Invitation) -> None:
    interview = invitation.interview
    Interview.objects.update(next_attempt_at=timezone.now(), wait_reason=WaitReason.ATTEMPT_SPACING)
    writer = Writer(interview)
    writer.agree()
    writer.write()
    leave_attempt(writer.attempt.pk)
    interview.refresh_from_db()
    assert (interview.next_attempt_at, interview.wait_reason) == (invitation.expires_at, WaitReason.LEFT_OPEN)
    page = Client().get(reverse("portal", args=[invitation.token]))
    assert page.context["standing"].stage == Stage.ONLINE
    inviting.renew(invitation, actor="hanna", days=30)
    interview.refresh_from_db()
    assert interview.next_attempt_at == invitation.expires_at
    expire(invitation)
    dial_interview(interview.pk)
    interview.refresh_from_db()
    assert (interview.is_live, interview.attempts.count()) == (False, 1)


def test_call_now_ends_open_attempt(invitation: Invitation) -> None:
    interview, attempt = invitation.interview, open_attempt(invitation.interview, TEXT)
    request_call(interview)
    attempt.refresh_from_db()
    assert not attempt.is_live
    run_tasks(only=FOLLOW_UP.name)
    assert interviews_due() == [interview.pk]
