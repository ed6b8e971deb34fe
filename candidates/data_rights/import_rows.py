"""Imports in the rights of a person: their own rows, refused rows that name them, and the names of resume files.

The files themselves are deleted after they are read. Before that, an erasure cannot reach their rows. A row that is
read after the erasure makes a new record, as any later upload does.
"""

from typing import Any

from django.db import models
from django.db.models import Func, Q, QuerySet, Value
from django.db.models.functions import Cast, Upper
from django.utils import timezone

from candidates.models import Candidate, ImportRow, ResumeFile
from candidates.models.imports import REFUSED_ROWS_KEPT

COMPARED_DIGITS = 9
"""Of a number: files have it with or without its country code."""
BLANK: dict[str, Any] = {"before": {}, "extra": {}, "cells": [], "errors": []}


def erase_import_rows(candidate: Candidate) -> int:
    """Blank the personal data of the person in the rows. The result of each row stays."""
    return int(_with_data(_rows_about(candidate, candidate.full_name)).update(**BLANK))


def import_records(candidate: Candidate) -> list[dict[str, object]]:
    """The rows about the person, for the export. Refused rows hold the cells of the file."""
    rows = _rows_about(candidate).order_by("created_at", "number")
    fields = ("imported__name", "number", "result", "notes", "before", "extra", "cells", "errors", "created_at")
    return [{"file": row.pop("imported__name"), **row} for row in rows.values(*fields)]


def erase_resume_files(candidate: Candidate) -> int:
    """Blank the names of files that were given to the person, and of others that have all words of their name."""
    return int(_files_about(candidate).exclude(name="", resume="").update(name="", resume=""))


def resume_file_records(candidate: Candidate) -> list[dict[str, object]]:
    rows = _files_about(candidate).order_by("created_at", "number")
    return [dict(row) for row in rows.values("number", "name", "resume", "result", "created_at")]


def _files_about(candidate: Candidate) -> "QuerySet[ResumeFile]":
    about = Q(candidate=candidate)
    for full_name in filter(str.strip, (candidate.full_name, *candidate.former_names)):
        about |= Q(*(Q(name__icontains=word) for word in full_name.split()), candidate__isnull=True)
    return ResumeFile.objects.filter(about)


def _rows_about(candidate: Candidate, *names: str) -> "QuerySet[ImportRow]":
    """The rows of the record, and refused rows with its number, address, id, or one of the names."""
    merged = candidate.merged_records.values_list("phone", "email", "external_id")
    records = [(candidate.phone, candidate.email, candidate.external_id), *merged]
    named = Q()
    for phone_number, *texts in records:
        if phone_number:
            named |= Q(digits__contains=phone_number[-COMPARED_DIGITS:].removeprefix("+"))
        for text in filter(None, (*texts, *names)):
            named |= Q(content__contains=f'"{text}"'.upper())
    own = Q(candidate=candidate)
    if not named:
        return ImportRow.objects.filter(own)
    content = Cast("cells", models.TextField())
    digits = Func(
        *(content, Value("[^0-9]"), Value(""), Value("g")),
        function="regexp_replace",
        output_field=models.TextField(),
    )
    refused = (
        ImportRow.objects.refused().exclude(cells=[]).annotate(content=Upper(content), digits=digits).filter(named)
    )
    return ImportRow.objects.filter(own | Q(pk__in=refused.values("pk")))


def _with_data(rows: "QuerySet[ImportRow]") -> "QuerySet[ImportRow]":
    return rows.exclude(**BLANK)


def blank_old_refused_rows() -> None:
    """Blank refused rows that are too old to be corrected. They are about persons without a record."""
    before = timezone.now() - REFUSED_ROWS_KEPT
    _with_data(ImportRow.objects.refused().filter(created_at__lt=before)).update(**BLANK)
    ResumeFile.objects.not_stored().filter(created_at__lt=before).exclude(name="").update(name="")
