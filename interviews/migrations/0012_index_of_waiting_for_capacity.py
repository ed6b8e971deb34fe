from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("interviews", "0011_wait_reasons_of_live_interviews")]

    operations = [
        AddIndexConcurrently(
            "interview",
            models.Index(
                condition=models.Q(
                    ("status__in", ["pending", "in_progress"]),
                    ("wait_reason__in", ("no_capacity", "no_job_capacity", "job_daily_limit")),
                ),
                fields=["created_at"],
                name="waiting_for_capacity",
            ),
        ),
    ]
