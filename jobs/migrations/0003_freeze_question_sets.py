from django.db import migrations

# The rule compares whole rows, so that it also covers columns that are added later. It stands in the function and not
# in the trigger's WHEN, which would keep PostgreSQL from altering the type of the columns that it names.
FORWARD = """
CREATE FUNCTION freeze_question_set() RETURNS trigger AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - '{status,updated_at}'::text[] = to_jsonb(OLD) - '{status,updated_at}'::text[]
        AND (NEW.status = OLD.status OR (OLD.status = 'approved' AND NEW.status = 'retired'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'question set % is %: it can only be retired', OLD.id, OLD.status
        USING ERRCODE = 'check_violation', TABLE = 'jobs_questionset', CONSTRAINT = 'question_set_is_frozen';
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER question_set_is_frozen BEFORE UPDATE ON jobs_questionset
FOR EACH ROW EXECUTE FUNCTION freeze_question_set();
"""
BACKWARD = """
DROP TRIGGER question_set_is_frozen ON jobs_questionset;
DROP FUNCTION freeze_question_set();
"""


class Migration(migrations.Migration):
    """Freeze question sets that are approved or retired. The only change left is from approved to retired.

    Deleting stays possible: a job is deleted with its sets, and foreign keys protect the sets that interviews use.
    """

    dependencies = [("jobs", "0002_calling_limits_per_job")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
