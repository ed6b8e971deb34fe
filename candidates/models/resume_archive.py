"""Archives of resumes that belong to an import, and the result of each of their files."""

import uuid
from typing import Any, Self

from django.core.files.base import File
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from candidates.models.candidate import Candidate, delete_on_commit, private_storage
from candidates.models.imports import IMPORT_FOLDER, READ_ARCHIVE, Import
from screener.models import BaseModel, InvalidTransition, LeasableModel, LeasableQuerySet

IS_UNDONE = gettext_noop("This import was undone. Its candidates take no resumes.")
UNDONE = "undone"
"""The problem of an archive whose import was undone before it was read to its end."""
MAX_NAME_LENGTH = 200


def _archive_path(archive: "ResumeArchive", filename: str) -> str:
    return f"{IMPORT_FOLDER}/{uuid.uuid4().hex}"


class ResumeArchiveQuerySet(LeasableQuerySet["ResumeArchive"]):
    def to_read(self) -> Self:
        """Archives whose import has saved its rows."""
        unread = (Import.Status.UPLOADED, Import.Status.READING)
        return self.filter(status=ResumeArchive.Status.READING).exclude(
            imported__in=Import.objects.filter(status__in=unread).order_by().values("pk")
        )


class ResumeArchive(LeasableModel):
    """A ZIP of resumes for the candidates of an import. It is deleted when it is read; `ResumeFile` has the results."""

    class Status(models.TextChoices):
        READING = "reading", _("Resumes are being matched")
        DONE = "done", _("Done")
        FAILED = "failed", _("Stopped")

    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="archives")
    author = models.CharField(max_length=150, help_text=_("Who uploaded the file"))
    name = models.CharField(max_length=200, help_text=_("The name of the file"))
    file = models.FileField(storage=private_storage, upload_to=_archive_path, max_length=100, blank=True)
    replace_resumes = models.BooleanField(
        default=False, db_default=False, help_text=_("Replace the resumes that candidates have already")
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.READING)
    problem = models.CharField(max_length=20, blank=True, help_text=_("Why it stopped: a code"))
    problem_detail = models.CharField(max_length=200, blank=True)
    files_total = models.PositiveIntegerField(help_text=_("Files in the archive"))
    files_done = models.PositiveIntegerField(default=0, help_text=_("Files that were matched or refused"))
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ResumeArchiveQuerySet)()

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["updated_at"], condition=Q(status="reading"), name="archives_being_read"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status="reading") | Q(file=""), name="read_archive_has_no_file"),
        ]

    def __str__(self) -> str:
        return self.name

    def store_file(self, file: "File[Any]") -> None:
        """Store the file of a new archive and the row. Raises InvalidTransition if the import was undone."""
        file.seek(0)
        self.file.save("", file, save=False)
        with transaction.atomic():
            imported = Import.objects.select_for_update(no_key=True).get(pk=self.imported_id)
            if imported.status not in (Import.Status.UNDOING, Import.Status.UNDONE):
                self.save()
                READ_ARCHIVE.defer(self.pk)
                return
        self.file.delete(save=False)
        raise InvalidTransition(gettext(IS_UNDONE))

    def finish(self) -> None:
        self._end(status=self.Status.DONE)

    def fail(self, problem: str, detail: str = "") -> None:
        """Stop reading the archive. Resumes that were stored stay."""
        self._end(status=self.Status.FAILED, problem=problem, problem_detail=detail[:200])

    def stop_for_undo(self) -> None:
        self.fail(UNDONE)

    def _end(self, **changes: Any) -> None:
        delete_on_commit(self.file.name)
        self.release(file="", ended_at=timezone.now(), **changes)


class FileResult(models.TextChoices):
    """The result of a file of an archive."""

    STORED = "stored", _("Stored with the candidate")
    REPLACED = "replaced", _("Stored in place of an earlier resume")
    UNMATCHED = "unmatched", _("No candidate of the import has this name or id")
    AMBIGUOUS = "ambiguous", _("Several candidates of the import may be meant")
    REPEATED = "repeated", _("Another file of the archive is for the same candidate")
    HAS_RESUME = "has_resume", _("The candidate has a resume already, which was kept")
    NESTED_ARCHIVE = "nested_archive", _("An archive within the archive is not opened")
    WRONG_TYPE = "wrong_type", _("No PDF, DOCX, HTML or plain text by its content")
    OLD_WORD = "old_word", _("An old Word file (.doc) or one with a password")
    TOO_LARGE = "too_large", _("Larger than 5 MB")
    EMPTY = "empty", _("Empty")
    BROKEN = "broken", _("Damaged")
    INFECTED = "infected", _("Refused by the virus scanner")


class ResumeFileQuerySet(models.QuerySet["ResumeFile"]):
    def not_stored(self) -> Self:
        return self.exclude(result__in=(FileResult.STORED, FileResult.REPLACED))


class ResumeFile(BaseModel):
    """The result of one file of an archive. Its name may be that of a person: erasures blank it.

    `resume`: the name of the stored file, by which an undo knows whether the candidate still has this resume.
    """

    archive = models.ForeignKey(ResumeArchive, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveIntegerField(help_text=_("The place in the archive; the first is 1"))
    name = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=16, choices=FileResult.choices)
    resume = models.CharField(max_length=255, blank=True, default="", db_default="")
    candidate = models.ForeignKey(
        Candidate, on_delete=models.SET_NULL, null=True, blank=True, related_name="resume_files"
    )

    objects = models.Manager.from_queryset(ResumeFileQuerySet)()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["archive", "number"], name="one_result_per_file")]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_result_display()}"
