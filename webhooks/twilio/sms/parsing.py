"""Parses the parameters of the webhooks of SMS."""

from dataclasses import dataclass

from django.http import QueryDict

from interviews.models import SmsReport
from screener.services.telephony.twilio_errors import names_opt_out, names_untextable_number
from webhooks.twilio.parsing import MAX_SID_LENGTH, InvalidWebhook, text_param

TAKEN = frozenset("accepted scheduled queued sending sent".split())
ARRIVED = frozenset("delivered read".split())
NOT_ARRIVED = frozenset("undelivered failed canceled".split())


@dataclass(frozen=True)
class MessageReport:
    """A status callback. `status` is the carrier's word."""

    sid: str
    status: str
    report: SmsReport
    error_code: str


def message_sid(params: QueryDict) -> str:
    """Return the id of the SMS. Raises InvalidWebhook without one."""
    sid = text_param(params, "MessageSid") or text_param(params, "SmsSid")
    if not 0 < len(sid) <= MAX_SID_LENGTH:
        raise InvalidWebhook("MessageSid is missing or invalid")
    return sid


def parse_report(params: QueryDict) -> MessageReport:
    status, error_code = text_param(params, "MessageStatus"), text_param(params, "ErrorCode")[:10]
    return MessageReport(message_sid(params), status, _report_of(status, error_code), error_code)


def _report_of(status: str, error_code: str) -> SmsReport:
    if status in TAKEN:
        return SmsReport.TAKEN
    if status in ARRIVED:
        return SmsReport.DELIVERED
    if status not in NOT_ARRIVED:
        raise InvalidWebhook(f"unknown message status: {status}")
    if names_opt_out(error_code):
        return SmsReport.OPTED_OUT
    return SmsReport.UNREACHABLE if names_untextable_number(error_code) else SmsReport.UNDELIVERED
