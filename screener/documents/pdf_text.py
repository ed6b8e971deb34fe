"""The text of a PDF, and its largest words. For the child process: no Django."""

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from typing import Any

from pypdf import PdfReader

from screener.documents.extraction import Extraction, Problem, UnreadableFile

HEADING_RATIO = 1.2
"""How much larger than most of the page a heading is."""

Run = tuple[float, str]


def extract_pdf(file_bytes: bytes) -> Extraction:
    reader = PdfReader(BytesIO(file_bytes))
    # Many PDFs are encrypted only against printing or changing and open with an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableFile(Problem.ENCRYPTED)
    pages = iter(reader.pages)
    runs: list[Run] = []
    first_page = next(pages, None)
    first_text = _page_text(first_page, runs) if first_page else ""
    rest = (_page_text(page, []) for page in pages)
    return Extraction(chain([first_text], rest), _title_of(reader), find_heading(runs), Problem.NO_TEXT_IN_PDF)


def _page_text(page: Any, runs: list[Run]) -> str:
    """Return the text of the page, and add its runs of words with their size."""

    def visit_text(text: str, matrix: Any, text_matrix: Any, font: Any, size: float) -> None:
        runs.append((round(abs(size * text_matrix[3] * matrix[3]), 1), text))

    return f"{page.extract_text(visitor_text=visit_text)}\n\n"


def _title_of(reader: PdfReader) -> str:
    """A file with broken properties may have a readable text."""
    try:
        return str((reader.metadata and reader.metadata.title) or "")
    except Exception:
        return ""


def find_heading(runs: list[Run]) -> str:
    """Return the first words of the largest size, if most of the page is clearly smaller."""
    letters: Counter[float] = Counter()
    for size, text in runs:
        letters[size] += len(re.findall(r"\w", text))
    sizes = [size for size, count in letters.items() if count > 1]
    if not sizes or max(sizes) < letters.most_common(1)[0][0] * HEADING_RATIO:
        return ""
    return " ".join("".join(_first_words(runs, max(sizes))).split())


def _first_words(runs: list[Run], wanted: float) -> Iterator[str]:
    """Yield the first texts of this size, up to the next words of another size."""
    has_started = False
    for size, text in runs:
        if size == wanted:
            has_started = has_started or bool(text.strip())
            yield text
        elif has_started and text.strip():
            return
