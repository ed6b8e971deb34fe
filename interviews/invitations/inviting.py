"""Inviting a candidate: the link is made, opened again, or closed."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from interviews.models import (
    CandidateMessage,
    EventKind,
    Interview,
    Invitation,
    LockedInterview,
    MessageKind,
    MessageProblem,
    WaitReason,
    lock_interview,
)
from interviews.models.invitations.invitation import DEFAULT_DAYS
from interviews.self_service.expiry import waits_for_choice
from interviews.wait_reason import PROMISED
from jobs.channels import Channel
from screener.models import InvalidTransition, Organisation

GRACE = timedelta(minutes=5)
"""Time for staff who replace a link to invite again before the candidate is called."""

WAITS_FOR_CHOICE = gettext_noop("The candidate was invited and has not chosen yet. No call is placed before.")
IS_OVER = gettext_noop("This interview is over. Plan another one to invite the candidate again.")
IS_REVOKED = gettext_noop("This invitation was revoked. Invite again: the new invitation has another link.")
NO_EMPLOYER = gettext_noop("An invitation names the employer. Enter the name in the admin under Organisation first.")


def invite(interview: Interview, *, actor: str, days: int = DEFAULT_DAYS, send: bool = True) -> Invitation:
    """Return the invitation of an interview, made or opened again as needed.

    No call is placed before the candidate has chosen, or the invitation has expired, except one that was promised.
    `send`: a link that is made or opened again is sent to the candidate.
    Raises InvalidTransition if the interview is over, or the employer has no name.
    """
    with lock_interview(interview) as locked_interview:
        return invite_locked(locked_interview, actor=actor, days=days, send=send)


def invite_locked(interview: LockedInterview, *, actor: str, days: int = DEFAULT_DAYS, send: bool = True) -> Invitation:
    """The same for an interview that the caller has locked."""
    _require_live(interview)
    if Organisation.current() is None:
        raise InvalidTransition(gettext(NO_EMPLOYER))
    invitation = current_invitation(interview.row)
    if invitation and invitation.is_open:
        return invitation
    if invitation is None:
        expires_at = timezone.now() + timedelta(days=days)
        invitation = Invitation.objects.create(interview=interview.row, expires_at=expires_at, created_by=actor)
        interview.add_event(EventKind.INTERVIEW_INVITED, actor=actor, until=expires_at.isoformat())
        _hold_calls(interview, until=expires_at, actor=actor)
    else:
        _extend(interview, invitation, days=days, actor=actor)
    if send:
        CandidateMessage.objects.queue(interview.row, MessageKind.INVITATION, actor=actor)
    return invitation


def invite_or_renew(interview: Interview, *, actor: str, days: int, send: bool) -> tuple[Invitation, bool]:
    """Invite the candidate, or let their link work for so many days from now. Tells whether they were invited now.

    Raises InvalidTransition as `invite` and `renew` do.
    """
    invitation = current_invitation(interview)
    if invitation is None:
        return invite(interview, actor=actor, days=days, send=send), True
    renew(invitation, actor=actor, days=days, send=send)
    return invitation, False


def renew(invitation: Invitation, *, actor: str, days: int = DEFAULT_DAYS, send: bool = False) -> None:
    """Let the same link work for so many days from now. `send`: it is sent to the candidate again.

    Raises InvalidTransition if the invitation was revoked, the interview is over, or it has had too many messages.
    """
    with lock_interview(invitation.interview) as interview:
        invitation.refresh_from_db(fields=["expires_at", "revoked_at"])
        _require_live(interview)
        if invitation.revoked_at:
            raise InvalidTransition(gettext(IS_REVOKED))
        if send and not CandidateMessage.objects.has_room(interview.row, MessageKind.INVITATION):
            raise InvalidTransition(str(MessageProblem.LIMIT.label))
        _extend(interview, invitation, days=days, actor=actor)
        if send:
            CandidateMessage.objects.queue(interview.row, MessageKind.INVITATION, actor=actor)


def revoke(invitation: Invitation, *, actor: str) -> bool:
    """Close the link for ever. False: it was revoked before.

    A message with it that is not sent yet is withdrawn. Calls that it held are placed after `GRACE`, as the dial rules
    allow, unless the candidate is invited again before. Where the candidate cancelled the call, or asked for another
    way, none is placed.
    """
    with lock_interview(invitation.interview) as interview:
        revoked = invitation.revoke(actor=actor)
        if revoked:
            interview.row.messages.withdraw(MessageProblem.INVITATION_CLOSED)
            interview.add_event(EventKind.INVITATION_REVOKED, actor=actor)
            if interview.row.is_live and interview.row.wait_reason == WaitReason.INVITED:
                interview.release_calls(timezone.now() + GRACE)
    return revoked


def current_invitation(interview: Interview) -> Invitation | None:
    """The invitation that is not revoked. It may have expired."""
    return interview.invitations.not_revoked().select_related("interview__candidate", "interview__job").first()


def _hold_calls(interview: LockedInterview, *, until: datetime, actor: str) -> None:
    """Let the candidate choose first. A call stays that was promised, is under way, or whose follow-up is not decided.

    Calls that are held for them already are held as long as the new invitation is open.
    """
    row = interview.row
    if row.channel != Channel.PHONE or row.wait_reason in PROMISED or row.attempts.in_a_call().exists():
        return
    if waits_for_choice(row):
        interview.move_end_of_wait(until)
    elif row.next_attempt_at is not None or not row.attempts.exists():
        interview.hold_calls(until, wait_reason=WaitReason.INVITED, reason=WAITS_FOR_CHOICE, actor=actor)


def _extend(interview: LockedInterview, invitation: Invitation, *, days: int, actor: str) -> None:
    invitation.extend(days)
    if waits_for_choice(interview.row):
        interview.move_end_of_wait(invitation.expires_at)
    interview.add_event(EventKind.INVITATION_RENEWED, actor=actor, until=invitation.expires_at.isoformat())


def _require_live(interview: LockedInterview) -> None:
    if not interview.row.is_live:
        raise InvalidTransition(gettext(IS_OVER))
