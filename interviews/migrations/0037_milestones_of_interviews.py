from django.db import migrations, models

FORWARD = """
CREATE FUNCTION interview_has_new_result() RETURNS trigger AS $$
BEGIN
    UPDATE interviews_interview
    SET recommended_at = coalesce(recommended_at, CASE WHEN NEW.recommendation <> '' THEN NEW.created_at END),
        undecided_since = NEW.created_at
    WHERE id = NEW.interview_id;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER interview_has_new_result AFTER INSERT ON interviews_interviewresult
FOR EACH ROW EXECUTE FUNCTION interview_has_new_result();

CREATE FUNCTION interview_is_decided() RETURNS trigger AS $$
DECLARE
    decided uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.interview_id ELSE NEW.interview_id END;
BEGIN
    UPDATE interviews_interview
    SET decided_at = (SELECT min(created_at) FROM interviews_decision WHERE interview_id = decided),
        undecided_since = (
            SELECT created_at FROM interviews_interviewresult AS result
            WHERE interview_id = decided AND is_current
                AND NOT EXISTS (SELECT FROM interviews_decision WHERE result_id = result.id)
        )
    WHERE id = decided;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER interview_is_decided AFTER INSERT OR DELETE ON interviews_decision
FOR EACH ROW EXECUTE FUNCTION interview_is_decided();
"""
BACKWARD = """
DROP TRIGGER interview_is_decided ON interviews_decision;
DROP FUNCTION interview_is_decided();
DROP TRIGGER interview_has_new_result ON interviews_interviewresult;
DROP FUNCTION interview_has_new_result();
"""


class Migration(migrations.Migration):
    """When an interview was first recommended and decided on, kept by the database for whatever writes the rows.

    Also for processes of the earlier version, which go on writing until they are replaced.
    """

    dependencies = [("interviews", "0036_share_links")]

    operations = [
        migrations.AddField(
            model_name="interview",
            name="recommended_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="When the program first had a recommendation", null=True
            ),
        ),
        migrations.AddField(
            model_name="interview",
            name="decided_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="When a reviewer first decided", null=True
            ),
        ),
        migrations.AddField(
            model_name="interview",
            name="undecided_since",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the current result was made, until a reviewer decides on it",
                null=True,
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
