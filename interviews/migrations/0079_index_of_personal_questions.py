from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The index by which the interviews with personal words are found."""

    atomic = False

    dependencies = [("interviews", "0078_personal_questions")]

    operations = [
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                fields=["personal_questions"],
                condition=Q(personal_questions__isnull=False),
                name="interviews_with_personal_words",
            ),
        ),
    ]
