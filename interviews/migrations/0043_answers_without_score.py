from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("interviews", "0042_given_up_by_end")]

    operations = [
        AddIndexConcurrently(
            "interviewresponse",
            models.Index(
                fields=["interview"],
                condition=Q(status__in=["transcribed", "model_unavailable"]),
                name="responses_without_score",
            ),
        ),
        AddIndexConcurrently(
            "assessment",
            models.Index(
                fields=["response"],
                condition=Q(is_current=True, score__isnull=True),
                name="assessments_without_score",
            ),
        ),
    ]
