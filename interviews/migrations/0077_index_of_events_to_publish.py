from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("interviews", "0076_events_to_publish")]

    operations = [
        AddIndexConcurrently(
            "interviewevent",
            models.Index(
                fields=["created_at"], condition=models.Q(("awaits_publication", True)), name="events_to_publish"
            ),
        ),
    ]
