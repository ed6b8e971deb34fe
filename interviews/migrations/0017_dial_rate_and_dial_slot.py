from django.db import migrations, models


class Migration(migrations.Migration):
    """Names in the code alone: the table and its columns stay."""

    dependencies = [("interviews", "0016_indexes_of_calls")]

    operations = [
        migrations.AlterModelTable("pace", "interviews_pace"),
        migrations.RenameModel("Pace", "DialRate"),
        migrations.AlterField("dialrate", "next_at", models.DateTimeField(db_column="next_at")),
        migrations.RenameField("dialrate", "next_at", "next_slot_at"),
        migrations.AlterField(
            "dialrate", "closed_until", models.DateTimeField(blank=True, db_column="closed_until", null=True)
        ),
        migrations.RenameField("dialrate", "closed_until", "paused_until"),
        migrations.AlterField("dialrate", "closed_because", models.TextField(blank=True, db_column="closed_because")),
        migrations.RenameField("dialrate", "closed_because", "pause_reason"),
        migrations.AlterField(
            "interview",
            "turn_at",
            models.DateTimeField(blank=True, db_column="turn_at", editable=False, null=True),
        ),
        migrations.RenameField("interview", "turn_at", "dial_slot_at"),
    ]
