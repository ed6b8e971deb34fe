"""The tables of docs/roles.md: a row for each page, with a cell for each role."""

from pathlib import Path

from screener.models import RoleKey

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
NOTHING = "–"

Cells = dict[RoleKey, frozenset[str]]


def read_table(heading: str) -> dict[str, Cells]:
    """Return the table below this heading: by the code in its second column, the verbs of each role."""
    section = DOCUMENT.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("| \n").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    header, *rows = lines
    assert header[2:] == [str(key.label) for key in RoleKey]
    return {row[1].strip("`"): dict(zip(RoleKey, map(_parse_cell, row[2:]), strict=True)) for row in rows}


def _parse_cell(cell: str) -> frozenset[str]:
    return frozenset() if cell == NOTHING else frozenset(cell.split(", "))
