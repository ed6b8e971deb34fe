"""Candidates from a CSV file: each row is taken whole or not at all, and the report says which and why."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import File
from django.db import transaction
from rest_framework.serializers import BaseSerializer

from candidates.models import Candidate, Consent

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 10_000
NEEDED = ("full_name", "phone")
OPTIONAL = ("email", "external_id", "locale", "timezone", "consent_to_call", "consent_source")
COLUMNS = (*NEEDED, *OPTIONAL)


class NotACandidateList(ValueError):
    """The file as a whole is not taken. The message says why and what to do."""


@dataclass(frozen=True)
class RowError:
    row: int
    field: str
    message: str


@dataclass(frozen=True)
class Row:
    """`number` as a person counts, the header being row 1; `cells` by column, without the empty ones."""

    number: int
    cells: dict[str, str]
    extra: int = 0


@dataclass
class Report:
    created: int = 0
    updated: int = 0
    errors: list[RowError] = field(default_factory=list)


def import_candidates(file: "File[Any]", check: type[BaseSerializer[Candidate]]) -> Report:
    """Add the candidates of this file, and update those whose external_id is known; an empty cell changes nothing.

    `check` judges the cells of a row. Raises NotACandidateList, with nothing done, for what is no such file.
    """
    report, good = Report(), []
    seen: dict[str, int] = {}
    for row in list(read_rows(file)):  # all of them first: a file that is refused is not judged row by row
        judged = check(data=row.cells)
        errors: Any = _as_a_row(row, seen) if judged.is_valid() else judged.errors
        if errors:
            report.errors += [RowError(row.number, name, str(one)) for name, found in errors.items() for one in found]
        else:
            good.append(judged.validated_data)
    with transaction.atomic():
        _write(good, report)
    return report


def _as_a_row(row: Row, seen: dict[str, int]) -> dict[str, list[str]]:
    """What is wrong with a row although each of its cells is right."""
    if row.extra:
        return {"row": [f"There are {row.extra} cells more than columns. Put cells that contain commas in quotes."]}
    external_id = row.cells.get("external_id")
    if external_id and (first := seen.setdefault(external_id, row.number)) != row.number:
        return {"external_id": [f"Row {first} has the same external_id. Leave one of them out."]}
    return {}


def read_rows(file: "File[Any]") -> Iterator[Row]:
    text = _text(file)
    first_line = text.split("\n", 1)[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _checked_header(next(reader, []))
        for number, cells in enumerate(reader, start=2):
            if number > MAX_ROWS + 1:
                raise NotACandidateList(f"The file has more than {MAX_ROWS:,} rows. Split it.")
            filled = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
            if filled:
                yield Row(number, filled, extra=max(0, len(cells) - len(header)))
    except csv.Error as error:
        raise NotACandidateList(f"The file is no CSV at line {reader.line_num}: {error}. Save it anew.") from None


def _text(file: "File[Any]") -> str:
    if not file.size:
        raise NotACandidateList("The file is empty. Choose it again.")
    if file.size > MAX_BYTES:
        raise NotACandidateList(f"The file has {file.size / 1024 / 1024:.1f} MB, and 5 MB is the limit. Split it.")
    file.seek(0)
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotACandidateList("The file is not in UTF-8. Save it as “CSV UTF-8”.") from None


def _checked_header(cells: list[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    if missing := [name for name in NEEDED if name not in header]:
        raise NotACandidateList(f"The first row must name the columns; {' and '.join(missing)} is missing.")
    if unknown := [name for name in header if name not in COLUMNS]:
        raise NotACandidateList(f"Column {unknown[0][:40]!r} is not known. There can be: {', '.join(COLUMNS)}.")
    if len(set(header)) < len(header):
        raise NotACandidateList("A column is there twice. Leave one of them out.")
    return header


def _write(rows: list[dict[str, Any]], report: Report) -> None:
    ids = [row["external_id"] for row in rows if row.get("external_id")]
    known = {one.external_id: one for one in Candidate.objects.select_for_update().filter(external_id__in=ids)}
    added, consents = [], []
    for row in rows:
        said, source = row.pop("consent_to_call", None), row.pop("consent_source", "")
        candidate = known.get(row.get("external_id", ""))
        if candidate:
            candidate.update_fields(**row)
            report.updated += 1
        else:
            candidate = Candidate(**row)
            added.append(candidate)
        if said is not None:
            given_by = Consent.GivenBy.IMPORT
            consent = Consent(candidate=candidate, kind=Consent.Kind.CALL, given=said, given_by=given_by, source=source)
            consents.append(consent)
    Candidate.objects.bulk_create(added, batch_size=500)
    Consent.objects.bulk_create(consents, batch_size=500)
    report.created = len(added)
