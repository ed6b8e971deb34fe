"""Sends messages to candidates: a step that retries with backoff, and gives up visibly.

The time at which a message is handed to the mail server is saved before. After a crash, or a connection that broke, it
is not known whether the server took the mail: it is sent again with the same Message-ID, and the row says that it may
have come twice. See docs/adr/0023.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, Value, When
from django.utils import timezone

from candidates.models import Consent
from interviews.messages.calendar import agreed_time
from interviews.messages.composition import compose_message
from interviews.messages.routing import choose_channel
from interviews.messages.rules import (
    find_mail_problem,
    find_person_problem,
    find_problem_of_kind,
    open_invitation,
    waiting_time,
)
from interviews.messages.sms.composition import compose_sms, told_time
from interviews.messages.sms.delivery import (
    NumberOptedOut,
    NumberRefused,
    SmsForbidden,
    find_sent_sms,
    hand_over_sms,
)
from interviews.models import CandidateMessage, Interview, MessageKind, MessageProblem, lock_interview
from interviews.models.transitions.call import REPORTED_BY_CARRIER
from interviews.reception.opt_out import opt_out_number
from screener.background.leases import Lease
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.models import LeasableQuerySet
from screener.services.errors import NotSent, PermanentError, ServiceError
from screener.services.mail import DeliveryUnknown, MailboxRefused, OutgoingMail, send_mail
from screener.services.telephony.twilio_errors import MessageStateUnknown

Channel = CandidateMessage.Channel
CalendarEntry = tuple[datetime | None, int | None]
WITH_CALENDAR = (MessageKind.INVITATION, MessageKind.APPOINTMENT, MessageKind.CANCELLATION)
QUIET_HOURS = "It is outside the hours in which candidates get messages."
REMIND_AFTER = timedelta(days=2)
LEASE_LOST = "Another worker sends this message."


@dataclass(frozen=True)
class SentTo:
    """The address, or the number, that the message was taken for."""

    address: str
    message_id: str


@dataclass(frozen=True)
class OptedOut:
    """The owner of the number told the carrier that they want no messages."""

    number: str


class Refused(PermanentError):
    """The message to this address, or this number, is refused for good."""

    def __init__(self, message: str, address: str) -> None:
        super().__init__(message)
        self.address = address


Delivery = SentTo | OptedOut | MessageProblem


def pending_messages() -> LeasableQuerySet[CandidateMessage]:
    return CandidateMessage.objects.pending()


def send(lease: Lease[CandidateMessage]) -> Delivery:
    """Compose the message and hand it over, unless a rule forbids it now. In quiet hours it waits."""
    messages = CandidateMessage.objects.select_related("interview__candidate", "interview__job")
    message = messages.select_related("interview__question_set", "decision").get(pk=lease.pk)
    now = timezone.now()
    if message.channel == Channel.SMS and message.handed_over_at and message.interview.candidate.phone:
        if sid := _find_sent_sms(lease, message, now):
            return SentTo(message.interview.candidate.phone, sid)
        message.handed_over_at = None
    channel = _choose_channel(lease, message, now)
    if isinstance(channel, MessageProblem):
        return channel
    if wait := waiting_time(message.interview.candidate, now):
        raise NotSent(QUIET_HOURS, wait=wait)
    return _send_sms(lease, message, now) if channel == Channel.SMS else _send_mail(lease, message, now)


def _choose_channel(
    lease: Lease[CandidateMessage], message: CandidateMessage, now: datetime
) -> Channel | MessageProblem:
    """The channel, saved on the message, or why it is not sent. A mail that may be on its way stays a mail."""
    if message.handed_over_at:
        problem = find_person_problem(message.interview, now) or find_mail_problem(message.interview, now)
        choice: Channel | MessageProblem = problem or Channel.MAIL
    else:
        choice = choose_channel(message.interview, message.kind, now)
    if isinstance(choice, MessageProblem):
        return choice
    if choice != message.channel:
        message.channel = choice
        CandidateMessage.objects.pending().filter(pk=lease.pk, lease=lease.token).update(channel=choice)
    return find_problem_of_kind(message) or choice


def _send_mail(lease: Lease[CandidateMessage], message: CandidateMessage, now: datetime) -> SentTo:
    entry = calendar_entry(message, now)
    message.appointment_at, message.calendar_sequence = entry
    mail = compose_message(message, open_invitation(message.interview))
    _note_handover(lease, now, entry)
    release_db_connection()
    return _hand_over(lease, mail)


def _send_sms(lease: Lease[CandidateMessage], message: CandidateMessage, now: datetime) -> SentTo | OptedOut:
    number, when = message.interview.candidate.phone, told_time(message, now)
    body = compose_sms(message, open_invitation(message.interview), when)
    _note_handover(lease, now, (when, None))
    release_db_connection()
    try:
        return SentTo(number, hand_over_sms(message, body, now))
    except MessageStateUnknown:
        raise
    except ServiceError as error:
        _note_refusal(lease)
        if isinstance(error, NumberRefused):
            raise Refused(str(error), number) from None
        if isinstance(error, NumberOptedOut):
            return OptedOut(number)
        raise


def _find_sent_sms(lease: Lease[CandidateMessage], message: CandidateMessage, now: datetime) -> str:
    body = compose_sms(message, open_invitation(message.interview), message.appointment_at)
    sid = find_sent_sms(message, body, now)
    if not sid:
        _note_refusal(lease)
    return sid


def save(message: CandidateMessage, delivery: Delivery) -> None:
    if isinstance(delivery, SentTo):
        message.mark_sent(delivery.address, delivery.message_id)
        plan_reminder(message)
    elif isinstance(delivery, OptedOut):
        message.mark_withheld(MessageProblem.DO_NOT_CONTACT)
        opt_out_number(delivery.number, given_by=Consent.GivenBy.UNKNOWN, source=REPORTED_BY_CARRIER)
    else:
        message.mark_withheld(delivery)


def give_up(message: CandidateMessage, error: ServiceError) -> None:
    if isinstance(error, Refused):
        message.mark_refused(error.address, str(error))
    elif isinstance(error, SmsForbidden):
        message.mark_failed(str(error), MessageProblem.NUMBER_NOT_ALLOWED)
    else:
        message.mark_failed(str(error))


def calendar_entry(message: CandidateMessage, now: datetime) -> CalendarEntry:
    """The time of the call and the number of the calendar file that a message has, or none.

    A file follows the last one with the next number, which calendars need to replace an entry.
    """
    if message.kind not in WITH_CALENDAR:
        return None, None
    latest = CandidateMessage.objects.last_with_calendar(message.interview)
    is_cancelled = message.kind == MessageKind.CANCELLATION
    last_time = latest.appointment_at if latest else None
    starts_at = last_time if is_cancelled else agreed_time(message.interview, now)
    if starts_at is None:
        return None, None
    if latest is None:
        return starts_at, 0
    is_same_file = latest == message and last_time == starts_at  # of an earlier try
    return starts_at, (latest.calendar_sequence or 0) + (0 if is_same_file else 1)


def plan_reminder(message: CandidateMessage) -> None:
    """Queue the reminder of a first invitation. When it is due, it is sent only if the candidate has not begun."""
    interview = message.interview
    is_first = message.kind == MessageKind.INVITATION and message.occurrence == 1
    if is_first and interview.is_live and interview.job.sends_reminders:
        due_at = timezone.now() + REMIND_AFTER
        reminder = CandidateMessage.objects.queue(
            interview, MessageKind.REMINDER, actor=message.created_by, due_at=due_at
        )
        reminder.update_fields(channel=message.channel)  # the likely one; it is chosen when it is due


def _note_handover(lease: Lease[CandidateMessage], now: datetime, entry: CalendarEntry) -> None:
    """Save that the server gets the message now. If an earlier handover has no known end, the mail may come twice."""
    repeated = Case(When(handed_over_at__isnull=False, then=Value(True)), default="may_be_repeated")
    row = CandidateMessage.objects.pending().filter(pk=lease.pk, lease=lease.token)
    if not row.update(
        may_be_repeated=repeated, handed_over_at=now, appointment_at=entry[0], calendar_sequence=entry[1]
    ):
        raise NotSent(LEASE_LOST, wait=timedelta(0))


def _hand_over(lease: Lease[CandidateMessage], mail: OutgoingMail) -> SentTo:
    try:
        send_mail(mail)
    except DeliveryUnknown:
        raise
    except ServiceError as error:
        _note_refusal(lease)
        if isinstance(error, MailboxRefused):
            raise Refused(str(error), mail.recipient) from None
        raise
    return SentTo(mail.recipient, mail.message_id)


def _note_refusal(lease: Lease[CandidateMessage]) -> None:
    """Save that the message was not taken."""
    CandidateMessage.objects.filter(pk=lease.pk, lease=lease.token).update(handed_over_at=None)


@contextmanager
def lock_message(pk: UUID) -> Iterator[CandidateMessage | None]:
    """Lock the interview before the message, as those who add and withdraw messages do."""
    interview = Interview.all_objects.filter(messages=pk).first()
    if interview is None:
        yield None
        return
    with lock_interview(interview):
        yield CandidateMessage.objects.select_for_update().filter(pk=pk).first()


SEND_STEP: Step[CandidateMessage, CandidateMessage, Delivery] = Step(
    ready=pending_messages,
    work=send,
    lock=lock_message,
    save=save,
    give_up=give_up,
    error_field="error",
)
