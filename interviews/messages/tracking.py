"""The fate of sent mails, as the e-mail provider reports it. It comes at any time, twice, and in any order."""

import logging
from uuid import UUID

from interviews.messages.delivery import SentTo, lock_message, save
from interviews.models import CandidateMessage, DeliveryReport

log = logging.getLogger(__name__)


def record_report(message_id: UUID, report: DeliveryReport, *, address: str, provider_id: str) -> bool:
    """Save the fate of a message. False: there is no such message, or the report says no more than is known."""
    with lock_message(message_id) as message:
        if message is None or message.channel != CandidateMessage.Channel.MAIL:
            return False
        if message.status == CandidateMessage.Status.PENDING:  # the server took it, and its answer is not here yet
            save(message, SentTo(address, provider_id))
        changed = message.record_report(report, address)
    if changed:
        log.info("message %s: %s", message_id, report)
    return changed
