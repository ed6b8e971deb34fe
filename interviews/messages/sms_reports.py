"""Applies the carrier's reports of SMS that were sent."""

from uuid import UUID

from candidates.models import Consent
from interviews.messages.delivery import lock_message, plan_reminder
from interviews.models import CandidateMessage, SmsReport
from interviews.models.transitions.call import REPORTED_BY_CARRIER
from interviews.reception.opt_out import opt_out_number


def apply_sms_report(message_id: UUID, report: SmsReport, *, sid: str, error_code: str = "") -> bool:
    """Save the report on the message. False: there is no such SMS. A repeated report has no effect.

    The report may come before the worker has saved that the SMS was sent, or after it crashed: the reminder that
    follows a sent message is queued here, too.
    """
    with lock_message(message_id) as message:
        if message is None or message.channel != CandidateMessage.Channel.SMS or message.handed_over_at is None:
            return False
        number, was_unsent = message.interview.candidate.phone, message.sent_at is None
        if not number:  # erased
            return True
        is_new = message.record_sms_report(report, sid=sid, number=number, error_code=error_code)
        if is_new and was_unsent:
            plan_reminder(message)
        if is_new and report is SmsReport.OPTED_OUT:
            opt_out_number(number, given_by=Consent.GivenBy.UNKNOWN, source=REPORTED_BY_CARRIER)
        return True
