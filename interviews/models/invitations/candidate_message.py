"""Messages to candidates about their interview: kind, channel, and whether they arrived."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candidates.models import hashes_of_emails, hashes_of_numbers
from interviews.conditions.undelivered import is_undelivered_invitation
from interviews.models.decision import Decision
from interviews.models.interview import Interview
from interviews.task_handles import SEND_CANDIDATE_MESSAGE
from screener.models import LeasableModel, LeasableQuerySet

ONE_MESSAGE = "one_message_per_interview_kind_and_occurrence"


class MessageKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    REMINDER = "reminder", _("Reminder")
    APPOINTMENT = "appointment", _("Time of the call")
    CANCELLATION = "cancellation", _("Cancellation")
    THANK_YOU = "thank_you", _("Thank-you")
    OUTCOME = "outcome", _("Decision")


class MessageProblem(models.TextChoices):
    """Why a message was not sent, or did not arrive."""

    NO_MAIL_SERVER = "no_mail_server", _("No mail server is configured")
    NO_ADDRESS = "no_address", _("The candidate has no e-mail address")
    DO_NOT_CONTACT = "do_not_contact", _("The candidate is on the do-not-call list")
    ERASED = "erased", _("The candidate's data was erased")
    INVITATION_CLOSED = "invitation_closed", _("The invitation was revoked, or has expired")
    INTERVIEW_OVER = "interview_over", _("The interview is over")
    NOT_NEEDED = "not_needed", _("No longer needed")
    REPLACED = "replaced", _("Another message took its place")
    OUTDATED = "outdated", _("The decision has changed")
    ADDRESS_BOUNCED = "address_bounced", _("Mails to this address do not arrive")
    ADDRESS_COMPLAINED = "address_complained", _("The candidate reported a mail as unwanted, or unsubscribed")
    UNSUBSCRIBED = "unsubscribed", _("The candidate unsubscribed")
    REFUSED = "refused", _("The candidate's mail server refused the mail")
    UNDELIVERED = "undelivered", _("The mail could not be delivered. Another one may arrive")
    GIVEN_UP = "given_up", _("It could not be handed over for hours")
    NO_MOBILE = "no_mobile", _("The candidate has no number that gets SMS")
    NO_CONSENT = "no_consent", _("There is no consent to be called, which an SMS needs as well")
    NUMBER_NOT_ALLOWED = "number_not_allowed", _("A calling rule, or the carrier, forbids SMS to this number")
    NUMBER_UNREACHABLE = "number_unreachable", _("SMS to this number do not arrive")
    NOT_DELIVERED = "not_delivered", _("The phone network did not deliver the SMS")
    LIMIT = "limit", _("The interview has had as many messages as allowed")


class DeliveryReport(StrEnum):
    """The fate of a mail that the server has taken, as the e-mail provider reports it."""

    DEFERRED = "deferred"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    """Given up for a reason that may pass, such as a full mailbox."""
    BOUNCED = "bounced"
    """There is no such mailbox, for good."""
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


class SmsReport(StrEnum):
    """The fate of an SMS, as the carrier reports it."""

    TAKEN = "taken"
    """It is on its way."""
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    UNREACHABLE = "unreachable"
    """No SMS reaches this number, now or later."""
    OPTED_OUT = "opted_out"
    """The owner of the number refuses all messages from the sender."""


MOST_MESSAGES = 3
MOST_WITH: dict[str, int] = {
    MessageKind.INVITATION: 2,
    MessageKind.REMINDER: 2,
    MessageKind.THANK_YOU: 2,
    MessageKind.OUTCOME: MOST_MESSAGES,
}
"""The most messages of an interview, by the kind of the last one. The third one is left for the outcome.

A reminder that waits gives way to any other message.
"""
MOST_APPOINTMENTS = 5
"""Messages with times of calls have a limit of their own. Cancellations have none: each takes back a time."""


class MessageQuerySet(LeasableQuerySet["CandidateMessage"]):
    def pending(self) -> Self:
        return self.filter(status=CandidateMessage.Status.PENDING)

    def counted(self) -> Self:
        """The messages that reached the candidate, may have done so, or will."""
        return self.exclude(status__in=CandidateMessage.WITHHELD)

    def address_problem(self, address: str) -> str:
        """Why no mail is sent to this address any more: an earlier one bounced, or was reported. Empty: none did."""
        bad = self.filter(address_hash__in=hashes_of_emails([address]), status__in=CandidateMessage.ADDRESS_PROBLEMS)
        statuses = set(bad.values_list("status", flat=True))
        return next(
            (problem for status, problem in CandidateMessage.ADDRESS_PROBLEMS.items() if status in statuses), ""
        )

    def is_unreachable(self, number: str) -> bool:
        """Whether an SMS to this number failed for good."""
        hashes = hashes_of_numbers([number])
        return self.filter(address_hash__in=hashes, status=CandidateMessage.Status.BOUNCED).exists()

    def sent_as_sms(self) -> Self:
        """The messages whose text the carrier has."""
        return self.filter(channel=CandidateMessage.Channel.SMS).exclude(provider_id="")

    def waiting_reminders(self) -> Self:
        return self.pending().filter(kind=MessageKind.REMINDER, handed_over_at__isnull=True)

    def last_with_time(self, interview: Interview) -> "CandidateMessage | None":
        """The last message about the time of a call that the candidate has, or may have."""
        messages = self.filter(interview=interview, appointment_at__isnull=False)
        latest = (F(name).desc(nulls_last=True) for name in ("handed_over_at", "calendar_sequence"))
        return messages.order_by(*latest, "-created_at").first()

    def last_with_calendar(self, interview: Interview) -> "CandidateMessage | None":
        """The last message whose calendar file the candidate has, or may have."""
        return self.filter(interview=interview, calendar_sequence__isnull=False).order_by("-calendar_sequence").first()

    def told_appointment(self, interview: Interview) -> "CandidateMessage | None":
        """The message that told the candidate when they are called, if that was not taken back and is still to come."""
        latest = self.last_with_time(interview)
        if latest is None or latest.kind == MessageKind.CANCELLATION or latest.appointment_at is None:
            return None
        return latest if latest.appointment_at > timezone.now() else None

    def queue_appointment(self, interview: Interview, *, actor: str) -> None:
        """Tell a candidate who was invited the time that was agreed. The caller has locked the interview."""
        waiting = self.pending().filter(interview=interview, kind=MessageKind.APPOINTMENT)
        if interview.invitations.not_revoked().exists() and not waiting.exists():
            self.queue(interview, MessageKind.APPOINTMENT, actor=actor)

    def queue_cancellation(self, interview: Interview, *, actor: str) -> None:
        """Tell the candidate that the call at the announced time is cancelled. No effect if that time has passed."""
        waiting = self.pending().filter(interview=interview, kind=MessageKind.CANCELLATION)
        if self.told_appointment(interview) and not waiting.exists():
            self.queue(interview, MessageKind.CANCELLATION, actor=actor)

    def has_room(self, interview: Interview, kind: MessageKind) -> bool:
        """Whether the interview may have another message of this kind."""
        own = self.filter(interview=interview)
        counted = own.counted().exclude(pk__in=own.waiting_reminders().values("pk"))
        if kind == MessageKind.CANCELLATION:
            return True
        if kind == MessageKind.APPOINTMENT:
            return counted.filter(kind=kind).count() < MOST_APPOINTMENTS
        return counted.filter(kind__in=MOST_WITH).count() < MOST_WITH[kind]

    def queue(
        self,
        interview: Interview,
        kind: MessageKind,
        *,
        actor: str,
        due_at: datetime | None = None,
        decision: Decision | None = None,
    ) -> "CandidateMessage":
        """Add a message, to be sent soon, or at `due_at`. The caller has locked the interview.

        Over the limit it is kept as not sent. `decision`: the one that a message of the kind outcome tells.
        """
        own = self.filter(interview=interview)
        own.waiting_reminders().withdraw(MessageProblem.REPLACED)
        latest = own.filter(kind=kind).aggregate(latest=Max("occurrence"))["latest"] or 0
        message = self.model(
            interview=interview,
            kind=kind,
            occurrence=latest + 1,
            created_by=actor,
            retry_at=due_at,
            decision=decision,
        )
        if not self.has_room(interview, kind):
            message.status, message.problem = CandidateMessage.Status.NOT_SENT, MessageProblem.LIMIT
        message.save(force_insert=True)
        if message.status == CandidateMessage.Status.PENDING and due_at is None:  # the sweep finds what is due later
            SEND_CANDIDATE_MESSAGE.defer(message.pk)
        return message

    def withdraw(self, problem: MessageProblem) -> int:
        """Mark pending messages as not sent. A message that is being sent at this moment may still go out."""
        now = timezone.now()
        return self.pending().update(status=CandidateMessage.Status.NOT_SENT, problem=problem, updated_at=now)


class CandidateMessage(LeasableModel):
    """One message of an interview. Its text is composed when it is sent, and not stored.

    `occurrence`: numbers the messages of one kind. `channel`: chosen when it is sent. `handed_over_at`: set before the
    mail server, or the carrier, gets the message, and cleared if it is refused; a worker that finds it set cannot know
    whether the message was taken. `may_be_repeated`: that happened, and a mail was sent again with the same Message-ID.
    `address_hash`: of the address, or the number, it was sent to. `provider_id`: its Message-ID, or the carrier's id.
    `appointment_at`: the time of the call that it tells. `calendar_sequence`: the number of its calendar file, if a
    file tells it.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        SMS = "sms", _("SMS")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waits to be sent")
        SENT = "sent", _("Sent")
        DEFERRED = "deferred", _("Sent, and delayed on its way")
        DELIVERED = "delivered", _("Delivered")
        REJECTED = "rejected", _("Not delivered")
        BOUNCED = "bounced", _("Did not arrive")
        COMPLAINED = "complained", _("Unwanted")
        NOT_SENT = "not_sent", _("Not sent")
        FAILED = "failed", _("Failed")

    WITHHELD = (Status.NOT_SENT, Status.FAILED, Status.REJECTED)
    ADDRESS_PROBLEMS = {
        Status.COMPLAINED: MessageProblem.ADDRESS_COMPLAINED,
        Status.BOUNCED: MessageProblem.ADDRESS_BOUNCED,
    }

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="messages", db_index=False)
    """Its index is that of the constraint."""
    kind = models.CharField(max_length=12, choices=MessageKind.choices)
    occurrence = models.PositiveSmallIntegerField(default=1)
    channel = models.CharField(max_length=5, choices=Channel.choices, default=Channel.MAIL)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    problem = models.CharField(max_length=20, choices=MessageProblem.choices, blank=True)
    decision = models.ForeignKey(
        Decision, on_delete=models.CASCADE, null=True, blank=True, related_name="messages", db_index=False
    )
    created_by = models.CharField(max_length=150)
    address_hash = models.CharField(max_length=64, blank=True, editable=False)
    provider_id = models.CharField(max_length=200, blank=True, editable=False)
    handed_over_at = models.DateTimeField(null=True, blank=True, editable=False)
    may_be_repeated = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    appointment_at = models.DateTimeField(null=True, blank=True, editable=False)
    calendar_sequence = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=10, blank=True, default="", db_default="", editable=False)

    objects = models.Manager.from_queryset(MessageQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("message to a candidate")
        verbose_name_plural = _("messages to candidates")
        default_permissions = ("add",)
        constraints = [
            models.UniqueConstraint(fields=["interview", "kind", "occurrence"], name=ONE_MESSAGE),
            models.CheckConstraint(
                condition=Q(kind="outcome", decision__isnull=False) | (~Q(kind="outcome") & Q(decision__isnull=True)),
                name="outcome_tells_a_decision",
            ),
        ]
        indexes = [
            models.Index(fields=["updated_at"], condition=Q(status="pending"), name="pending_candidate_messages"),
            models.Index(
                fields=["address_hash"],
                condition=Q(status__in=["bounced", "complained"]),
                name="addresses_with_a_problem",
            ),
            models.Index(fields=["interview"], condition=is_undelivered_invitation(), name="undelivered_invitations"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def waits_until(self) -> datetime | None:
        """When it is sent, if that is later."""
        is_waiting = self.status == self.Status.PENDING and self.retry_at and self.retry_at > timezone.now()
        return self.retry_at if is_waiting else None

    def mark_sent(self, address: str, provider_id: str) -> None:
        self.release(
            status=self.Status.SENT,
            sent_at=timezone.now(),
            address_hash=_hash_of(address, self.channel),
            provider_id=provider_id,
            problem="",
            error="",
        )

    def mark_withheld(self, problem: MessageProblem) -> None:
        """A rule forbids this message."""
        self.release(status=self.Status.NOT_SENT, problem=problem, error="")

    def mark_refused(self, address: str, error: str) -> None:
        """The address, or the number, was refused for good: it gets no more messages over this channel."""
        is_sms = self.channel == self.Channel.SMS
        self.release(
            status=self.Status.BOUNCED,
            problem=MessageProblem.NUMBER_UNREACHABLE if is_sms else MessageProblem.REFUSED,
            address_hash=_hash_of(address, self.channel),
            error=error,
        )

    def record_report(self, report: DeliveryReport, address: str) -> bool:
        """Save the fate of the mail to this address. False: a more final one is known, or the same.

        Reports may come twice and in any order: the most final one counts.
        """
        status, problem = OUTCOME_OF_REPORT[report]
        if FINALITY.index(status) <= (FINALITY.index(self.status) if self.status in FINALITY else -1):
            return False
        self.release(
            status=status,
            problem=problem,
            error="",
            sent_at=self.sent_at or timezone.now(),
            address_hash=self.address_hash or _hash_of(address),
        )
        return True

    def mark_failed(self, error: str, problem: MessageProblem = MessageProblem.GIVEN_UP) -> None:
        self.release(status=self.Status.FAILED, problem=problem, error=error)

    def record_sms_report(self, report: SmsReport, *, sid: str, number: str, error_code: str = "") -> bool:
        """Save the carrier's report of the SMS with this id. False: its content is known.

        Reports may come twice, in any order, and before the worker has saved that the message was sent.
        """
        if self.status == self.Status.DELIVERED or (self.has_final_report and report is not SmsReport.DELIVERED):
            return False
        if report is SmsReport.TAKEN and self.status == self.Status.SENT:
            return False
        status, problem = OUTCOME_OF_SMS_REPORT[report]
        self.release(
            status=status,
            problem=problem,
            error="",
            error_code=error_code,
            sent_at=self.sent_at or timezone.now(),
            provider_id=sid,
            address_hash=_hash_of(number, self.channel),
        )
        return True

    @property
    def has_final_report(self) -> bool:
        """Whether the carrier has said that the SMS did not arrive."""
        return self.status in (self.Status.REJECTED, self.Status.BOUNCED)


OUTCOME_OF_REPORT: dict[DeliveryReport, tuple[CandidateMessage.Status, str]] = {
    DeliveryReport.DEFERRED: (CandidateMessage.Status.DEFERRED, ""),
    DeliveryReport.DELIVERED: (CandidateMessage.Status.DELIVERED, ""),
    DeliveryReport.UNDELIVERED: (CandidateMessage.Status.REJECTED, MessageProblem.UNDELIVERED),
    DeliveryReport.BOUNCED: (CandidateMessage.Status.BOUNCED, MessageProblem.REFUSED),
    DeliveryReport.COMPLAINED: (CandidateMessage.Status.COMPLAINED, MessageProblem.ADDRESS_COMPLAINED),
    DeliveryReport.UNSUBSCRIBED: (CandidateMessage.Status.COMPLAINED, MessageProblem.UNSUBSCRIBED),
}
FINALITY: list[str] = list(dict.fromkeys(status for status, _problem in OUTCOME_OF_REPORT.values()))
"""The states that reports lead to, the most final one last."""


OUTCOME_OF_SMS_REPORT: dict[SmsReport, tuple[CandidateMessage.Status, str]] = {
    SmsReport.TAKEN: (CandidateMessage.Status.SENT, ""),
    SmsReport.DELIVERED: (CandidateMessage.Status.DELIVERED, ""),
    SmsReport.UNDELIVERED: (CandidateMessage.Status.REJECTED, MessageProblem.NOT_DELIVERED),
    SmsReport.UNREACHABLE: (CandidateMessage.Status.BOUNCED, MessageProblem.NUMBER_UNREACHABLE),
    SmsReport.OPTED_OUT: (CandidateMessage.Status.REJECTED, MessageProblem.DO_NOT_CONTACT),
}


def _hash_of(address: str, channel: str = CandidateMessage.Channel.MAIL) -> str:
    """The hash of an address, or of a number, under the present key."""
    hashes = hashes_of_numbers if channel == CandidateMessage.Channel.SMS else hashes_of_emails
    return next(iter(hashes([address])), "")
