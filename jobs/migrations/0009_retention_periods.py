import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0008_memberships_and_blind_review'),
    ]

    operations = [
        migrations.AddField(
            model_name='jobdescription',
            name='keep_answers_days',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: as long as the organisation keeps it. 0: for ever', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(36500)], verbose_name='keep answers (days)'),
        ),
        migrations.AddField(
            model_name='jobdescription',
            name='keep_candidates_days',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: as long as the organisation keeps it. 0: for ever', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(36500)], verbose_name='keep candidates (days)'),
        ),
        migrations.AddField(
            model_name='jobdescription',
            name='keep_recordings_days',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: as long as the organisation keeps it. 0: for ever', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(36500)], verbose_name='keep recordings (days)'),
        ),
        migrations.AddField(
            model_name='jobdescription',
            name='keep_resumes_days',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: as long as the organisation keeps it. 0: for ever', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(36500)], verbose_name='keep resumes (days)'),
        ),
    ]
