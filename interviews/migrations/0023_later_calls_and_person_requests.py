from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

FINAL_STATES_TRIGGER = """
CREATE TRIGGER interview_final_states_stay BEFORE UPDATE OF status, outcome ON interviews_interview
FOR EACH ROW WHEN (
    OLD.status IN ('completed', 'failed', 'cancelled')
    AND (NEW.status <> OLD.status OR NEW.outcome <> OLD.outcome)
) EXECUTE FUNCTION interview_final_states_stay();
"""
DROP_TRIGGER = "DROP TRIGGER interview_final_states_stay ON interviews_interview;"


class Migration(migrations.Migration):
    """The trigger names the column that gets longer, so it is dropped and created again in the same transaction.

    The constraint is validated by the next migration, which locks no table for long.
    """

    dependencies = [
        ("candidates", "0004_index_of_consents_by_attempt"),
        ("interviews", "0022_waits_for_the_employer"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="interview",
            name="interview_outcome_fits_its_status",
        ),
        migrations.AddField(
            model_name="attempt",
            name="call_again_at",
            field=models.DateTimeField(
                blank=True, help_text="The time for the next call that the candidate asked for and was told", null=True
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="key_pressed",
            field=models.BooleanField(
                db_default=False, default=False, help_text="A key was pressed, as no machine does"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="slow",
            field=models.BooleanField(
                db_default=False, default=False, help_text="The candidate asked for slower speech"
            ),
        ),
        migrations.AddField(
            model_name="interview",
            name="person_requested_at",
            field=models.DateTimeField(
                blank=True, help_text="When the candidate asked for a person instead of the assistant", null=True
            ),
        ),
        migrations.AddField(
            model_name="interview",
            name="postponements",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, editable=False, help_text="How often the candidate asked to be called later"
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("answered", "Answered"),
                    ("no_answer", "No answer"),
                    ("busy", "Busy"),
                    ("voicemail", "Voicemail"),
                    ("hung_up", "Hung up"),
                    ("invalid_number", "Invalid number"),
                    ("carrier_error", "Carrier error"),
                    ("call_later", "Asked to be called later"),
                    ("not_here", "Candidate was not there"),
                    ("unknown", "Unknown: the carrier may have acted"),
                ],
                max_length=14,
            ),
        ),
        migrations.RunSQL(DROP_TRIGGER, FINAL_STATES_TRIGGER),
        migrations.AlterField(
            model_name="interview",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("complete", "Complete"),
                    ("partial", "Partial"),
                    ("unreached", "Not reached"),
                    ("declined", "Declined"),
                    ("opted_out", "Asked not to be called again"),
                    ("wrong_person", "Wrong person"),
                    ("not_permitted", "Not permitted"),
                    ("too_little", "Too few answers"),
                    ("expired", "Expired"),
                    ("person_requested", "Asked for a person"),
                    ("by_hr", "Cancelled by HR"),
                    ("by_candidate", "Cancelled by the candidate"),
                    ("by_client", "Cancelled over the API"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunSQL(FINAL_STATES_TRIGGER, DROP_TRIGGER),
        migrations.AlterField(
            model_name="interview",
            name="wait_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("scheduled", "Scheduled for later"),
                    ("no_employer", "The employer has no name yet"),
                    ("calling_hours", "Outside the calling hours"),
                    ("number_busy", "Another call to the number is running"),
                    ("cool_down", "Pause after a call to the number"),
                    ("number_daily_limit", "Daily limit of calls to the number"),
                    ("no_capacity", "All capacity is in use"),
                    ("no_job_capacity", "The job's capacity is in use"),
                    ("job_daily_limit", "The job's daily limit of calls"),
                    ("spend_limit", "Spend limit for calls"),
                    ("model_budget", "Monthly budget for models"),
                    ("dial_rate", "Waiting for its dial slot"),
                    ("carrier_paused", "Calls are paused for all"),
                    ("carrier_error", "The carrier did not take the call"),
                    ("no_transcription", "Transcription is not configured"),
                    ("attempt_spacing", "Time between two attempts"),
                    ("requested_time", "The candidate asked for this time"),
                    ("call_back", "A call back was promised"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=20,
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
                    ("interview.person_requested", "Interview person requested"),
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
        AddConstraintNotValid(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("status__in", ["pending", "in_progress"])),
                    models.Q(("outcome__in", ["complete", "partial"]), ("status", "completed")),
                    models.Q(("outcome__in", ["by_hr", "by_candidate", "by_client"]), ("status", "cancelled")),
                    models.Q(
                        (
                            "outcome__in",
                            [
                                "unreached",
                                "declined",
                                "opted_out",
                                "wrong_person",
                                "not_permitted",
                                "too_little",
                                "expired",
                                "person_requested",
                            ],
                        ),
                        ("status", "failed"),
                    ),
                    _connector="OR",
                ),
                name="interview_outcome_fits_its_status",
            ),
        ),
    ]
