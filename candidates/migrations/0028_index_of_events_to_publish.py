from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("candidates", "0027_events_to_publish")]

    operations = [
        AddIndexConcurrently(
            "candidateevent",
            models.Index(
                fields=["created_at"], condition=models.Q(("awaits_publication", True)), name="candidate_events_to_publish"
            ),
        ),
    ]
