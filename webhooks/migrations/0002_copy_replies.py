"""Copy the replies to turns from the log of webhooks to the attempts. Only reads tables that a running version writes."""

from django.db import migrations, models

COPY = """
INSERT INTO interviews_turnreply (id, created_at, updated_at, attempt_id, turn, input_kind, prompt, body)
SELECT DISTINCT ON (attempt_id, turn)
    gen_random_uuid(), created_at, created_at, attempt_id, turn, kind, '{}', answer
FROM webhooks_twilioevent
WHERE attempt_id IS NOT NULL AND turn IS NOT NULL AND answer <> ''
ORDER BY attempt_id, turn, created_at
ON CONFLICT DO NOTHING
"""
COPY_BACK = """
UPDATE webhooks_twilioevent event SET answer = reply.body FROM interviews_turnreply reply
WHERE event.attempt_id = reply.attempt_id AND event.turn = reply.turn AND event.kind = reply.input_kind
AND event.answer = ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ("webhooks", "0001_initial"),
        ("interviews", "0014_turn_replies"),
    ]

    operations = [
        migrations.AlterField(
            model_name="twilioevent",
            name="answer",
            field=models.TextField(
                blank=True, help_text="Of earlier versions; today replies are stored with the attempt"
            ),
        ),
        migrations.RunSQL(COPY, COPY_BACK),
    ]
