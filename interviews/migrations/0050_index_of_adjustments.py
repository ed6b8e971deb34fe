from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("interviews", "0049_adjustments")]

    operations = [
        AddIndexConcurrently(
            "interview",
            models.Index(
                fields=["created_at"],
                condition=models.Q(("status__in", ["pending", "in_progress"]), ("wait_reason", "adjustment")),
                name="interviews_to_adjust",
            ),
        ),
    ]
