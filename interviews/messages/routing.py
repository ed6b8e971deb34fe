"""The channel of a message: mail, or SMS where no mail can be sent or the job has SMS first."""

from collections.abc import Callable
from datetime import datetime

from interviews.messages.rules import find_mail_problem, find_person_problem
from interviews.messages.sms.rules import find_sms_problem
from interviews.models import CandidateMessage, Interview, MessageKind, MessageProblem
from screener.services.telephony import twilio_messages

Channel = CandidateMessage.Channel

SMS_FIRST = (Channel.SMS, Channel.MAIL)
BY_MAIL_ONLY = frozenset({MessageKind.OUTCOME})
"""A decision is not told in an SMS."""

OTHER_CHANNEL_MAY_HELP = frozenset(
    {
        MessageProblem.NO_ADDRESS,
        MessageProblem.NO_MAIL_SERVER,
        MessageProblem.ADDRESS_BOUNCED,
    }
)
"""Of a mail. Who reported a mail as unwanted gets no SMS in its place."""

FINDERS: dict[Channel, Callable[[Interview, datetime], MessageProblem | None]] = {
    Channel.MAIL: find_mail_problem,
    Channel.SMS: find_sms_problem,
}


def choose_channel(interview: Interview, kind: str, now: datetime) -> Channel | MessageProblem:
    """The channel over which a message of this kind is sent now, or why none is."""
    if problem := find_person_problem(interview, now):
        return problem
    problems: dict[Channel, MessageProblem] = {}
    for channel in _preferred_channels(interview, kind):
        problem = FINDERS[channel](interview, now)
        if problem is None:
            return channel
        problems[channel] = problem
        if channel == Channel.MAIL and problem not in OTHER_CHANNEL_MAY_HELP:
            return problem
    shows_sms = Channel.SMS in problems and bool(interview.candidate.phone)
    return problems[Channel.SMS if shows_sms else Channel.MAIL]


def find_contact_problem(
    interview: Interview, now: datetime, kind: str = MessageKind.INVITATION
) -> MessageProblem | None:
    """Why the candidate of this interview gets no message of this kind over any channel."""
    choice = choose_channel(interview, kind, now)
    return choice if isinstance(choice, MessageProblem) else None


def _preferred_channels(interview: Interview, kind: str) -> tuple[Channel, ...]:
    if kind in BY_MAIL_ONLY or not twilio_messages.is_configured():
        return (Channel.MAIL,)
    if kind == MessageKind.CANCELLATION:
        last_message = CandidateMessage.objects.last_with_time(interview)
        if last_message and last_message.channel == Channel.SMS:
            return SMS_FIRST
    return SMS_FIRST if interview.job.sms_first else (Channel.MAIL, Channel.SMS)
