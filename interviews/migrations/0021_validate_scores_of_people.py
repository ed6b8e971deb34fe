from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """A migration of its own, because validation would keep the locks of the previous one."""

    dependencies = [("interviews", "0020_scores_of_people")]

    operations = [ValidateConstraint("assessment", "assessment_fits_its_source")]
