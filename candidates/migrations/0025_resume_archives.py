import candidates.models.candidate
import candidates.models.resume_archive
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('candidates', '0024_resume_is_cut'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='percent_read',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Of the file, as far as its rows are saved'),
        ),
        migrations.CreateModel(
            name='ResumeArchive',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('lease', models.UUIDField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('retry_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tries', models.PositiveIntegerField(default=0, editable=False)),
                ('author', models.CharField(help_text='Who uploaded the file', max_length=150)),
                ('name', models.CharField(help_text='The name of the file', max_length=200)),
                ('file', models.FileField(blank=True, storage=candidates.models.candidate.private_storage, upload_to=candidates.models.resume_archive._archive_path)),
                ('status', models.CharField(choices=[('reading', 'Resumes are being matched'), ('done', 'Done'), ('failed', 'Stopped')], default='reading', max_length=8)),
                ('problem', models.CharField(blank=True, help_text='Why it stopped: a code', max_length=20)),
                ('problem_detail', models.CharField(blank=True, max_length=200)),
                ('files_total', models.PositiveIntegerField(help_text='Files in the archive')),
                ('files_done', models.PositiveIntegerField(default=0, help_text='Files that were matched or refused')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('imported', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='archives', to='candidates.import')),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='ResumeFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField(help_text='The place in the archive; the first is 1')),
                ('name', models.CharField(blank=True, max_length=200)),
                ('result', models.CharField(choices=[('stored', 'Stored with the candidate'), ('unmatched', 'No candidate of the import has this name or id'), ('ambiguous', 'Several candidates of the import may be meant'), ('repeated', 'Another file of the archive is for the same candidate'), ('nested_archive', 'An archive within the archive is not opened'), ('wrong_type', 'No PDF, DOCX, HTML or plain text by its content'), ('old_word', 'An old Word file (.doc) or one with a password'), ('too_large', 'Larger than 5 MB'), ('empty', 'Empty'), ('broken', 'Damaged')], max_length=16)),
                ('archive', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='candidates.resumearchive')),
                ('candidate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='resume_files', to='candidates.candidate')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddIndex(
            model_name='resumearchive',
            index=models.Index(condition=models.Q(('status', 'reading')), fields=['updated_at'], name='archives_being_read'),
        ),
        migrations.AddConstraint(
            model_name='resumearchive',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'reading'), ('file', ''), _connector='OR'), name='read_archive_has_no_file'),
        ),
        migrations.AddConstraint(
            model_name='resumefile',
            constraint=models.UniqueConstraint(fields=('archive', 'number'), name='one_result_per_file'),
        ),
    ]
