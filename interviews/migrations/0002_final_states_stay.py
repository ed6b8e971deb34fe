from django.db import migrations

FORWARD = """
CREATE FUNCTION interview_final_states_stay() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'interview % is %: a final state never changes', OLD.id, OLD.status;
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER interview_final_states_stay BEFORE UPDATE OF status, outcome ON interviews_interview
FOR EACH ROW WHEN (
    OLD.status IN ('completed', 'failed', 'cancelled')
    AND (NEW.status <> OLD.status OR NEW.outcome <> OLD.outcome)
) EXECUTE FUNCTION interview_final_states_stay();
"""
BACKWARD = """
DROP TRIGGER interview_final_states_stay ON interviews_interview;
DROP FUNCTION interview_final_states_stay();
"""


class Migration(migrations.Migration):
    """What `Interview.finish` promises, kept by the database as well."""

    dependencies = [("interviews", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
