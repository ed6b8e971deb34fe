from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Interviews that wait for capacity, or for their campaign, are found by campaign."""

    atomic = False

    dependencies = [("interviews", "0071_states_of_campaigns")]

    operations = [
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                fields=["campaign", "created_at"],
                condition=Q(
                    status__in=["pending", "in_progress"],
                    wait_reason__in=("no_capacity", "no_job_capacity", "job_daily_limit", "campaign_rate", "campaign"),
                ),
                name="waiting_by_campaign",
            ),
        ),
        RemoveIndexConcurrently(model_name="interview", name="waiting_for_capacity"),
    ]
