from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("candidates", "0003_methods_of_consents_in_calls")]

    operations = [
        AddIndexConcurrently(
            "consent",
            models.Index(
                condition=models.Q(("attempt__isnull", False)), fields=["attempt"], name="consents_of_an_attempt"
            ),
        ),
    ]
