from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("candidates", "0015_merged_records")]

    operations = [
        AddIndexConcurrently(
            model_name="candidateevent",
            index=models.Index(fields=["created_at", "id"], name="candidate_events_by_time"),
        ),
    ]
