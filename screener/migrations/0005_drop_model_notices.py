from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("screener", "0004_spoken_lines")]

    operations = [migrations.DeleteModel(name="ModelNotice")]
