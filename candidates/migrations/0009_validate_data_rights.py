from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

# Earlier versions had the mark and no erasure. The sweep finds these erasures and completes them: rows of other tables,
# files and recordings.
COMPLETE_MARKED = """
INSERT INTO candidates_erasure
    (id, created_at, updated_at, candidate_id, kind, status, actor, reason, removed, passes, error, tries)
SELECT gen_random_uuid(), now(), now(), id, 'person', 'pending', 'screener', 'Marked as erased in an earlier version.',
    '{}'::jsonb, 0, '', 0
FROM candidates_candidate WHERE erased_at IS NOT NULL
ON CONFLICT DO NOTHING
"""
BLANK_MARKED = """
UPDATE candidates_candidate SET full_name = '', email = '', phone = '', timezone = '', external_id = '', resume = '',
    resume_text = '', resume_error = '', resume_status = 'none', legal_hold = false, hold_reason = ''
WHERE erased_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("candidates", "0008_data_rights")]

    operations = [
        migrations.RunSQL(COMPLETE_MARKED, migrations.RunSQL.noop),
        migrations.RunSQL(BLANK_MARKED, migrations.RunSQL.noop),
        *(
            ValidateConstraint("candidate", name)
            for name in ("candidate_phone_is_e164", "erased_candidate_is_blank", "legal_hold_has_a_reason")
        ),
    ]
