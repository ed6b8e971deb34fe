"""Child process that writes the rows of a workbook to stdout, one JSON list of texts a line.

It reads the file in a sandbox, and imports neither Django nor the settings. `screener.documents.table_rows` starts it.
Formulas are not evaluated: their stored values are read.
"""

import json
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineWorkbook

from screener.sandbox.confinement import confine

MEMORY_BYTES = 450 * 1024 * 1024
CPU_SECONDS = 60
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_PARTS = 1_000
MAX_CELL_CHARACTERS = 32_767
"""The limit of spreadsheets."""
MAX_COLUMNS = 200
WORKBOOK, MACROS, MACRO_SHEETS = "xl/workbook.xml", "vbaProject.bin", "xl/macrosheets/"


class RefusedWorkbook(Exception):
    """`code`: of `screener.documents.table_rows.TableProblem`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def main() -> None:
    confine(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS, readable=[sys.argv[1]])
    try:
        _check_parts(sys.argv[1])
        _write_rows(sys.argv[1])
    except RefusedWorkbook as error:
        _write_line({"problem": error.code})
    except BrokenPipeError:
        sys.exit(1)  # the parent has read enough
    except MemoryError:
        _write_line({"problem": "limits"})
    except Exception:
        # A hostile file can make a parser raise any exception. HR gets the same message for all of them.
        _write_line({"problem": "broken"})


def _check_parts(path: str) -> None:
    """Check the directory of the archive. What is unpacked in fact is bounded by the limit on memory."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    names = {part.filename for part in parts}
    if WORKBOOK not in names:
        raise RefusedWorkbook("wrong_type")
    if any(name.endswith(MACROS) or name.startswith(MACRO_SHEETS) for name in names):
        raise RefusedWorkbook("macros")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise RefusedWorkbook("limits")


def _write_rows(path: str) -> None:
    """Write the rows of the first sheet that has any, each with its number in the sheet."""
    workbook = CalamineWorkbook.from_path(path)
    for number in range(len(workbook.sheet_names)):
        sheet = workbook.get_sheet_by_index(number)
        if sheet.start is None:
            continue
        if sheet.width > MAX_COLUMNS:
            raise RefusedWorkbook("too_many_columns")
        _write_line([sheet.height])
        for row_number, cells in enumerate(sheet.iter_rows(), start=sheet.start[0] + 1):
            _write_line([row_number, *map(_text_of, cells)])
        return


def _write_line(line: Any) -> None:
    sys.stdout.write(json.dumps(line))
    sys.stdout.write("\n")


def _text_of(cell: Any) -> str:
    match cell:
        case str():
            if len(cell) > MAX_CELL_CHARACTERS:
                raise RefusedWorkbook("cell_too_long")
            return cell
        case bool():
            return "yes" if cell else "no"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return cell.isoformat(" ")
        case date() | time() | timedelta():
            return str(cell)
        case _:
            return str(cell)


if __name__ == "__main__":
    main()
