"""Who gets no message, and when a message has to wait."""

from datetime import datetime, timedelta
from typing import assert_never

from django.conf import settings
from django.utils import timezone

from candidates.models import Candidate, DoNotCall, DoNotCallKey
from interviews.calling.hours import CallingHours, first_allowed
from interviews.calling.person.call_request import CallRequest
from interviews.calling.person.rules import KEY_RECHECK
from interviews.decisions import last_decision
from interviews.messages.calendar import agreed_time
from interviews.models import CandidateMessage, Interview, Invitation, MessageKind, MessageProblem
from interviews.notices.schedule import default_zone
from screener.services.mail import is_configured

NEVER_CONTACTED = frozenset({DoNotCall.Kind.OPTED_OUT, DoNotCall.Kind.DECLINED, DoNotCall.Kind.WRONG_PERSON})
"""Do-not-call entries that hold for messages as well. Who asked for a person may hear from the employer."""


def find_person_problem(interview: Interview, now: datetime) -> MessageProblem | None:
    """Why the candidate of this interview gets no message at all, over any channel."""
    candidate = interview.candidate
    if candidate.erased_at or interview.answers_erased_at:
        return MessageProblem.ERASED
    return MessageProblem.DO_NOT_CONTACT if is_never_contacted(candidate, now) else None


def find_mail_problem(interview: Interview, now: datetime) -> MessageProblem | None:
    """Why the candidate of this interview gets no mail."""
    candidate = interview.candidate
    if not is_configured():
        return MessageProblem.NO_MAIL_SERVER
    if not candidate.email:
        return MessageProblem.NO_ADDRESS
    problem = CandidateMessage.objects.address_problem(candidate.email)
    return MessageProblem(problem) if problem else None


def is_never_contacted(candidate: Candidate, now: datetime) -> bool:
    """Whether the candidate, or the person at their number, refused."""
    return bool(NEVER_CONTACTED & CallRequest(candidate.phone, now, candidate).person_history.refusals)


def waiting_time(candidate: Candidate, now: datetime) -> timedelta:
    """How long a message waits for the hours in which messages are sent, in the time zones of the candidate.

    It also waits while entries of the do-not-call list cannot be read, as calls do.
    """
    if DoNotCallKey.objects.not_configured().exists():
        return KEY_RECHECK
    zones = message_zones(candidate, now)
    allowed_at = first_allowed(CallingHours.parse_hours(settings.MESSAGE_HOURS), zones, since=now)
    return (allowed_at or now) - now


def message_zones(candidate: Candidate, now: datetime) -> tuple[str, ...]:
    """The time zones that the candidate may be in, or else that of the employer."""
    return CallRequest(candidate.phone, now, candidate).zone_names or (default_zone().key,)


def find_problem_of_kind(message: CandidateMessage) -> MessageProblem | None:
    """Why a message of this kind is no longer sent. None: it may be sent."""
    interview = message.interview
    kind = MessageKind(message.kind)
    match kind:
        case MessageKind.INVITATION:
            return _find_invitation_problem(interview)
        case MessageKind.REMINDER:
            has_begun = interview.status != Interview.Status.PENDING or interview.attempts.live().exists()
            return MessageProblem.NOT_NEEDED if has_begun else _find_invitation_problem(interview)
        case MessageKind.APPOINTMENT:
            return _find_appointment_problem(interview)
        case MessageKind.CANCELLATION:
            return _find_cancellation_problem(message)
        case MessageKind.THANK_YOU:
            return None
        case MessageKind.OUTCOME:
            return None if message.decision == last_decision(interview) else MessageProblem.OUTDATED
        case _:
            assert_never(kind)


def _find_appointment_problem(interview: Interview) -> MessageProblem | None:
    """The time may have been changed back since, or the call made."""
    last_message = CandidateMessage.objects.told_appointment(interview)
    time = agreed_time(interview, timezone.now())
    is_known = time is None or (last_message and last_message.appointment_at == time)
    return MessageProblem.NOT_NEEDED if is_known else _find_invitation_problem(interview)


def _find_cancellation_problem(message: CandidateMessage) -> MessageProblem | None:
    """Another time may have been agreed since, whose file replaces the entry, or the time has come."""
    interview = message.interview
    last_message = CandidateMessage.objects.exclude(pk=message.pk).told_appointment(interview)
    is_obsolete = last_message is None or agreed_time(interview, timezone.now())
    return MessageProblem.NOT_NEEDED if is_obsolete else None


def _find_invitation_problem(interview: Interview) -> MessageProblem | None:
    if not interview.is_live:
        return MessageProblem.INTERVIEW_OVER
    return None if open_invitation(interview) else MessageProblem.INVITATION_CLOSED


def open_invitation(interview: Interview) -> Invitation | None:
    invitation = interview.invitations.not_revoked().select_related("interview__candidate").first()
    return invitation if invitation and invitation.is_open else None
