from django.db import migrations, models

HELP_TEXT = "Messages go as SMS where the candidate's number and consent allow it, otherwise by mail"


class Migration(migrations.Migration):
    """Changes the label alone: no SQL."""

    dependencies = [
        ("jobs", "0021_interview_type_of_a_job"),
    ]

    operations = [
        migrations.AlterField(
            model_name="jobdescription",
            name="sms_first",
            field=models.BooleanField(
                db_default=False, default=False, help_text=HELP_TEXT, verbose_name="SMS first"
            ),
        ),
        migrations.AlterField(
            model_name="templateversion",
            name="sms_first",
            field=models.BooleanField(blank=True, help_text=HELP_TEXT, null=True, verbose_name="SMS first"),
        ),
    ]
