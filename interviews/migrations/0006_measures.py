from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interviews", "0005_apologies")]

    operations = [
        migrations.AddField(
            "interviewresponse",
            "measures",
            models.JSONField(blank=True, help_text="How it was spoken: information, never part of a score", null=True),
        ),
    ]
