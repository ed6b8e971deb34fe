"""The questions that come with the product: one CSV file for each family, in the columns of an export."""

import csv
from functools import cache
from pathlib import Path

from jobs.bank.entry import BankEntry, EntryText
from jobs.bank.families import Family, QuestionKind

FOLDER = Path(__file__).with_name("starter")
LANGUAGES = ("en", "de")


@cache
def starter_entries() -> tuple[BankEntry, ...]:
    return tuple(entry for family in Family for entry in _read_family(family))


def _read_family(family: Family) -> list[BankEntry]:
    with (FOLDER / f"{family}.csv").open(encoding="utf-8", newline="") as file:
        return [_parse_row(row) for row in csv.DictReader(file)]


def _parse_row(row: dict[str, str]) -> BankEntry:
    return BankEntry(
        key=row["key"],
        family=Family(row["family"]),
        kind=QuestionKind(row["kind"]),
        difficulty=int(row["difficulty"]),
        tags=split_list(row["tags"]),
        texts={language: _parse_text(row, language) for language in LANGUAGES},
    )


def _parse_text(row: dict[str, str], language: str) -> EntryText:
    return EntryText(
        text=row[f"text_{language}"],
        competency=row[f"competency_{language}"],
        good_answer=row[f"good_answer_{language}"],
        keywords=split_list(row[f"keywords_{language}"]),
    )


def split_list(cell: str) -> tuple[str, ...]:
    """Return the entries of a list that is separated by commas."""
    return tuple(entry for part in cell.split(",") if (entry := " ".join(part.split())))
