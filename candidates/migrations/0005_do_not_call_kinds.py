import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0004_index_of_consents_by_attempt"),
        ("interviews", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoNotCallKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("canary", models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AlterModelOptions(
            name="donotcall",
            options={
                "ordering": ["-created_at"],
                "verbose_name": "do-not-call entry",
                "verbose_name_plural": "do-not-call list",
            },
        ),
        migrations.AddField(
            model_name="donotcall",
            name="candidate",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="do_not_call_entries",
                to="candidates.candidate",
            ),
        ),
        migrations.AddField(
            model_name="donotcall",
            name="interview",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="do_not_call_entries",
                to="interviews.interview",
            ),
        ),
        migrations.AddField(
            model_name="donotcall",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opted_out", "Asked not to be called again"),
                    ("declined", "Declined an interview"),
                    ("person_requested", "Asked for a person"),
                    ("wrong_person", "Wrong person"),
                    ("out_of_service", "Number not in service"),
                ],
                db_default="opted_out",
                default="opted_out",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="donotcall",
            name="lift_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="donotcall",
            name="lifted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="donotcall",
            name="lifted_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=150),
        ),
        migrations.AlterField(
            model_name="donotcall",
            name="number_hash",
            field=models.CharField(editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="donotcall",
            name="source",
            field=models.CharField(help_text="Who asked, and how", max_length=200),
        ),
        migrations.AddField(
            model_name="donotcall",
            name="key",
            field=models.ForeignKey(
                editable=False,
                help_text="Empty: an entry of an earlier version, which used SECRET_KEY",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="candidates.donotcallkey",
            ),
        ),
        migrations.AddConstraint(
            model_name="donotcall",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("number_hash", "kind"),
                name="one_active_entry_per_number_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="donotcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_at__isnull", True),
                    models.Q(models.Q(("lifted_by", ""), _negated=True), models.Q(("lift_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="lifted_by_a_person_with_a_reason",
            ),
        ),
    ]
