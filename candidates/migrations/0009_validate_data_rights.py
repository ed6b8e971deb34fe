from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("candidates", "0008_data_rights")]

    operations = [
        ValidateConstraint("candidate", name)
        for name in ("candidate_phone_is_e164", "erased_candidate_is_blank", "legal_hold_has_a_reason")
    ]
