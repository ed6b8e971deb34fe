from django.db import migrations, models

FORWARD = """
CREATE FUNCTION interview_waits_no_more() RETURNS trigger AS $$
BEGIN
    NEW.wait_reason := '';
    RETURN NEW;
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER interview_waits_no_more BEFORE UPDATE OF waiting_for ON interviews_interview
FOR EACH ROW WHEN (OLD.waiting_for <> '' AND NEW.waiting_for = '' AND NEW.wait_reason = OLD.wait_reason)
EXECUTE FUNCTION interview_waits_no_more();
"""
BACKWARD = """
DROP TRIGGER interview_waits_no_more ON interviews_interview;
DROP FUNCTION interview_waits_no_more();
"""
REASONS = [
    ("scheduled", "Scheduled for later"),
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
    ("call_back", "A call back was promised"),
]


class Migration(migrations.Migration):
    """The trigger serves workers of the previous release, which clear the sentence alone. The next release drops it."""

    dependencies = [("interviews", "0009_calls_refused_for_all")]

    operations = [
        migrations.AddField(
            "interview",
            "wait_reason",
            models.CharField(blank=True, choices=REASONS, db_default="", default="", editable=False, max_length=20),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
