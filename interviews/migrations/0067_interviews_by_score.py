from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F

BATCH = 5000
NEXT_ROWS = """
SELECT created_at, id FROM interviews_interview WHERE (created_at, id) > (%s, %s) ORDER BY created_at, id LIMIT %s
"""
FILL = """
UPDATE interviews_interview AS interview SET overall_score = DEFAULT
FROM interviews_interviewresult AS result
WHERE interview.id = ANY(%s) AND interview.overall_score IS NULL
    AND result.interview_id = interview.id AND result.is_current AND result.overall_score IS NOT NULL
"""
COLUMNS = (
    *("candidate", "created_at", "id", "purpose", "status"),
    *("result_status", "decided_at", "answers_erased_at", "recommended"),
)


def fill_scores(apps: Any, schema_editor: Any) -> None:
    """Each batch is a transaction of its own, so that no row is locked for long. Running it again changes nothing.

    In the order of the interviews, whose rows lie beside each other. A result without a score has no recommendation.
    """
    last = ("-infinity", "00000000-0000-0000-0000-000000000000")
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT_ROWS, [*last, BATCH])
            rows = cursor.fetchall()
            if not rows:
                return
            cursor.execute(FILL, [[row_id for _, row_id in rows]])
            last = rows[-1]


class Migration(migrations.Migration):
    """Fill the scores of interviews, and index them.

    VACUUM, because half of the rows are written: until it has run, index-only scans read the table.
    """

    atomic = False

    dependencies = [("interviews", "0066_scores_of_interviews")]

    operations = [
        migrations.RunPython(fill_scores, migrations.RunPython.noop),
        migrations.RunSQL("VACUUM (ANALYZE) interviews_interview", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="interview",
            index=models.Index(
                F("job"), F("overall_score").desc(nulls_last=True), *map(F, COLUMNS), name="interviews_by_score"
            ),
        ),
    ]
