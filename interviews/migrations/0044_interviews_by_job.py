import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

OF_A_JOB = (
    *("purpose", "status", "outcome", "postponements", "person_requested_at"),
    *("started_at", "completed_at", "recommended_at", "decided_at"),
    *("id", "result_status", "answers_erased_at"),
)
DROP_FORMER_INDEX = "DROP INDEX CONCURRENTLY IF EXISTS interviews_interview_job_id_3f6045f3"
CREATE_FORMER_INDEX = "CREATE INDEX CONCURRENTLY interviews_interview_job_id_3f6045f3 ON interviews_interview (job_id)"


class Migration(migrations.Migration):
    """One index for what is counted and listed of a job, in place of the plain one of the foreign key.

    The database drops that one itself, because Django would remove the foreign key and check all rows anew.
    """

    atomic = False

    dependencies = [("interviews", "0043_answers_without_score")]

    operations = [
        AddIndexConcurrently(
            "interview",
            models.Index(fields=["job", "candidate", "created_at"], include=OF_A_JOB, name="interviews_by_job"),
        ),
        AddIndexConcurrently(
            "interview",
            models.Index(
                fields=["job"],
                condition=Q(status__in=["pending", "in_progress"]),
                include=("id", "purpose", "next_attempt_at"),
                name="live_interviews_by_job",
            ),
        ),
        AddIndexConcurrently(
            "interviewresult",
            models.Index(
                fields=["interview"],
                condition=Q(is_current=True),
                include=("overall_score", "recommendation"),
                name="current_scores",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "interview",
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interviews",
                        to="jobs.jobdescription",
                    ),
                )
            ],
            database_operations=[migrations.RunSQL(DROP_FORMER_INDEX, CREATE_FORMER_INDEX)],
        ),
    ]
