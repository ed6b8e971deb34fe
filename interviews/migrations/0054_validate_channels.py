from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("interviews", "0053_channels")]

    operations = [ValidateConstraint("interview", "calls_are_for_the_phone")]
