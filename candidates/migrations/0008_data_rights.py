import django.db.models.deletion
import uuid
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


REASON_OF_EARLIER_HOLDS = """
UPDATE candidates_candidate SET hold_reason = 'Set in an earlier version, without a reason.' WHERE legal_hold
"""


class Migration(migrations.Migration):
    """The constraints of candidates are validated by the next migration, which locks no table for long."""

    dependencies = [
        ('candidates', '0007_contact_data_permission'),
        ('interviews', '0031_candidates_who_called'),
    ]

    operations = [
        migrations.CreateModel(
            name='CandidateEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('candidate.exported', 'Data exported'), ('candidate.hold_set', 'Legal hold set'), ('candidate.hold_lifted', 'Legal hold lifted'), ('candidate.resume_erased', 'Resume erased'), ('candidate.erased', 'Candidate erased')], max_length=40)),
                ('actor', models.CharField(max_length=150)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='ErasedItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('file', 'File in private storage'), ('carrier_recording', 'Recording at the carrier'), ('carrier_transcript', 'Transcript at the carrier')], max_length=20)),
                ('name', models.CharField(help_text="The generated name of the file, or the carrier's id", max_length=255)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('lease', models.UUIDField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('retry_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tries', models.PositiveIntegerField(default=0, editable=False)),
                ('kind', models.CharField(choices=[('person', 'Whole person'), ('answers', 'Answers of an interview'), ('recordings', 'Recordings of an interview'), ('resume', 'Resume')], max_length=10)),
                ('status', models.CharField(choices=[('pending', 'Files are being deleted'), ('checking', 'Deleted; checked again for late data'), ('done', 'Done')], default='pending', max_length=8)),
                ('actor', models.CharField(max_length=150)),
                ('reason', models.CharField(max_length=500)),
                ('removed', models.JSONField(default=dict, help_text='How many rows were blanked, by table')),
                ('passes', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('error', models.TextField(blank=True, help_text='Why the last try to delete a file failed; it is tried again')),
                ('completed_at', models.DateTimeField(blank=True, help_text='When the last file was deleted', null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.AlterModelOptions(
            name='candidate',
            options={'ordering': ['-created_at'], 'permissions': [('view_contact_data', 'Can view phone numbers, e-mail addresses and resumes of candidates'), ('erase_candidate', 'Can erase candidate'), ('export_candidate', 'Can export the data of candidate'), ('hold_candidate', 'Can set and lift the legal hold of candidate')]},
        ),
        migrations.RemoveConstraint(
            model_name='candidate',
            name='candidate_phone_is_e164',
        ),
        migrations.AddField(
            model_name='candidate',
            name='hold_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=500),
        ),
        migrations.AddField(
            model_name='candidate',
            name='hold_set_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='candidate',
            name='hold_set_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150),
        ),
        migrations.AlterField(
            model_name='candidate',
            name='legal_hold',
            field=models.BooleanField(default=False, help_text='Nothing of the record is erased while it is held'),
        ),
        migrations.RunSQL(REASON_OF_EARLIER_HOLDS, migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name='candidate',
            constraint=models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+[1-9][0-9]{6,14}$'), models.Q(('erased_at__isnull', False), ('phone', '')), _connector='OR'), name='candidate_phone_is_e164'),
        ),
        AddConstraintNotValid(
            model_name='candidate',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('email', ''), ('external_id', ''), ('full_name', ''), ('legal_hold', False), ('phone', ''), ('resume', ''), ('resume_error', ''), ('resume_text', ''), ('timezone', '')), _connector='OR'), name='erased_candidate_is_blank'),
        ),
        AddConstraintNotValid(
            model_name='candidate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hold_reason', ''), ('legal_hold', False)), models.Q(('legal_hold', True), models.Q(('hold_reason', ''), _negated=True)), _connector='OR'), name='legal_hold_has_a_reason'),
        ),
        migrations.AddField(
            model_name='candidateevent',
            name='candidate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='candidates.candidate'),
        ),
        migrations.AddField(
            model_name='erasure',
            name='candidate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='candidates.candidate'),
        ),
        migrations.AddField(
            model_name='erasure',
            name='interview',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='interviews.interview'),
        ),
        migrations.AddField(
            model_name='eraseditem',
            name='erasure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='candidates.erasure'),
        ),
        migrations.AddIndex(
            model_name='erasure',
            index=models.Index(condition=models.Q(('status__in', ['pending', 'checking'])), fields=['updated_at'], name='erasures_in_work'),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'person')), fields=('candidate',), name='one_erasure_of_a_whole_person'),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('interview__isnull', True), ('kind__in', ['person', 'resume'])), models.Q(('interview__isnull', False), ('kind__in', ['answers', 'recordings'])), _connector='OR'), name='erasure_fits_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('actor', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='erasure_has_actor_and_reason'),
        ),
        migrations.AddConstraint(
            model_name='eraseditem',
            constraint=models.UniqueConstraint(fields=('erasure', 'kind', 'name'), name='one_item_per_name'),
        ),
    ]
