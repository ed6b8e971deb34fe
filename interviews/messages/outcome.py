"""Telling a candidate the decision. Only a person does it, after they have read the message."""

from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from interviews.decisions import last_decision
from interviews.messages.composition import MailText, compose_text
from interviews.messages.rules import open_invitation
from interviews.models import CandidateMessage, Decision, Interview, MessageKind, MessageProblem, lock_interview
from screener.models import InvalidTransition

NO_DECISION = gettext_noop("There is no decision yet.")
DECISION_CHANGED = gettext_noop("The decision has changed since this page was opened. Read the message again.")
ALREADY_TOLD = gettext_noop("The candidate has been told this decision, or is being told.")


def preview_outcome(interview: Interview, decision: Decision) -> MailText:
    """The message in words, before it is sent."""
    message = CandidateMessage(interview=interview, kind=MessageKind.OUTCOME, decision=decision)
    return compose_text(message, open_invitation(interview))


def send_outcome(interview: Interview, *, decision_id: UUID, actor: str) -> CandidateMessage:
    """Queue the message that tells the candidate this decision, which the sender has read.

    Raises InvalidTransition if it is not the last one, if the candidate was told it, or after too many messages.
    """
    with lock_interview(interview):
        decision = last_decision(interview)
        if decision is None or decision.pk != decision_id:
            raise InvalidTransition(gettext(DECISION_CHANGED if decision else NO_DECISION))
        if is_told(decision):
            raise InvalidTransition(gettext(ALREADY_TOLD))
        if not CandidateMessage.objects.has_room(interview, MessageKind.OUTCOME):
            raise InvalidTransition(str(MessageProblem.LIMIT.label))
        return CandidateMessage.objects.queue(interview, MessageKind.OUTCOME, actor=actor, decision=decision)


def is_told(decision: Decision) -> bool:
    """Whether a message with this decision was sent, or waits to be sent."""
    return decision.messages.counted().exists()
