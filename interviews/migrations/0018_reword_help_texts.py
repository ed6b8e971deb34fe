from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0017_dial_rate_and_dial_slot"),
    ]

    operations = [
        migrations.AlterField(
            model_name="interviewresult",
            name="opinion",
            field=models.CharField(
                blank=True,
                choices=[("hire", "Hire"), ("consider", "Consider"), ("reject", "Reject")],
                db_default="",
                default="",
                help_text="What the interviewer itself would recommend; compared with the thresholds, and no more",
                max_length=10,
            ),
        ),
    ]
