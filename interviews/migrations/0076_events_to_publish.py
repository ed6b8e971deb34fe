from django.db import migrations, models


class Migration(migrations.Migration):
    """Events of before the feed are not published: the mark is false for them."""

    dependencies = [
        ('interviews', '0075_number_confirmed_for_practice'),
        ('jobs', '0024_eligibility_questions'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='awaits_publication',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='interviewevent',
            name='awaits_publication',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name='campaign',
            index=models.Index(condition=models.Q(('awaits_publication', True)), fields=['ended_at'], name='campaign_ends_to_publish'),
        ),
    ]
