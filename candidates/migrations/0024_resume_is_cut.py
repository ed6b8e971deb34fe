from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("candidates", "0023_candidates_by_address"),
    ]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="resume_is_cut",
            field=models.BooleanField(db_default=False, default=False, help_text="The file has more text than is kept"),
        ),
    ]
