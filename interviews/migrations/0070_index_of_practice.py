from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The index by which statistics leave out practice."""

    atomic = False

    dependencies = [("interviews", "0069_index_of_bank_questions")]

    operations = [
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(fields=["id"], condition=Q(purpose="practice"), name="practice_interviews"),
        ),
    ]
