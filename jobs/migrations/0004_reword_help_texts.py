
import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0003_freeze_question_sets'),
    ]

    operations = [
        migrations.AlterField(
            model_name='jobdescription',
            name='attempt_spacing',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(43200)]), blank=True, db_default=[], default=list, help_text='Minutes between attempts, such as 30, 240, 1440; empty: the ATTEMPT_SPACING setting', size=9),
        ),
        migrations.AlterField(
            model_name='jobdescription',
            name='calls_per_day',
            field=models.PositiveIntegerField(blank=True, help_text='Maximum number of calls for this job within 24 hours; empty: no limit', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000)]),
        ),
        migrations.AlterField(
            model_name='jobdescription',
            name='consent_required',
            field=models.BooleanField(default=True, help_text='Only call candidates whose consent to be called is on record'),
        ),
        migrations.AlterField(
            model_name='jobdescription',
            name='is_open',
            field=models.BooleanField(default=True, help_text='No candidate is called for a closed job'),
        ),
        migrations.AlterField(
            model_name='jobdescription',
            name='max_attempts',
            field=models.PositiveSmallIntegerField(default=3, help_text='Maximum number of attempts to reach a candidate', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)]),
        ),
        migrations.AlterField(
            model_name='jobdescription',
            name='max_concurrent_calls',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Maximum number of simultaneous calls for this job; empty: only the limit for all jobs applies', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)]),
        ),
        migrations.AlterField(
            model_name='jobdescription',
            name='question_count',
            field=models.PositiveSmallIntegerField(default=5, editable=False, help_text='Number of questions requested'),
        ),
    ]
