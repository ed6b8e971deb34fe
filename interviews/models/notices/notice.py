"""Notices: messages to users about their jobs, in the interface and by mail."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from interviews.models.campaign import Campaign
from interviews.models.event import PUBLIC_TYPE_OF_KIND, EventKind, InterviewEvent
from interviews.models.interview import Interview
from interviews.models.notices.mail import NoticeMail
from interviews.models.notices.note import Note
from jobs.models import JobDescription, with_visible_job
from screener.access.viewer import Viewer
from screener.models import BaseModel

VIEW_INTERVIEW = "interviews.view_interview"
"""Users without this permission get no notices."""


class NoticeKind(models.TextChoices):
    """The kinds of notices, for each of which a user chooses when it is mailed."""

    PERSON_REQUEST = "person_request", _("A candidate asks for a person")
    ATTENTION = "attention", _("An interview needs attention")
    MENTION = "mention", _("A colleague mentions you in a note")
    CAMPAIGN_ENDED = "campaign_ended", _("A campaign has ended")
    RESULT_READY = "result_ready", _("A result is ready")


KIND_OF_EVENT: dict[str, NoticeKind] = {
    EventKind.RESULT_READY: NoticeKind.RESULT_READY,
    EventKind.RESULT_INCOMPLETE: NoticeKind.ATTENTION,
    EventKind.RESULT_NEEDS_REVIEW: NoticeKind.ATTENTION,
    EventKind.CANDIDATE_CALLED: NoticeKind.ATTENTION,
    EventKind.CANDIDATE_TEXTED: NoticeKind.ATTENTION,
    EventKind.ADJUSTMENT_REQUESTED: NoticeKind.PERSON_REQUEST,
    EventKind.INTERVIEW_PERSON_REQUESTED: NoticeKind.PERSON_REQUEST,
}
"""The events that the watchers of a job get notices of."""


def new_event(interview: Interview, *, kind: EventKind, **fields: Any) -> InterviewEvent:
    """Make an event, not saved yet, that awaits its notices and its publication. Practice gets neither."""
    is_told = interview.purpose != Interview.Purpose.PRACTICE
    return InterviewEvent(
        interview=interview,
        kind=kind,
        awaits_notices=is_told and kind in KIND_OF_EVENT,
        awaits_publication=is_told and kind in PUBLIC_TYPE_OF_KIND,
        **fields,
    )


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The notices to this viewer, without those of jobs that they may no longer see."""
        if not viewer.has_perm(VIEW_INTERVIEW):
            return self.none()
        return with_visible_job(self.filter(recipient=viewer.pk), viewer)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(BaseModel):
    """A message to one user about an event, a mention in a note, or the end of a campaign.

    It has no text: its page and its mails are composed from the rows that it names, as their reader may see them.
    `awaits_mail`: it belongs into the next mail of its kind. `mail`: the mail that it is part of.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    job = models.ForeignKey(JobDescription, on_delete=models.CASCADE, related_name="notices")
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, null=True, related_name="notices")
    event = models.ForeignKey(InterviewEvent, on_delete=models.CASCADE, null=True, related_name="notices")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, null=True, related_name="notices")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="notices")
    occurred_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    awaits_mail = models.BooleanField(default=False)
    mail = models.ForeignKey(NoticeMail, on_delete=models.SET_NULL, null=True, related_name="notices")
    mailed_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(event__isnull=False, interview__isnull=False, note__isnull=True, campaign__isnull=True)
                | Q(event__isnull=True, interview__isnull=False, note__isnull=False, campaign__isnull=True)
                | Q(event__isnull=True, interview__isnull=True, note__isnull=True, campaign__isnull=False),
                name="notice_has_one_subject",
            ),
            models.UniqueConstraint(
                fields=["recipient", "kind", "event"],
                condition=Q(event__isnull=False),
                name="one_notice_per_event",
            ),
            models.UniqueConstraint(
                fields=["recipient", "kind", "note"], condition=Q(note__isnull=False), name="one_notice_per_note"
            ),
            models.UniqueConstraint(
                fields=["recipient", "kind", "campaign", "occurred_at"],
                condition=Q(campaign__isnull=False),
                name="one_notice_per_end_of_campaign",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-occurred_at", "-id"], name="notices_of_a_recipient"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="unread_notices"),
            models.Index(
                fields=["recipient", "kind", "created_at"], condition=Q(awaits_mail=True), name="notices_to_mail"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
