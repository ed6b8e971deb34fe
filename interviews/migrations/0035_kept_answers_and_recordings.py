from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("interviews", "0034_erased_answers"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                condition=models.Q(("answers_erased_at__isnull", True)),
                fields=["completed_at"],
                name="kept_answers_by_end",
            ),
        ),
        AddIndexConcurrently(
            model_name="recording",
            index=models.Index(
                condition=models.Q(("status", "erased"), _negated=True), fields=["created_at"], name="kept_recordings"
            ),
        ),
    ]
