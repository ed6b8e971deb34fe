"""Reads the events of e-mail providers, which anymail has parsed, as reports about messages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from interviews.models import DeliveryReport
from screener.services.mail_providers import MESSAGE_KEY

REPORTS = {
    EventType.DEFERRED: DeliveryReport.DEFERRED,
    EventType.DELIVERED: DeliveryReport.DELIVERED,
    EventType.FAILED: DeliveryReport.UNDELIVERED,
    EventType.COMPLAINED: DeliveryReport.COMPLAINED,
    EventType.UNSUBSCRIBED: DeliveryReport.UNSUBSCRIBED,
}
REJECTIONS = {
    RejectReason.INVALID: DeliveryReport.BOUNCED,
    RejectReason.BOUNCED: DeliveryReport.BOUNCED,
    RejectReason.SPAM: DeliveryReport.COMPLAINED,
    RejectReason.UNSUBSCRIBED: DeliveryReport.UNSUBSCRIBED,
}
"""Reasons for which the provider did not send the mail: earlier ones to this address had this fate."""
NOT_SPAM = "not-spam"
"""The feedback of a person who moves a mail out of the folder for spam. Amazon reports it as a complaint."""

Path = tuple[str, ...]
PERMANENT_BOUNCES: dict[str, dict[Path, tuple[Any, ...]]] = {
    "amazon_ses": {("bounce", "bounceType"): ("Permanent",)},
    "brevo": {("event",): ("hard_bounce", "invalid_email")},
    "mailgun": {
        ("event-data", "reason"): ("bounce", "suppress-bounce"),
        ("event-data", "delivery-status", "bounce-type"): ("hard",),
    },
    "mailjet": {("hard_bounce",): (True, 1)},
    "postmark": {("Type",): ("HardBounce",), ("SuppressionReason",): ("HardBounce",)},
    "sendgrid": {("type",): ("bounce",)},
    "sparkpost": {
        ("msys", "message_event", "bounce_class"): ("10", "30"),
    },
}
"""Values in an event that say that the mailbox does not exist. anymail reports a full mailbox as the same bounce."""
EARLIER_REFUSALS = {
    "suppress-complaint": DeliveryReport.COMPLAINED,
    "suppress-unsubscribe": DeliveryReport.UNSUBSCRIBED,
}
"""Reasons of Mailgun for mails that it does not send. anymail reports them as bounces."""


@dataclass(frozen=True)
class MessageReport:
    """`provider_id`: the id by which the provider knows the mail."""

    message_id: UUID
    report: DeliveryReport
    address: str
    provider_id: str


def read_reports(provider: str, events: Iterable[AnymailTrackingEvent]) -> list[MessageReport]:
    """The reports about messages in these events. Others, such as that a mail was opened, are left out."""
    return [report for event in events if (report := _read_report(provider, event))]


def _read_report(provider: str, event: AnymailTrackingEvent) -> MessageReport | None:
    message_id, report = _message_id(event), _delivery_report(provider, event)
    if message_id is None or report is None:
        return None
    return MessageReport(message_id, report, str(event.recipient or ""), str(event.message_id or ""))


def _message_id(event: AnymailTrackingEvent) -> UUID | None:
    """The id that the mail carried, in a header for the provider or in its Message-ID. None: it is another mail."""
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    local_part = str(event.message_id or "").strip("<>").split("@")[0]
    try:
        return UUID(str(metadata.get(MESSAGE_KEY) or local_part))
    except ValueError:
        return None


def _delivery_report(provider: str, event: AnymailTrackingEvent) -> DeliveryReport | None:
    kind, reason = event.event_type, event.reject_reason
    if kind == EventType.REJECTED:
        return REJECTIONS.get(reason, DeliveryReport.UNDELIVERED)
    if kind == EventType.BOUNCED:
        return _bounce_report(provider, event)
    if kind == EventType.COMPLAINED and event.description == NOT_SPAM:
        return None
    return REPORTS.get(kind)


def _bounce_report(provider: str, event: AnymailTrackingEvent) -> DeliveryReport:
    if refusal := EARLIER_REFUSALS.get(str(_value_at(event.esp_event, ("event-data", "reason")))):
        return refusal
    signs = PERMANENT_BOUNCES[provider]
    is_permanent = any(_value_at(event.esp_event, path) in values for path, values in signs.items())
    return DeliveryReport.BOUNCED if is_permanent else DeliveryReport.UNDELIVERED


def _value_at(fields: Any, path: Path) -> Any:
    for name in path:
        fields = fields.get(name) if isinstance(fields, Mapping) else None
    return fields
