from django.db import migrations, models

FORWARD = """
CREATE FUNCTION interview_copies_result() RETURNS trigger AS $$
BEGIN
    SELECT overall_score, recommendation INTO NEW.overall_score, NEW.recommended
    FROM interviews_interviewresult WHERE interview_id = NEW.id AND is_current;
    NEW.recommended := coalesce(NEW.recommended, '');
    RETURN NEW;
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER interview_copies_result BEFORE INSERT OR UPDATE OF overall_score, recommended ON interviews_interview
FOR EACH ROW EXECUTE FUNCTION interview_copies_result();

CREATE FUNCTION interview_result_changes() RETURNS trigger AS $$
BEGIN
    UPDATE interviews_interview SET overall_score = DEFAULT WHERE id = OLD.interview_id;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;

CREATE TRIGGER interview_result_changes
AFTER UPDATE OF is_current, overall_score, recommendation OR DELETE ON interviews_interviewresult
FOR EACH ROW EXECUTE FUNCTION interview_result_changes();

CREATE OR REPLACE FUNCTION interview_has_new_result() RETURNS trigger AS $$
BEGIN
    UPDATE interviews_interview
    SET recommended_at = coalesce(recommended_at, CASE WHEN NEW.recommendation <> '' THEN NEW.created_at END),
        undecided_since = NEW.created_at, overall_score = DEFAULT
    WHERE id = NEW.interview_id;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION interview_has_new_result() RETURNS trigger AS $$
BEGIN
    UPDATE interviews_interview
    SET recommended_at = coalesce(recommended_at, CASE WHEN NEW.recommendation <> '' THEN NEW.created_at END),
        undecided_since = NEW.created_at
    WHERE id = NEW.interview_id;
    RETURN NULL;
END
$$ LANGUAGE plpgsql;
DROP TRIGGER interview_result_changes ON interviews_interviewresult;
DROP FUNCTION interview_result_changes();
DROP TRIGGER interview_copies_result ON interviews_interview;
DROP FUNCTION interview_copies_result();
"""


class Migration(migrations.Migration):
    """The score and the recommendation of the current result, in the row of the interview, by which the desk ranks.

    A trigger of the interview computes both when either is written, so no other value can be stored. Those of results
    write DEFAULT to have that done. Processes of the earlier version, which go on writing results, keep them right too.
    """

    dependencies = [("interviews", "0065_candidates_who_texted")]

    operations = [
        migrations.AddField(
            model_name="interview",
            name="overall_score",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                editable=False,
                help_text="That of the current result",
                max_digits=4,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="interview",
            name="recommended",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=10),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
