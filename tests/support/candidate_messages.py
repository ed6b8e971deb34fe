"""Messages to candidates: an invitation, and the work that sends messages that are due."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from interviews.invitations import inviting
from interviews.models import CandidateMessage, Interview, Invitation
from interviews.task_handles import SEND_CANDIDATE_MESSAGE
from screener.background.sweeps import run_sweeps
from tests.support.factories import run_tasks

NOON = datetime(2026, 11, 30, 20, tzinfo=UTC)
"""Like the other times, in San Francisco."""
NIGHT = datetime(2026, 11, 30, 7, tzinfo=UTC)
MORNING = datetime(2026, 11, 30, 16, tzinfo=UTC)


def invite(interview: Interview, **choices: Any) -> Invitation:
    return inviting.invite(interview, actor="hanna", **choices)


def send_messages() -> None:
    run_tasks(only=SEND_CANDIDATE_MESSAGE.name)


def sweep_messages() -> None:
    """Let the wait of a retry and the lease of a crashed worker be over, and send."""
    past = timezone.now() - timedelta(hours=1)
    CandidateMessage.objects.update(retry_at=past, lease_until=past, updated_at=past)
    run_sweeps(0)
    send_messages()
