import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Reads no rows of the tables: the next migration validates the constraint."""

    dependencies = [
        ("interviews", "0019_price_of_unanswered_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="assessment",
            name="is_blind",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Whether the person had seen no other assessment of the response",
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="note",
            field=models.TextField(
                blank=True, db_default="", default="", help_text="What a person noted for colleagues"
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="role",
            field=models.CharField(
                choices=[("score", "Score"), ("second_opinion", "Second opinion")],
                db_default="score",
                default="score",
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="scored_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The user who scored; empty for models, and for people who scored through the API",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="source",
            field=models.CharField(
                choices=[("model", "Language model"), ("person", "Person")],
                db_default="model",
                default="model",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="interviewresult",
            name="judges",
            field=models.JSONField(
                db_default=[], default=list, help_text="Who scored the answers: source, name, positions"
            ),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="label",
            field=models.CharField(max_length=150),
        ),
        migrations.AlterField(
            model_name="assessment",
            name="model",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="interviewevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("interview.planned", "Interview planned"),
                    ("interview.waiting", "Interview waiting"),
                    ("interview.begun", "Interview begun"),
                    ("interview.voided", "Interview voided"),
                    ("interview.completed", "Interview completed"),
                    ("interview.failed", "Interview failed"),
                    ("interview.cancelled", "Interview cancelled"),
                    ("attempt.planned", "Attempt planned"),
                    ("attempt.reopened", "Attempt reopened"),
                    ("attempt.apologised", "Attempt apologised"),
                    ("attempt.answered", "Attempt answered"),
                    ("attempt.no_answer", "Attempt no answer"),
                    ("attempt.busy", "Attempt busy"),
                    ("attempt.voicemail", "Attempt voicemail"),
                    ("attempt.hung_up", "Attempt hung up"),
                    ("attempt.invalid_number", "Attempt invalid number"),
                    ("attempt.carrier_error", "Attempt carrier error"),
                    ("attempt.unknown", "Attempt unknown"),
                    ("response.planned", "Question planned"),
                    ("response.asked", "Question asked"),
                    ("response.answered", "Question answered"),
                    ("response.transcribed", "Question transcribed"),
                    ("response.assessed", "Question assessed"),
                    ("response.second_opinion", "Question given a second opinion"),
                    ("response.score_chosen", "Question given another score"),
                    ("response.silent", "Question silent"),
                    ("response.too_short", "Question too short"),
                    ("response.skipped", "Question skipped"),
                    ("response.audio_lost", "Question audio lost"),
                    ("response.unintelligible", "Question unintelligible"),
                    ("response.model_unavailable", "Question model unavailable"),
                    ("response.recording_rejected", "Question recording rejected"),
                    ("result.ready", "Result ready"),
                    ("result.incomplete", "Result incomplete"),
                    ("result.needs_review", "Result needs review"),
                    ("result.reopened", "Result reopened"),
                    ("decision.hire", "Decision hire"),
                    ("decision.consider", "Decision consider"),
                    ("decision.reject", "Decision reject"),
                ],
                max_length=60,
            ),
        ),
        migrations.AlterField(
            model_name="interviewresult",
            name="label",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="interviewresult",
            name="model",
            field=models.CharField(blank=True, max_length=100),
        ),
        AddConstraintNotValid(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("model", ""),
                        ("score__isnull", False),
                        ("source", "person"),
                        models.Q(("label", ""), _negated=True),
                    ),
                    models.Q(("is_blind", False), ("role", "score"), ("scored_by__isnull", True), ("source", "model")),
                    _connector="OR",
                ),
                name="assessment_fits_its_source",
            ),
        ),
    ]
