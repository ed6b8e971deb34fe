from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("interviews", "0041_merged_and_rescheduled")]

    operations = [
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                fields=["completed_at"],
                condition=models.Q(outcome__in=["unreached", "expired"]),
                name="given_up_by_end",
            ),
        ),
    ]
