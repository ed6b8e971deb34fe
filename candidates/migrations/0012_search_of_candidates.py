from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models
from django.db.models.functions import Upper

NAME = models.Func("full_name", models.Value("-._/@:'"), models.Value(" " * 7), function="translate")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("candidates", "0011_view_names_permission")]

    operations = [
        AddIndexConcurrently("candidate", GinIndex(SearchVector(NAME, config="simple"), name="candidates_by_name")),
        AddIndexConcurrently(
            "candidate", models.Index(OpClass(Upper("email"), name="text_pattern_ops"), name="candidates_by_email")
        ),
    ]
