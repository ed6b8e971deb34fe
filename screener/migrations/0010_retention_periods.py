import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('screener', '0009_preference'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='keep_answers_days',
            field=models.PositiveIntegerField(blank=True, help_text='After the end of the interview: transcripts, quotes, reasons and notes, with the recordings. Scores stay as numbers. Empty: for ever', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)], verbose_name='keep answers (days)'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='keep_candidates_days',
            field=models.PositiveIntegerField(blank=True, help_text='The whole person, after the end of the last interview and the last change of the candidate. Empty: for ever', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)], verbose_name='keep candidates (days)'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='keep_recordings_days',
            field=models.PositiveIntegerField(blank=True, help_text='After the end of the interview. Empty: for ever', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)], verbose_name='keep recordings (days)'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='keep_resumes_days',
            field=models.PositiveIntegerField(blank=True, help_text='After the end of the last interview and the last change of the candidate. Empty: for ever', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)], verbose_name='keep resumes (days)'),
        ),
    ]
