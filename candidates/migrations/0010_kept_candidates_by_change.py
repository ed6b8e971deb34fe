from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('candidates', '0009_validate_data_rights'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='candidate',
            index=models.Index(condition=models.Q(('erased_at__isnull', True)), fields=['updated_at'], name='kept_candidates_by_change'),
        ),
    ]
