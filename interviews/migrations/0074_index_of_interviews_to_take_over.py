
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Validate the constraint of outcomes, and cover the new one with an index. No table is locked for long."""

    atomic = False
    dependencies = [("interviews", "0073_eligibility_answers")]

    operations = [
        ValidateConstraint("interview", "interview_outcome_fits_its_status"),
        AddIndexConcurrently(
            model_name='interview',
            index=models.Index(condition=models.Q(('answers_erased_at__isnull', True), ('decided_at__isnull', True), ('outcome__in', ['person_requested', 'not_eligible'])), fields=['completed_at', 'job'], include=('id', 'purpose'), name='interviews_to_take_over'),
        ),
        RemoveIndexConcurrently(
            model_name='interview',
            name='interviews_handed_over',
        ),
    ]
