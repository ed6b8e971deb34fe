from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("candidates", "0012_search_of_candidates")]

    operations = [
        AddIndexConcurrently(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("resume_status", "unreadable")),
                fields=["created_at"],
                name="unreadable_resumes",
            ),
        ),
    ]
