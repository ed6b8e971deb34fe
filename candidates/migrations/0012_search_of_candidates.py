from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.contrib.postgres.search import SearchVector
from django.db import migrations
from django.db.models import Func, Value


def words_of(column: str) -> SearchVector:
    return SearchVector(Func(column, Value("-._/@:'+"), Value(" " * 8), function="translate"), config="simple")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("candidates", "0011_view_names_permission")]

    operations = [
        AddIndexConcurrently("candidate", GinIndex(words_of("full_name"), name="candidates_by_name")),
        AddIndexConcurrently("candidate", GinIndex(words_of("email"), name="candidates_by_email")),
    ]
