from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("interviews", "0039_notes_and_notices")]

    operations = [
        AddIndexConcurrently(
            "interviewevent",
            models.Index(
                fields=["created_at"], condition=models.Q(("awaits_notices", True)), name="events_that_await_notices"
            ),
        ),
    ]
