from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The index by which the usage of bank questions is counted."""

    atomic = False

    dependencies = [("interviews", "0068_questions_of_the_bank")]

    operations = [
        AddIndexConcurrently(
            model_name="interviewresponse",
            index=models.Index(
                fields=["bank_question", "created_at"],
                condition=Q(bank_question__isnull=False),
                include=["status", "no_answer", "interview"],
                name="responses_by_bank_question",
            ),
        ),
    ]
