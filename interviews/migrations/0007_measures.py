from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interviews", "0006_grounds_of_a_result")]

    operations = [
        migrations.AddField(
            "interviewresponse",
            "measures",
            models.JSONField(blank=True, help_text="How it was spoken: information, never part of a score", null=True),
        ),
    ]
