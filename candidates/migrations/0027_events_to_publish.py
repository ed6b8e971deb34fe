from django.db import migrations, models


class Migration(migrations.Migration):
    """Events of before the feed are not published: the mark is false for them."""

    dependencies = [
        ('candidates', '0026_keep_resumes_of_archives'),
    ]

    operations = [
        migrations.AddField(
            model_name='candidateevent',
            name='awaits_publication',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
