"""Inviting holds calls until the candidate chooses, however it is done; promised calls stay."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from interviews.calling.dialer import interviews_due
from interviews.invitations import inviting
from interviews.invitations.choices import request_adjustment
from interviews.invitations.scheduling import cancel_call
from interviews.models import Attempt, Call, Interview, Invitation, WaitReason, lock_interview
from screener.models import RoleKey
from tests.support.factories import make_api_client, make_interview
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview() -> Interview:
    return make_interview()


def held_until(interview: Interview) -> object:
    interview.refresh_from_db()
    return interview.next_attempt_at if interview.wait_reason == WaitReason.INVITED else None


@pytest.mark.parametrize("is_desk", [True, False], ids=["desk", "api"])
def test_invitation_holds_calls(interview: Interview, is_desk: bool) -> None:
    if is_desk:
        client = login_client(make_role_user(RoleKey.RECRUITER))
        client.post(reverse("desk-invitation", args=[interview.pk]), {"days": 7})
    else:
        make_api_client().post(f"/api/v1/interviews/{interview.pk}/invitation/", {"send": False}, format="json")
    assert held_until(interview) == Invitation.objects.get().expires_at
    assert interviews_due() == []


@pytest.mark.parametrize("reason", [WaitReason.SCHEDULED, WaitReason.REQUESTED_TIME, WaitReason.CALL_BACK])
def test_promised_call_stays(interview: Interview, reason: WaitReason) -> None:
    promised_at = timezone.now() + timedelta(hours=2)
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(promised_at, wait_reason=reason)
    inviting.invite(interview, actor="hanna")
    interview.refresh_from_db()
    assert (interview.next_attempt_at, interview.wait_reason) == (promised_at, reason)


def test_second_invitation_moves_end_of_wait(interview: Interview) -> None:
    inviting.revoke(inviting.invite(interview, actor="hanna"), actor="hanna")
    second = inviting.invite(interview, actor="hanna", days=30)
    assert held_until(interview) == second.expires_at


def test_call_under_way_goes_on(interview: Interview) -> None:
    attempt = Attempt.objects.create(interview=interview, number=1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number=interview.candidate.phone, twilio_sid="CA1")
    inviting.invite(interview, actor="hanna")
    assert held_until(interview) is None


def test_revoked_invitation_releases_calls(interview: Interview) -> None:
    inviting.revoke(inviting.invite(interview, actor="hanna"), actor="hanna")
    interview.refresh_from_db()
    assert interview.wait_reason == ""
    assert interviews_due() == []
    with time_machine.travel(timezone.now() + inviting.GRACE, tick=False):
        assert interviews_due() == [interview.pk]


@pytest.mark.parametrize("choice", ["cancel", "adjust", "schedule"])
def test_revocation_keeps_choice_of_candidate(interview: Interview, choice: str) -> None:
    invitation = inviting.invite(interview, actor="hanna")
    match choice:
        case "cancel":
            cancel_call(interview, until=invitation.expires_at)
        case "adjust":
            request_adjustment(interview, words="In sign language", more_time=False, until=invitation.expires_at)
        case _:
            with lock_interview(interview) as locked:
                locked.move_next_attempt(invitation.expires_at, actor="x", wait_reason=WaitReason.SCHEDULED)
    interview.refresh_from_db()
    before = interview.wait_reason, interview.next_attempt_at
    inviting.revoke(invitation, actor="hanna")
    interview.refresh_from_db()
    assert (interview.wait_reason, interview.next_attempt_at) == before


def test_revocation_of_ended_interview_places_no_call(interview: Interview) -> None:
    invitation = inviting.invite(interview, actor="hanna")
    with lock_interview(interview) as locked:
        locked.cancel(Interview.Outcome.BY_HR, actor="hanna")
    inviting.revoke(invitation, actor="hanna")
    interview.refresh_from_db()
    assert interview.next_attempt_at is None
