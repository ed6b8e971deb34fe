"""The content of an import's page: its progress, and the results of its rows. A fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from candidates.importing.presentation import archive_problem_text, describe_errors, labelled_counts, problem_text
from candidates.models import FileResult, Import, ImportRow, ResumeArchive, ResumeFile, RowNote
from desk.home.address import list_address
from desk.versions import version_of
from interviews.campaigns.adding import AddResult

SECONDS_BETWEEN_UPDATES = 1
SECONDS_WHEN_IDLE = 30
REFUSED_SHOWN = 20
FULL = 100
WARNINGS = {*RowNote.values, AddResult.NOT_CALLED.value}


@dataclass(frozen=True)
class RefusedRow:
    row: ImportRow
    problem: str


@dataclass(frozen=True)
class ArchiveOnPage:
    archive: ResumeArchive
    left_out: list[ResumeFile]
    stored: int

    @property
    def problem(self) -> str:
        return archive_problem_text(self.archive)

    @property
    def percent(self) -> int:
        return FULL * self.archive.files_done // max(1, self.archive.files_total)

    @property
    def content(self) -> tuple[Any, ...]:
        return self.archive.pk, self.archive.status, self.archive.files_done


@dataclass(frozen=True)
class ImportPage:
    """`archives`: of resumes, each with the files that were not stored."""

    imported: Import
    refused: list[RefusedRow]
    archives: list[ArchiveOnPage]

    @classmethod
    def load(cls, imported: Import, *, shows_refused: bool) -> "ImportPage":
        """`shows_refused`: what is wrong with refused rows may name the person."""
        rows = imported.rows.refused().order_by("number")[:REFUSED_SHOWN] if shows_refused else []
        archives = _load_archives(imported, shows_names=shows_refused)
        return cls(imported, [RefusedRow(row, describe_errors(row)) for row in rows], archives)

    @property
    def percent(self) -> int:
        """Progress of reading the file, or of planning the interviews."""
        return self.imported.percent

    @property
    def counts(self) -> list[tuple[str, Any, int]]:
        return [labelled for labelled in labelled_counts(self.imported) if labelled[0] not in WARNINGS]

    @property
    def warnings(self) -> list[tuple[str, Any, int]]:
        return [labelled for labelled in labelled_counts(self.imported) if labelled[0] in WARNINGS]

    @property
    def problem(self) -> str:
        return problem_text(self.imported)

    @property
    def duplicates(self) -> int:
        return int(self.imported.counts.get("probable_duplicates", 0))

    @property
    def candidates_href(self) -> str:
        return list_address("candidates_candidate", {"import": str(self.imported.pk)})

    @property
    def update_interval(self) -> int:
        is_matching = any(listed.archive.status == ResumeArchive.Status.READING for listed in self.archives)
        return SECONDS_BETWEEN_UPDATES if self.imported.is_running or is_matching else SECONDS_WHEN_IDLE

    @property
    def takes_resumes(self) -> bool:
        return self.imported.status not in (Import.Status.UNDOING, Import.Status.UNDONE)

    @property
    def version(self) -> str:
        imported = self.imported
        return version_of(
            (
                imported.status,
                imported.counts,
                imported.rows_done,
                imported.percent,
                len(self.refused),
                [listed.content for listed in self.archives],
            )
        )

    @property
    def update_address(self) -> str:
        page = reverse("admin:candidates_import_change", args=[self.imported.pk])
        return f"{page}?{urlencode({'v': self.version})}"

    @property
    def finished(self) -> int:
        return int(not self.imported.is_running)

    @property
    def summary(self) -> str:
        """For screen readers."""
        done = _("%(count)d rows") % {"count": self.imported.rows_done}
        return f"{self.imported.get_status_display()}, {done}"


def _load_archives(imported: Import, *, shows_names: bool) -> list[ArchiveOnPage]:
    """Load the archives in two queries. `shows_names`: names of files may be shown; they name persons."""
    archives = []
    for archive in imported.archives.prefetch_related("files"):
        files = list(archive.files.all())
        left_out = [file for file in files if file.result not in (FileResult.STORED, FileResult.REPLACED)]
        archives.append(ArchiveOnPage(archive, left_out if shows_names else [], len(files) - len(left_out)))
    return archives
