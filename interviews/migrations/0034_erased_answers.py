from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0033_questions_about_the_job"),
    ]

    operations = [
        migrations.AddField(
            model_name="interview",
            name="answers_erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="When what was said was erased. States and scores stay", null=True
            ),
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
                    ("interview.opted_out", "Interview opted out"),
                    ("interview.person_requested", "Interview person requested"),
                    ("interview.completed", "Interview completed"),
                    ("interview.failed", "Interview failed"),
                    ("interview.cancelled", "Interview cancelled"),
                    ("interview.candidate_called", "Interview over: the candidate called back"),
                    ("interview.refusal_lifted", "Interview refusal lifted"),
                    ("interview.recordings_erased", "Interview recordings erased"),
                    ("interview.answers_erased", "Interview answers erased"),
                    ("attempt.planned", "Attempt planned"),
                    ("attempt.received", "Attempt received: the candidate called"),
                    ("attempt.reopened", "Attempt reopened"),
                    ("attempt.apologised", "Attempt apologised"),
                    ("attempt.answered", "Attempt answered"),
                    ("attempt.no_answer", "Attempt no answer"),
                    ("attempt.busy", "Attempt busy"),
                    ("attempt.voicemail", "Attempt voicemail"),
                    ("attempt.hung_up", "Attempt hung up"),
                    ("attempt.invalid_number", "Attempt invalid number"),
                    ("attempt.carrier_error", "Attempt carrier error"),
                    ("attempt.call_later", "Attempt call later"),
                    ("attempt.not_here", "Attempt not here"),
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
                    ("response.postponed", "Question postponed"),
                    ("response.request", "Question request"),
                    ("response.words_typed", "Question words typed"),
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
            model_name="recording",
            name="status",
            field=models.CharField(
                choices=[
                    ("expected", "Expected"),
                    ("available", "At the carrier"),
                    ("stored", "Stored"),
                    ("absent", "Lost"),
                    ("erased", "Erased"),
                ],
                default="expected",
                max_length=10,
            ),
        ),
    ]
