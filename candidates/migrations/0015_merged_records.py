import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('candidates', '0014_kept_uploads'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='candidate',
            options={'ordering': ['-created_at'], 'permissions': [('view_names', 'Can view names of candidates; without it, blind mode is always on'), ('view_contact_data', 'Can view phone numbers, e-mail addresses and resumes of candidates'), ('erase_candidate', 'Can erase candidate'), ('export_candidate', 'Can export the data of candidate'), ('hold_candidate', 'Can set and lift the legal hold of candidate'), ('merge_candidate', 'Can merge two records of one candidate')]},
        ),
        migrations.AlterField(
            model_name='candidateevent',
            name='kind',
            field=models.CharField(choices=[('candidate.exported', 'Data exported'), ('candidate.hold_set', 'Legal hold set'), ('candidate.hold_lifted', 'Legal hold lifted'), ('candidate.resume_erased', 'Resume erased'), ('candidate.erased', 'Candidate erased'), ('candidate.merged', 'Another record of the person merged into this one')], max_length=40),
        ),
        migrations.CreateModel(
            name='MergedRecord',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('merged_id', models.UUIDField(editable=False, help_text='The id of the record that is gone', unique=True)),
                ('phone', models.CharField(blank=True, max_length=16)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('external_id', models.CharField(blank=True, max_length=100)),
                ('actor', models.CharField(max_length=150)),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merged_records', to='candidates.candidate')),
            ],
            options={
                'ordering': ['created_at'],
                'indexes': [models.Index(condition=models.Q(('external_id', ''), _negated=True), fields=['external_id'], name='merged_external_ids')],
            },
        ),
    ]
