from django.db import migrations, models

LAST_INPUT_OF_LIVE_ATTEMPTS = "UPDATE interviews_attempt SET last_input_at = updated_at WHERE ended_at IS NULL"


class Migration(migrations.Migration):
    """There are no more live attempts than calls at once, so one statement fills them."""

    dependencies = [("interviews", "0014_turn_replies")]

    operations = [
        migrations.AddField("attempt", "last_input_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField("call", "last_polled_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.RunSQL(LAST_INPUT_OF_LIVE_ATTEMPTS, migrations.RunSQL.noop),
    ]
