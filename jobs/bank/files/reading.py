"""Reads files with questions: CSV, one row for each question, or JSON. The rows have the shape of the API."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext

from jobs.bank.starter_bank import split_list
from screener.documents.table_file import InvalidTableFile, check_row_count, read_csv, read_text, refuse_columns

MAX_ROWS = 2000
QUESTION_COLUMNS = ("family", "kind", "difficulty", "tags")
TEXT_COLUMNS = ("competency", "text", "good_answer", "keywords")
KNOWN_COLUMNS = ("id", "status", "key", *QUESTION_COLUMNS)
"""`status` and `key` are read past: an imported question is a draft until a person approves it."""
_TEXT_COLUMN = re.compile(rf"({'|'.join(TEXT_COLUMNS)})_([a-z]{{2,3}})")
_ESCAPED = re.compile(r"^'(?=\s*[=+\-@])")
"""An export puts an apostrophe before a text that a spreadsheet would take for a formula."""


@dataclass(frozen=True)
class FileRow:
    """`number` counts the header of a CSV file as row 1, and the questions of a JSON file from 1."""

    number: int
    fields: Any
    extra_cells: int = 0

    @property
    def id(self) -> str:
        return str(self.fields.get("id") or "") if isinstance(self.fields, dict) else ""


def read_file(file: "File[Any]") -> list[FileRow]:
    """Return the rows of the file, which is JSON if it begins with a bracket. Raises InvalidTableFile."""
    text = _decode(file)
    rows = list(_read_json(text) if text.lstrip()[:1] in ("{", "[") else _read_csv(text))
    if not rows:
        raise InvalidTableFile(gettext("The file has no questions. Choose it again."))
    return rows


def _decode(file: "File[Any]") -> str:
    text = read_text(file)
    if "\0" in text:
        raise InvalidTableFile(gettext("This is no text file. Save it as “CSV UTF-8” or JSON."))
    return text


def _read_json(text: str) -> Iterator[FileRow]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidTableFile(
            gettext("The file is not valid JSON (%(error)s). Export it again.") % {"error": str(error)[:100]}
        ) from None
    questions = content.get("questions") if isinstance(content, dict) else content
    if not isinstance(questions, list):
        raise InvalidTableFile(gettext("The file has no list of questions. It belongs under the name “questions”."))
    for number, fields in enumerate(questions, start=1):
        check_row_count(number, MAX_ROWS)
        yield FileRow(number, fields)


def _read_csv(text: str) -> Iterator[FileRow]:
    for row in read_csv(text, max_rows=MAX_ROWS, check_columns=_check_columns):
        cells = {column: _ESCAPED.sub("", cell) for column, cell in row.cells.items()}
        yield FileRow(row.number, _fields_of_row(cells), row.extra_cells)


def _check_columns(columns: list[str]) -> None:
    missing = [name for name in ("family", "kind") if name not in columns]
    if not any(column.startswith("text_") for column in columns):
        missing.append("text_en")
    refuse_columns(
        missing=missing,
        unknown=[name for name in columns if name not in KNOWN_COLUMNS and not _TEXT_COLUMN.fullmatch(name)],
        valid=(*KNOWN_COLUMNS, "text_en", "competency_en", "…"),
    )


def _fields_of_row(cells: dict[str, str]) -> dict[str, Any]:
    """Return the cells in the shape of the API. A language whose cells are all empty is left out."""
    texts: dict[str, dict[str, Any]] = {}
    for column, cell in cells.items():
        if (match := _TEXT_COLUMN.fullmatch(column)) and cell:
            value = list(split_list(cell)) if match[1] == "keywords" else cell
            texts.setdefault(match[2], {"language": match[2]})[match[1]] = value
    fields: dict[str, Any] = {name: cells[name] for name in ("id", "family", "kind", "difficulty") if cells.get(name)}
    return fields | {"tags": list(split_list(cells.get("tags", ""))), "texts": list(texts.values())}
