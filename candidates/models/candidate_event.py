"""The history of a candidate's record, apart from their interviews."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.access.viewer import Viewer, with_visible_candidate
from screener.models import AppendOnly


class CandidateEventQuerySet(models.QuerySet["CandidateEvent"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The events of the candidates that the viewer may see."""
        return with_visible_candidate(self, viewer)


class CandidateEvent(AppendOnly):
    """A history entry: an action on the record, its actor and the reason. It outlives erasure as proof.

    `awaits_publication`: it has no place among the public events yet.
    """

    class Kind(models.TextChoices):
        """The kinds of events, which clients rely on: a kind is never renamed."""

        EXPORTED = "candidate.exported", _("Data exported")
        HOLD_SET = "candidate.hold_set", _("Legal hold set")
        HOLD_LIFTED = "candidate.hold_lifted", _("Legal hold lifted")
        RESUME_ERASED = "candidate.resume_erased", _("Resume erased")
        ERASED = "candidate.erased", _("Candidate erased")
        MERGED = "candidate.merged", _("Another record of the person merged into this one")

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=40, choices=Kind.choices)
    actor = models.CharField(max_length=150)
    reason = models.TextField(blank=True)
    awaits_publication = models.BooleanField(default=False, db_default=False, editable=False)

    MUTABLE_FIELDS = frozenset({"awaits_publication"})

    objects = models.Manager.from_queryset(CandidateEventQuerySet)()

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["created_at", "id"], name="candidate_events_by_time"),
            models.Index(
                fields=["created_at"], condition=models.Q(awaits_publication=True), name="candidate_events_to_publish"
            ),
        ]

    def __str__(self) -> str:
        return self.kind
