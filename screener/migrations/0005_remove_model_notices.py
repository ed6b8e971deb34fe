from django.db import migrations


class Migration(migrations.Migration):
    """The table stays until the next release: the front page of the previous release reads it during an upgrade."""

    dependencies = [("screener", "0004_spoken_lines")]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="ModelNotice")])]
