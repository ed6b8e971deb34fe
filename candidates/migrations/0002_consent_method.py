import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("candidates", "0001_initial"),
        ("interviews", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            "consent",
            "given_by",
            models.CharField(
                blank=True,
                choices=[
                    ("", "Not recorded"),
                    ("voice", "Spoken words"),
                    ("key", "A pressed key"),
                    ("api", "An API client"),
                    ("import", "An imported file"),
                    ("staff", "Staff"),
                    ("voided", "Voided: a machine had answered"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "consent",
            "attempt",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="consents",
                to="interviews.attempt",
            ),
        ),
        migrations.AlterField(
            "consent",
            "wording_version",
            models.CharField(
                blank=True,
                help_text="The hash of the disclosure before this reply; empty: there was none",
                max_length=64,
            ),
        ),
    ]
