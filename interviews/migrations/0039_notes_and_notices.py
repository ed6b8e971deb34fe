import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


MARK_ENDED_CAMPAIGNS = """
UPDATE interviews_campaign campaign SET ended_at = campaign.updated_at
WHERE EXISTS (SELECT FROM interviews_interview WHERE campaign_id = campaign.id)
AND NOT EXISTS (
    SELECT FROM interviews_interview
    WHERE campaign_id = campaign.id AND (status IN ('pending', 'in_progress') OR result_status = 'pending')
)
"""


class Migration(migrations.Migration):
    """No one gets notices of what was before: neither of events nor of campaigns that have ended."""

    dependencies = [
        ("interviews", "0038_fill_milestones"),
        ("jobs", "0009_retention_periods"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobWatch",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("is_watching", models.BooleanField()),
            ],
            options={
                "verbose_name_plural": "job watches",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("author_name", models.CharField(max_length=150)),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["created_at"],
                "default_permissions": ("add", "view"),
            },
        ),
        migrations.CreateModel(
            name="NoteVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField(max_length=5000)),
                ("mentions", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["number"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("person_request", "A candidate asks for a person"),
                            ("attention", "An interview needs attention"),
                            ("mention", "A colleague mentions you in a note"),
                            ("campaign_ended", "A campaign has ended"),
                            ("result_ready", "A result is ready"),
                        ],
                        max_length=20,
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("awaits_mail", models.BooleanField(default=False)),
                ("mailed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-occurred_at", "-pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NoticeMail",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("lease", models.UUIDField(blank=True, editable=False, null=True)),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("retry_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("tries", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "pace",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("off", "Not by mail"),
                        ],
                        max_length=10,
                    ),
                ),
                ("period", models.DateField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("sent", "Sent"),
                            ("empty", "Nothing to send"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "notice mail",
                "verbose_name_plural": "notice mails",
                "ordering": ["-created_at"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="NoticeSettings",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "person_request",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("off", "Not by mail"),
                        ],
                        default="at_once",
                        max_length=10,
                        verbose_name="A candidate asks for a person",
                    ),
                ),
                (
                    "attention",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("off", "Not by mail"),
                        ],
                        default="daily",
                        max_length=10,
                        verbose_name="An interview needs attention",
                    ),
                ),
                (
                    "mention",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("off", "Not by mail"),
                        ],
                        default="at_once",
                        max_length=10,
                        verbose_name="A colleague mentions you in a note",
                    ),
                ),
                (
                    "campaign_ended",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("off", "Not by mail"),
                        ],
                        default="at_once",
                        max_length=10,
                        verbose_name="A campaign has ended",
                    ),
                ),
                (
                    "result_ready",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("daily", "Daily"),
                            ("weekly", "Weekly"),
                            ("off", "Not by mail"),
                        ],
                        default="daily",
                        max_length=10,
                        verbose_name="A result is ready",
                    ),
                ),
                ("time_zone", models.CharField(blank=True, max_length=50, verbose_name="time zone")),
                (
                    "morning_hour",
                    models.PositiveSmallIntegerField(
                        default=8,
                        validators=[django.core.validators.MaxValueValidator(23)],
                        verbose_name="hour of daily and weekly mails",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "notice settings",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="campaign",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="interviewevent",
            name="awaits_notices",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="jobwatch",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="watches", to="jobs.jobdescription"
            ),
        ),
        migrations.AddField(
            model_name="jobwatch",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="job_watches", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="author",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="interview",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="interviews.interview"
            ),
        ),
        migrations.AddField(
            model_name="noteversion",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="interviews.note"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="campaign",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="interviews.campaign"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="event",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="interviews.interviewevent",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="interview",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="interviews.interview",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="jobs.jobdescription"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="note",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="interviews.note"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="recipient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="noticemail",
            name="recipient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="notice_mails",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="mail",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="notices",
                to="interviews.noticemail",
            ),
        ),
        migrations.AddField(
            model_name="noticesettings",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="notice_settings", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="jobwatch",
            constraint=models.UniqueConstraint(fields=("job", "user"), name="one_watch_per_job_and_user"),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=models.UniqueConstraint(fields=("note", "number"), name="one_version_per_note_and_number"),
        ),
        migrations.AddIndex(
            model_name="noticemail",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["created_at"], name="pending_notice_mails"
            ),
        ),
        migrations.AddIndex(
            model_name="noticemail",
            index=models.Index(fields=["recipient", "-created_at"], name="notice_mails_of_a_recipient"),
        ),
        migrations.AddConstraint(
            model_name="noticemail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pace", "at_once"), ("period__isnull", True)),
                    models.Q(("pace__in", ["daily", "weekly"]), ("period__isnull", False)),
                    _connector="OR",
                ),
                name="notice_mail_has_period_of_its_pace",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticemail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("period__isnull", False)),
                fields=("recipient", "pace", "period"),
                name="one_digest_per_recipient_and_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticemail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("pace", "at_once"), ("status", "pending")),
                fields=("recipient",),
                name="one_pending_mail_at_once_per_recipient",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["recipient", "-occurred_at", "-id"], name="notices_of_a_recipient"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)), fields=["recipient"], name="unread_notices"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("awaits_mail", True)),
                fields=["recipient", "kind", "created_at"],
                name="notices_to_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("campaign__isnull", True),
                        ("event__isnull", False),
                        ("interview__isnull", False),
                        ("note__isnull", True),
                    ),
                    models.Q(
                        ("campaign__isnull", True),
                        ("event__isnull", True),
                        ("interview__isnull", False),
                        ("note__isnull", False),
                    ),
                    models.Q(
                        ("campaign__isnull", False),
                        ("event__isnull", True),
                        ("interview__isnull", True),
                        ("note__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="notice_has_one_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("event__isnull", False)),
                fields=("recipient", "kind", "event"),
                name="one_notice_per_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("note__isnull", False)),
                fields=("recipient", "kind", "note"),
                name="one_notice_per_note",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("campaign__isnull", False)),
                fields=("recipient", "kind", "campaign", "occurred_at"),
                name="one_notice_per_end_of_campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("morning_hour__lte", 23)), name="morning_hour_is_an_hour"
            ),
        ),
        migrations.RunSQL(MARK_ENDED_CAMPAIGNS, migrations.RunSQL.noop),
    ]
