"""When the next call is placed: candidates choose in their portal, reviewers and clients for them."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from candidates.models import Consent
from interviews.calling.person.call_request import CallRequest
from interviews.calling.requested_calls import REQUESTED_TIME_RULES
from interviews.calling.rules import MOMENTARY_RULES, PERMANENT_RULES, evaluate_request
from interviews.calling.verdicts import DialRule, Later
from interviews.invitations.choices import add_form_consent, require_live
from interviews.models import Interview, LockedInterview, WaitReason, lock_interview
from interviews.models.transitions.interview import ChannelNotAllowed
from interviews.self_service.attempts import leave_for_other_channel
from jobs.channels import Channel
from screener.models import InvalidTransition

LONGEST_AHEAD = timedelta(days=90)
TOLERANCE = timedelta(minutes=1)
"""A time that passed while the form was filled in means now."""

OVER = gettext_noop("This interview is over; it can't be called again. Start a new one.")
TIME_PASSED = gettext_noop("This time has passed. Choose a later one.")
TOO_FAR_AHEAD = gettext_noop("Choose a time within the next 90 days.")
CANCELLED = gettext_noop("The candidate cancelled the planned call, and has not chosen another time.")
RULES_AT_ONCE = REQUESTED_TIME_RULES | {DialRule.COOL_DOWN: MOMENTARY_RULES[DialRule.COOL_DOWN]}


class TimeNotAllowed(InvalidTransition):
    """The dial rules forbid a call at this time. `first_allowed`: the first moment from then on that they allow."""

    code = "time_not_allowed"

    def __init__(self, wait: Later) -> None:
        self.first_allowed, self.reason = wait.not_before, wait.reason
        sentence = gettext("The first allowed moment is %(time)s.") % {"time": wait.not_before.isoformat()}
        super().__init__(f"{wait.reason} {sentence}")


class NotCallable(InvalidTransition):
    """The dial rules forbid every call to this candidate. The message is for staff and clients."""

    code = "not_callable"


def check_call_time(interview: Interview, when: datetime, *, new_consent: bool | None = None) -> None:
    """Raise TimeNotAllowed, NotCallable, or InvalidTransition where the time has passed or is too far ahead.

    The rules whose verdict on a later moment is known in advance are asked about that moment. All are asked again when
    the call is due. `new_consent`: the consent that is about to be recorded.
    """
    now, is_repeat = timezone.now(), bool(interview.repeat_reason)
    if when < now - TOLERANCE:
        raise InvalidTransition(gettext(TIME_PASSED))
    if when > now + LONGEST_AHEAD:
        raise InvalidTransition(gettext(TOO_FAR_AHEAD))
    candidate, job = interview.candidate, interview.job
    request = CallRequest(candidate.phone, now, candidate, job, interview, is_repeat=is_repeat, new_consent=new_consent)
    if refusal := evaluate_request(request, PERMANENT_RULES).first_refusal:
        raise NotCallable(refusal.reason)
    verdict = evaluate_request(replace(request, now=max(when, now)), RULES_AT_ONCE).overall_verdict
    if isinstance(verdict, Later):
        raise TimeNotAllowed(verdict)


def reschedule(interview: Interview, when: datetime, *, actor: str) -> None:
    """A reviewer, or a client, has the next call placed at this time."""
    with lock_interview(interview) as locked_interview:
        if not interview.is_live:
            raise InvalidTransition(gettext(OVER))
        check_call_time(interview, when)
        locked_interview.move_next_attempt(when, actor=actor, wait_reason=WaitReason.SCHEDULED)


def request_call(
    interview: Interview, when: datetime | None, *, wording_version: str, language: str, time_zone: str = ""
) -> None:
    """The candidate consents to a call, now or at this time. `time_zone`: the one that they say they are in, if any."""
    with lock_interview(interview) as locked_interview:
        require_live(interview)
        candidate, moment = interview.candidate, when or timezone.now()
        if time_zone and time_zone != candidate.timezone:
            candidate.update_fields(timezone=time_zone)
        leave_for_other_channel(locked_interview)
        _move_to_phone(locked_interview)
        check_call_time(interview, moment, new_consent=True)
        add_form_consent(interview, Consent.Kind.CALL, given=True, wording_version=wording_version, language=language)
        wait_reason = WaitReason.REQUESTED_TIME if when else ""
        locked_interview.move_next_attempt(moment, actor="candidate", wait_reason=wait_reason)


def cancel_call(interview: Interview, *, until: datetime) -> None:
    """The candidate does not want the planned call. The interview waits for another choice, at most until then."""
    with lock_interview(interview) as locked_interview:
        require_live(interview)
        locked_interview.hold_calls(until, wait_reason=WaitReason.CALL_CANCELLED, reason=CANCELLED)


def _move_to_phone(interview: LockedInterview) -> None:
    """Hold the interview on the phone. Raises ChannelNotAllowed if it is not there and the job does not allow it."""
    if interview.row.channel != Channel.PHONE and Channel.PHONE not in interview.row.job.channels:
        raise ChannelNotAllowed(Channel.PHONE)
    interview.hold_on_phone()
