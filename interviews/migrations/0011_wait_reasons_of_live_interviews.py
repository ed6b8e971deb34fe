from typing import Any

from django.db import migrations
from django.db.models import F, Q

BATCH = 1000
OUTCOMES = (
    "Answered",
    "No answer",
    "Busy",
    "Voicemail",
    "Hung up",
    "Invalid number",
    "Carrier error",
    "Unknown: the carrier may have acted",
)
CONDITIONS = {
    "no_capacity": Q(waiting_for="All lines are in use; waiting for a free one."),
    "no_job_capacity": Q(waiting_for="All lines of this job are in use; waiting for a free one."),
    "job_daily_limit": Q(
        waiting_for="This job has made as many calls as it may within 24 hours; waiting for its next one."
    ),
    "spend_limit": Q(waiting_for__startswith="Calls have cost "),
    "model_budget": Q(waiting_for__startswith="The budget of "),
    "calling_hours": Q(waiting_for__startswith="Outside the calling hours ("),
    "number_busy": Q(waiting_for="Another call to this number is running."),
    "cool_down": Q(waiting_for="This number was called a moment ago."),
    "number_daily_limit": Q(waiting_for__startswith="This number was called ", waiting_for__endswith=" is the limit."),
    "dial_rate": Q(waiting_for="Waiting for its turn: calls are placed one after another."),
    "no_transcription": Q(waiting_for__startswith="Answers in '"),
    "call_back": Q(waiting_for="Something went wrong on our side; the candidate was promised a call back."),
    "attempt_spacing": Q(waiting_for__in=[f"{outcome}; trying again." for outcome in OUTCOMES]),
    "scheduled": Q(waiting_for="", next_attempt_at=F("scheduled_for")),
    "carrier_error": ~Q(waiting_for=""),
}
"""What the previous release wrote for each reason. The last one covers what the carrier said, in many sentences."""


def add_codes(apps: Any, schema_editor: Any) -> None:
    """Only live interviews that wait are read, by the partial index of those."""
    interviews = apps.get_model("interviews", "Interview").objects
    waiting = interviews.filter(
        status__in=["pending", "in_progress"], next_attempt_at__isnull=False, wait_reason=""
    ).order_by()
    for code, condition in CONDITIONS.items():
        matching = waiting.filter(condition)
        while batch := list(matching.values_list("pk", flat=True)[:BATCH]):
            matching.filter(pk__in=batch).update(wait_reason=code)


class Migration(migrations.Migration):
    """Every batch is a transaction of its own. Running it again goes on where it stopped."""

    atomic = False

    dependencies = [("interviews", "0010_wait_reason")]

    operations = [migrations.RunPython(add_codes, migrations.RunPython.noop)]
