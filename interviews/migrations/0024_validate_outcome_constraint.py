from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("interviews", "0023_later_calls_and_person_requests")]

    operations = [ValidateConstraint("interview", "interview_outcome_fits_its_status")]
