from django.db import migrations, models

FORWARD = """
CREATE FUNCTION candidate_keeps_names() RETURNS trigger AS $$
BEGIN
    NEW.former_names := (
        SELECT coalesce(jsonb_agg(name), '[]') FROM (
            SELECT DISTINCT name
            FROM jsonb_array_elements_text(OLD.former_names || NEW.former_names || to_jsonb(OLD.full_name)) AS name
            WHERE name NOT IN ('', NEW.full_name)
            LIMIT 50
        ) AS names
    );
    RETURN NEW;
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER candidate_keeps_names BEFORE UPDATE OF full_name, former_names ON candidates_candidate
FOR EACH ROW WHEN (
    NEW.erased_at IS NULL AND (OLD.full_name, OLD.former_names) IS DISTINCT FROM (NEW.full_name, NEW.former_names)
) EXECUTE FUNCTION candidate_keeps_names();
"""
BACKWARD = """
DROP TRIGGER candidate_keeps_names ON candidates_candidate;
DROP FUNCTION candidate_keeps_names();
"""


class Migration(migrations.Migration):
    """Names that a record had, kept by the database for all that writes the rows. Names before this are not known."""

    dependencies = [("candidates", "0016_index_of_candidate_events")]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="former_names",
            field=models.JSONField(db_default=[], default=list, editable=False),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
