from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Live attempts are found by `one_live_attempt_per_interview`, which an update of `updated_at` does not touch."""

    atomic = False

    dependencies = [("interviews", "0015_last_polled_at")]

    operations = [
        AddIndexConcurrently("call", models.Index(fields=["number"], name="calls_to_a_number")),
        AddIndexConcurrently(
            "call",
            models.Index(condition=models.Q(("price__isnull", True)), fields=["ended_at"], name="calls_without_price"),
        ),
        AddIndexConcurrently(
            "interview",
            models.Index(
                condition=models.Q(("next_attempt_at__isnull", True), ("status__in", ["pending", "in_progress"])),
                fields=["created_at"],
                name="interviews_in_a_call",
            ),
        ),
        RemoveIndexConcurrently("attempt", "live_attempts"),
    ]
