"""Copy how a consent was given, and in which attempt, from the sentence in `source` to columns."""

from typing import Any

from django.db import migrations

BATCH = 1000
FILL = """
WITH batch AS (
    SELECT consent.id, attempt.id AS attempt_id FROM candidates_consent consent
    JOIN interviews_attempt attempt ON attempt.id::text = split_part(consent.source, ' in the call, attempt ', 2)
    WHERE consent.given_by = '' AND consent.source LIKE %(pattern)s
    LIMIT %(batch)s
)
UPDATE candidates_consent consent SET given_by = %(given_by)s, attempt_id = batch.attempt_id
FROM batch WHERE consent.id = batch.id
"""


def fill_columns(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        for given_by, opening in (("key", "by key"), ("voice", "said")):
            values = {"given_by": given_by, "pattern": f"{opening} in the call, attempt %", "batch": BATCH}
            cursor.execute(FILL, values)
            while cursor.rowcount == BATCH:
                cursor.execute(FILL, values)


class Migration(migrations.Migration):
    """Every batch is a transaction of its own. Running it again goes on where it stopped."""

    atomic = False

    dependencies = [("candidates", "0002_consent_method")]

    operations = [migrations.RunPython(fill_columns, migrations.RunPython.noop)]
