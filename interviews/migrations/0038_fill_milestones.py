from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BATCH = 5000
NEXT_IDS = "SELECT id FROM interviews_interview WHERE id > %s ORDER BY id LIMIT %s"
FILL = """
WITH results AS (
    SELECT interview_id, min(created_at) FILTER (WHERE recommendation <> '') AS recommended_at,
        max(created_at) FILTER (
            WHERE is_current AND NOT EXISTS (SELECT FROM interviews_decision WHERE result_id = result.id)
        ) AS undecided_since
    FROM interviews_interviewresult AS result WHERE interview_id = ANY(%(ids)s) GROUP BY interview_id
), decisions AS (
    SELECT interview_id, min(created_at) AS decided_at FROM interviews_decision
    WHERE interview_id = ANY(%(ids)s) GROUP BY interview_id
)
UPDATE interviews_interview AS interview
SET recommended_at = results.recommended_at, undecided_since = results.undecided_since,
    decided_at = decisions.decided_at
FROM results FULL JOIN decisions USING (interview_id)
WHERE interview.id = interview_id
"""


def fill_milestones(apps: Any, schema_editor: Any) -> None:
    """Each batch is a transaction of its own, so that no row is locked for long. Running it again changes nothing."""
    last = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT_IDS, [last, BATCH])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            cursor.execute(FILL, {"ids": ids})
            last = ids[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("interviews", "0037_milestones_of_interviews")]

    operations = [
        migrations.RunPython(fill_milestones, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                fields=["created_at"],
                include=(
                    "job",
                    "purpose",
                    "status",
                    "outcome",
                    "postponements",
                    "person_requested_at",
                    "started_at",
                    "completed_at",
                    "recommended_at",
                    "decided_at",
                ),
                name="interviews_by_milestone",
            ),
        ),
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                condition=models.Q(
                    ("answers_erased_at__isnull", True),
                    ("decided_at__isnull", True),
                    ("result_status", "ready"),
                    ("undecided_since__isnull", False),
                ),
                fields=["undecided_since", "job"],
                include=("id", "purpose"),
                name="interviews_to_decide",
            ),
        ),
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                condition=models.Q(
                    ("answers_erased_at__isnull", True),
                    ("result_status__in", ["incomplete", "needs_review"]),
                    ("undecided_since__isnull", False),
                ),
                fields=["undecided_since", "job"],
                include=("id", "purpose"),
                name="interviews_to_review",
            ),
        ),
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                condition=models.Q(
                    ("answers_erased_at__isnull", True),
                    ("decided_at__isnull", True),
                    ("outcome", "person_requested"),
                ),
                fields=["completed_at", "job"],
                include=("id", "purpose"),
                name="interviews_handed_over",
            ),
        ),
        AddIndexConcurrently(
            model_name="interviewevent",
            index=models.Index(
                condition=models.Q(("kind", "interview.candidate_called")),
                fields=["interview"],
                name="candidates_who_called",
            ),
        ),
    ]
