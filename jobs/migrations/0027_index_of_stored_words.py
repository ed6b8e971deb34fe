from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """The search reads the stored words. Until the release before has ended, its searches are slow, not wrong."""

    atomic = False

    dependencies = [("jobs", "0026_stored_words_of_bank_questions")]

    operations = [
        AddIndexConcurrently(
            model_name="bankquestion",
            index=GinIndex(fields=["searched_words"], name="bank_by_searched_word"),
        ),
        RemoveIndexConcurrently(model_name="bankquestion", name="bank_by_word"),
    ]
