"""Imports: uploaded files of candidates, and the result of each row."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from candidates.models.candidate import Candidate, delete_on_commit, private_storage
from screener.access.viewer import VIEW_ALL_JOBS, Viewer
from screener.background.queue import RowTaskHandle
from screener.models import BaseModel, InvalidTransition, LeasableModel, LeasableQuerySet

READ_IMPORT = RowTaskHandle("candidates.read_import", queue="files", argument="import_id")
PLAN_IMPORT = RowTaskHandle("candidates.plan_import", queue="rest", argument="import_id")
UNDO_IMPORT = RowTaskHandle("candidates.undo_import", queue="rest", argument="import_id")
READ_ARCHIVE = RowTaskHandle("candidates.read_archive", queue="files", argument="archive_id")
IMPORT_FOLDER = "imports"
UPLOADS_KEPT = timedelta(hours=12)
"""An upload that is not started is deleted after this time."""
REFUSED_ROWS_KEPT = timedelta(days=30)
"""Refused rows hold data of persons without a record. They are blanked after this time."""
FULL = 100
NOT_STARTED = gettext_noop("This import was started before.")
NOT_ENDED = gettext_noop("Only an import that has ended can be undone.")


def _import_path(imported: "Import", filename: str) -> str:
    """A generated name without a suffix: the file is only ever read by the program."""
    return f"{IMPORT_FOLDER}/{uuid.uuid4().hex}"


class OrganisationViewer:
    """Sees all jobs, as a key of the API does."""

    pk = None

    def has_perm(self, permission: str, /) -> bool:
        return True


class ImportQuerySet(LeasableQuerySet["Import"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Refused rows are about persons of any job: without a view of all jobs, a user sees their own imports."""
        return self if viewer.has_perm(VIEW_ALL_JOBS) else self.filter(user=viewer.pk)

    def to_read(self) -> Self:
        return self.filter(status=Import.Status.READING)

    def to_plan(self) -> Self:
        return self.filter(status=Import.Status.PLANNING)

    def to_undo(self) -> Self:
        return self.filter(status=Import.Status.UNDOING)

    def never_started(self) -> Self:
        return self.filter(status=Import.Status.UPLOADED, created_at__lt=timezone.now() - UPLOADS_KEPT)


class Import(LeasableModel):
    """A file of candidates. The file is deleted when all its rows are read; the rows stay as `ImportRow`.

    `fields`: for each of `columns` the field of a candidate that it fills. `rows_done`: the number of the last row that
    is saved; `rows_planned`: of the last one whose interview is planned. `counts`: of rows and interviews by result.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Not started")
        READING = "reading", _("Rows are being imported")
        PLANNING = "planning", _("Interviews are being planned")
        DONE = "done", _("Done")
        FAILED = "failed", _("Stopped")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    RUNNING = (Status.READING, Status.PLANNING, Status.UNDOING)
    ENDED = (Status.DONE, Status.FAILED)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports"
    )
    author = models.CharField(max_length=150, help_text=_("Who uploaded the file"))
    is_from_api = models.BooleanField(default=False)
    name = models.CharField(max_length=200, help_text=_("The name of the file"))
    size = models.PositiveIntegerField(help_text=_("Bytes"))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file"))
    file = models.FileField(storage=private_storage, upload_to=_import_path, max_length=100, blank=True)
    columns = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    region = models.CharField(max_length=2, blank=True, help_text=_("The country of numbers without a country code"))
    consent_source = models.CharField(
        max_length=200, blank=True, help_text=_("Where all persons of the file agreed to be called, if they did")
    )
    job = models.ForeignKey(
        "jobs.JobDescription", on_delete=models.SET_NULL, null=True, blank=True, related_name="imports"
    )
    campaign = models.ForeignKey(
        "interviews.Campaign", on_delete=models.SET_NULL, null=True, blank=True, related_name="imports"
    )
    launch = models.BooleanField(
        default=False, db_default=False, help_text=_("Whether a new campaign starts at once; otherwise it is a draft")
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.UPLOADED)
    problem = models.CharField(max_length=20, blank=True, help_text=_("Why it stopped: a code"))
    problem_detail = models.CharField(max_length=200, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    percent_read = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("Of the file, as far as its rows are saved")
    )
    rows_planned = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=150, blank=True)

    objects = models.Manager.from_queryset(ImportQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["updated_at"],
                condition=Q(status__in=["reading", "planning", "undoing"]),
                name="running_imports",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["uploaded", "reading"]) | Q(file=""), name="read_import_has_no_file"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def acts_for(self) -> Viewer | None:
        """On whose behalf the rows are saved. None: the account was deleted."""
        return OrganisationViewer() if self.is_from_api else self.user

    @property
    def candidates(self) -> models.QuerySet[Candidate]:
        """The candidates that its rows have added, updated or found unchanged."""
        return Candidate.objects.filter(pk__in=self.rows.exclude(result=RowResult.REFUSED).values("candidate"))

    @property
    def percent(self) -> int:
        """Progress: of the file while rows are read, of the rows while interviews are planned."""
        if self.status == self.Status.READING:
            return self.percent_read
        if self.status == self.Status.PLANNING:
            return FULL * self.rows_planned // max(1, self.rows_done)
        return FULL if self.ended_at else 0

    @property
    def is_running(self) -> bool:
        return self.status in self.RUNNING

    def store_file(self, file: "File[Any]") -> None:
        """Store the file of a new import and the row."""
        file.seek(0)
        self.file.save("", file, save=False)
        self.save()

    def start(self, **settings: Any) -> None:
        """Import the rows in the background. Raises InvalidTransition if that was begun before."""
        with transaction.atomic():
            self._lock()
            if self.status != self.Status.UPLOADED:
                raise InvalidTransition(gettext(NOT_STARTED))
            self.release(status=self.Status.READING, started_at=timezone.now(), **settings)
            READ_IMPORT.defer(self.pk)

    def add_counts(self, counts: Mapping[str, int], **progress: Any) -> None:
        """Add to the counts and note how far the work is, in the transaction of the rows."""
        total = {**self.counts}
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
        self.update_fields(counts=total, **progress)

    def finish_reading(self) -> None:
        """All rows are saved. Interviews are planned next, if a job or a campaign was chosen."""
        delete_on_commit(self.file.name)
        plans = bool(self.job_id or self.campaign_id) and bool(self.rows_done)
        status = self.Status.PLANNING if plans else self.Status.DONE
        ended_at = None if plans else timezone.now()
        self.release(status=status, file="", ended_at=ended_at)
        if plans:
            PLAN_IMPORT.defer(self.pk)
        self._read_archives()

    def finish_planning(self) -> None:
        self.release(status=self.Status.DONE, ended_at=timezone.now())

    def fail(self, problem: str, detail: str = "") -> None:
        """Stop. Rows that were saved stay, and can be undone."""
        delete_on_commit(self.file.name)
        self.release(
            status=self.Status.FAILED,
            file="",
            problem=problem,
            problem_detail=detail[:200],
            ended_at=timezone.now(),
        )
        self._read_archives()

    def undo(self, *, actor: str) -> None:
        """Take the import back in the background. Raises InvalidTransition unless it has ended."""
        with transaction.atomic():
            self._lock()
            if self.status not in self.ENDED:
                raise InvalidTransition(gettext(NOT_ENDED))
            self.release(status=self.Status.UNDOING, undone_by=actor)
            for archive in self.archives.select_for_update().filter(ended_at__isnull=True):
                archive.stop_for_undo()
            UNDO_IMPORT.defer(self.pk)

    def finish_undo(self) -> None:
        self.release(status=self.Status.UNDONE, ended_at=timezone.now())

    def discard(self) -> None:
        """Delete an import that was never started, with its file. An import that was started meanwhile stays."""
        with transaction.atomic():
            self._lock()
            if self.status == self.Status.UPLOADED:
                for file_name in (self.file.name, *self.archives.values_list("file", flat=True)):
                    delete_on_commit(file_name)
                self.delete()

    def _lock(self) -> None:
        self.refresh_from_db(from_queryset=Import.objects.select_for_update())

    def _read_archives(self) -> None:
        """Archives of resumes wait until the rows are saved."""
        for pk in self.archives.filter(ended_at__isnull=True).values_list("pk", flat=True):
            READ_ARCHIVE.defer(pk)


class RowResult(models.TextChoices):
    CREATED = "created", _("Added")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")


class RowNote(models.TextChoices):
    SAME_NUMBER = "same_number", _("another candidate has this number; one of them is called")
    SAME_EMAIL = "same_email", _("another candidate has this e-mail address")
    DO_NOT_CALL = "do_not_call", _("the number is on the do-not-call list and is not called")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("consent to calls was refused before; the file does not give it again")


class UndoResult(models.TextChoices):
    """What the undo of an import did with a row."""

    REMOVED = "removed", _("Removed")
    RESTORED = "restored", _("Earlier values restored")
    UNCHANGED = "unchanged", _("Nothing to undo")
    HAS_INTERVIEW = "has_interview", _("Stays: has an interview")
    WAS_CHANGED = "was_changed", _("Stays: was changed since")
    HAS_REFUSED = "has_refused", _("Stays: calls were refused")
    HAS_HISTORY = "has_history", _("Stays: something was added to the record since")
    IN_OTHER_IMPORT = "in_other_import", _("Stays: is in another import as well")
    RESUME_REPLACED = "resume_replaced", _("The new resume stays, because the earlier one was deleted")


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    def refused(self) -> Self:
        return self.filter(result=RowResult.REFUSED)

    def not_taken_back(self) -> Self:
        """Exclude the rows of known candidates that an undo has restored."""
        return self.exclude(undo__in=[UndoResult.RESTORED, UndoResult.UNCHANGED])

    def saved(self) -> Self:
        return self.filter(candidate__isnull=False).exclude(result=RowResult.REFUSED)


class ImportRow(BaseModel):
    """The result of one row of the file. Erasures blank the personal data; that of refused rows is kept for a month.

    `before`: of each value that it wrote the earlier and the new one. `extra`: columns that no field takes. `cells` and
    `errors`: of refused rows. `consent_id`: the consent that the row added.
    """

    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text=_("The row in the file; the first is 1"))
    result = models.CharField(max_length=10, choices=RowResult.choices)
    candidate = models.ForeignKey(
        Candidate, on_delete=models.SET_NULL, null=True, blank=True, related_name="import_rows"
    )
    consent_id = models.UUIDField(null=True, blank=True)
    notes = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    extra = models.JSONField(default=dict)
    cells = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    undo = models.CharField(max_length=16, choices=UndoResult.choices, blank=True)

    objects = models.Manager.from_queryset(ImportRowQuerySet)()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["imported", "number"], name="one_result_per_row")]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_result_display()}"
