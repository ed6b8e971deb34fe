from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("candidates", "0022_imports")]

    operations = [
        AddIndexConcurrently(
            model_name="candidate", index=models.Index(Upper("email"), name="candidates_by_address")
        ),
    ]
