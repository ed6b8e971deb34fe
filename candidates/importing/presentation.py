"""How an import is shown: its counts, why it stopped, and the table of its refused rows."""

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.importing.row_check import RowError
from candidates.importing.step import ACCOUNT_GONE, STEP_FAILED
from candidates.importing.undo import UNDO_FAILED
from candidates.models import Import, ImportRow, ResumeArchive, RowNote, RowResult, UndoResult
from candidates.models.resume_archive import UNDONE
from screener.documents.archive import describe_archive_problem
from screener.documents.table_rows import describe_problem
from screener.exports.table import Row, Table
from screener.labels import Label

PROBLEMS: dict[str, Label] = {
    STEP_FAILED: _("It failed again and again. The log has the reason. Rows that were saved stay."),
    ACCOUNT_GONE: _("The account that uploaded the file was deleted. Upload the file again."),
    UNDONE: _("The import was undone before all files were matched. Their candidates take no resumes."),
    UNDO_FAILED: _("The undo failed again and again. The log has the reason. Try it again once that is mended."),
}
COUNT_LABELS: dict[str, Label] = {
    **{result.value: result.label for result in RowResult},
    "planned": _("Interviews planned"),
    "already_added": _("Were in the campaign before"),
    "not_called": _("Will not be called"),
    **{note.value: note.label for note in RowNote},
    **{f"undo_{result.value}": result.label for result in UndoResult},
}
ROWS_PER_FETCH = 2_000


def problem_text(imported: Import) -> str:
    """Why the import stopped, and what to do; empty if it did not."""
    if imported.problem in PROBLEMS:
        return str(PROBLEMS[imported.problem])
    return describe_problem(imported.problem, imported.problem_detail) if imported.problem else ""


def archive_problem_text(archive: ResumeArchive) -> str:
    """Why the archive of resumes was not read to its end, and the remedy. Empty: it was read, or is being read."""
    if archive.problem in PROBLEMS:
        return str(PROBLEMS[archive.problem])
    return describe_archive_problem(archive.problem, archive.problem_detail) if archive.problem else ""


def labelled_counts(imported: Import) -> list[tuple[str, Label, int]]:
    """(code, label, count) of each count that is not zero."""
    counts = imported.counts
    return [(code, label, counts[code]) for code, label in COUNT_LABELS.items() if counts.get(code)]


def refused_table(imported: Import) -> Table:
    """The refused rows as they were in the file, each with its number and what is wrong with it."""
    heads = [*(str(column) for column in imported.columns), gettext("Row"), gettext("Problem")]
    return Table(f"{gettext('refused')}-{imported.name.rpartition('.')[0] or imported.name}", heads, _rows(imported))


def _rows(imported: Import) -> Iterator[Row]:
    width = len(imported.columns)
    for row in imported.rows.refused().order_by("number").iterator(chunk_size=ROWS_PER_FETCH):
        cells = [*row.cells, *[""] * width][:width]
        yield [*cells, row.number, describe_errors(row)]


def describe_errors(row: ImportRow) -> str:
    return " ".join(str(RowError.from_record(record)) for record in row.errors)
