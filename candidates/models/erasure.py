"""Erasures of personal data: actor, reason, number of rows, and the proof that each file is gone."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candidates.models.candidate import Candidate
from screener.access.viewer import Viewer, with_visible_candidate
from screener.models import BaseModel, LeasableModel, LeasableQuerySet

RECHECKS = (timedelta(minutes=10), timedelta(days=1))
"""After the first pass over a whole person. Webhooks and recordings of their last call may arrive late."""


class ErasureQuerySet(LeasableQuerySet["Erasure"]):
    def in_work(self) -> Self:
        """Erasures whose files are still to be deleted, or that are to be checked for late data."""
        return self.filter(status__in=Erasure.IN_WORK)

    def visible_to(self, viewer: Viewer) -> Self:
        """The erasures of the candidates that the viewer may see."""
        return with_visible_candidate(self, viewer)


class Erasure(LeasableModel):
    """One erasure. The rows are blank when it is created; its items are deleted in the background.

    It is the proof, so that it is never deleted. `removed` counts the rows that were blanked, by table.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Whole person")
        ANSWERS = "answers", _("Answers of an interview")
        RECORDINGS = "recordings", _("Recordings of an interview")
        VIDEOS = "videos", _("Videos of an interview")
        RESUME = "resume", _("Resume")

    class Status(models.TextChoices):
        PENDING = "pending", _("Files are being deleted")
        CHECKING = "checking", _("Deleted; checked again for late data")
        DONE = "done", _("Done")

    IN_WORK = (Status.PENDING, Status.CHECKING)

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="erasures")
    interview = models.ForeignKey(
        "interviews.Interview", on_delete=models.PROTECT, null=True, blank=True, related_name="erasures"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    actor = models.CharField(max_length=150)
    reason = models.CharField(max_length=500)
    removed = models.JSONField(default=dict, help_text=_("How many rows were blanked, by table"))
    passes = models.PositiveSmallIntegerField(default=0, editable=False)
    error = models.TextField(blank=True, help_text=_("Why the last try to delete a file failed; it is tried again"))
    completed_at = models.DateTimeField(null=True, blank=True, help_text=_("When the last file was deleted"))

    objects = models.Manager.from_queryset(ErasureQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"], condition=Q(kind="person"), name="one_erasure_of_a_whole_person"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["person", "resume"], interview__isnull=True)
                | Q(kind__in=["answers", "recordings", "videos"], interview__isnull=False),
                name="erasure_fits_its_kind",
            ),
            models.CheckConstraint(condition=~Q(actor="") & ~Q(reason=""), name="erasure_has_actor_and_reason"),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"], condition=Q(status__in=["pending", "checking"]), name="erasures_in_work"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.created_at:%Y-%m-%d}"

    @property
    def is_whole_person(self) -> bool:
        return self.kind == self.Kind.PERSON

    def finish_pass(self) -> None:
        """All items are deleted. A whole person is checked again later; otherwise the erasure is done."""
        now, passes = timezone.now(), self.passes + 1
        completed = {"passes": passes, "error": "", "completed_at": self.completed_at or now}
        if self.is_whole_person and passes <= len(RECHECKS):
            self.release(status=self.Status.CHECKING, retry_at=now + RECHECKS[passes - 1], **completed)
        else:
            self.release(status=self.Status.DONE, **completed)


class ErasedItem(BaseModel):
    """A file or a recording that an erasure deletes outside the database. `deleted_at` proves that it is gone."""

    class Kind(models.TextChoices):
        FILE = "file", _("File in private storage")
        CARRIER_RECORDING = "carrier_recording", _("Recording at the carrier")
        CARRIER_TRANSCRIPT = "carrier_transcript", _("Transcript at the carrier")
        CARRIER_MESSAGE = "carrier_message", _("SMS at the carrier")

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=255, help_text=_("The generated name of the file, or the carrier's id"))
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["erasure", "kind", "name"], name="one_item_per_name")]

    def __str__(self) -> str:
        return self.name
