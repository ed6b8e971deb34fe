"""The text of a PDF in reading order, and its largest words. For the child process: no Django."""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from screener.documents.extraction import Extraction, Problem, UnreadableFile
from screener.documents.page_columns import Segment, in_reading_order

HEADING_RATIO = 1.2
"""How much larger than most of the page a heading is."""
MIN_GAP = 0.8
"""In sizes of the font. A wider gap within a line separates two segments; a space has about a third."""
ALEFS, LAM = "\u0622\u0623\u0625\u0627", "\u0644"
DIVIDED_WORD, LINE_END_HYPHEN = re.compile("\x02(?=[^\\W\\d_A-ZÄÖÜ])"), "\x02"
"""PDFium joins two lines by this character in place of a hyphen."""

Run = tuple[float, str]
Box = tuple[float, float, float, float]
PageChar = tuple[str, Box, int]
"""A character, its box (left, right, bottom, top), and its index in PDFium's page."""


def extract_pdf(file_bytes: bytes) -> Extraction:
    try:
        # Many PDFs are encrypted only against printing or changing and open with an empty password.
        document = pypdfium2.PdfDocument(file_bytes)
    except pypdfium2.PdfiumError as error:
        is_encrypted = error.err_code == pdfium.FPDF_ERR_PASSWORD
        raise UnreadableFile(Problem.ENCRYPTED if is_encrypted else Problem.BROKEN) from None
    document.init_forms()
    pages = (_read_segments(document, number) for number in range(len(document)))
    first_page = next(pages, [])
    texts = map(_page_text, chain([first_page], pages))
    runs = [(segment.size, f"{segment.text}\n") for segment in first_page]
    title = document.get_metadata_value("Title")
    return Extraction(texts, title, find_heading(runs), Problem.NO_TEXT_IN_PDF)


def _page_text(segments: list[Segment]) -> str:
    text = "".join(in_reading_order(segments))
    return DIVIDED_WORD.sub("", text).replace(LINE_END_HYPHEN, "-") + "\n\n"


def _read_segments(document: Any, number: int) -> list[Segment]:
    """The pieces of lines, in the order of the file, with texts that were typed onto the page or into a form."""
    page = document[number]
    if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
        page.close()
        page = document[number]
    text_page = page.get_textpage()
    try:
        return [segment for line in _read_lines(text_page) for segment in _split_line(line, text_page)]
    finally:
        text_page.close()
        page.close()


def _read_lines(text_page: Any) -> Iterator[list[PageChar]]:
    line: list[PageChar] = []
    edges = [ctypes.c_double() for _ in range(4)]
    references = [ctypes.byref(edge) for edge in edges]
    for index in range(text_page.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text_page, index))
        if char in "\r\n":
            yield line
            line = []
            continue
        pdfium.FPDFText_GetCharBox(text_page, index, *references)
        left, right, bottom, top = (edge.value for edge in edges)
        line.append((char, (left, right, bottom, top), index))
    yield line


def _split_line(line: list[PageChar], text_page: Any) -> Iterator[Segment]:
    """Split at wide gaps. Lines with words from right to left stay whole: their letters are not in order of place."""
    printed = [page_char for page_char in line if not page_char[0].isspace()]
    if not printed:
        return
    size = _font_size(text_page, printed[0][2])
    if any(0x590 <= ord(char) <= 0x8FF or 0xFB1D <= ord(char) <= 0xFEFC for char, _, _ in printed):
        yield _make_segment(list(_ligatures_in_order(line)), size)
        return
    start, right_edge = 0, printed[0][1][0]
    for position, (char, (left, right, _, _), index) in enumerate(line):
        if char.isspace():
            continue
        if left - right_edge > MIN_GAP * size:
            yield _make_segment(line[start:position], size)
            start, size = position, _font_size(text_page, index)
        right_edge = right
    yield _make_segment(line[start:], size)


def _ligatures_in_order(line: list[PageChar]) -> Iterator[PageChar]:
    """PDFium reverses the letters of some ligatures, which share one box. In no ligature an alef precedes a lam."""
    waiting: PageChar | None = None
    for page_char in line:
        char, box, _ = page_char
        if waiting and char == LAM and box == waiting[1]:
            yield page_char
            continue
        if waiting:
            yield waiting
            waiting = None
        if char in ALEFS:
            waiting = page_char
        else:
            yield page_char
    if waiting:
        yield waiting


def _make_segment(chars: list[PageChar], size: float) -> Segment:
    lefts, rights, bottoms, tops = zip(*(box for char, box, _ in chars if not char.isspace()), strict=True)
    text = "".join(char for char, _, _ in chars).strip()
    return Segment(text, min(lefts), max(rights), min(bottoms), max(tops), size)


def _font_size(text_page: Any, index: int) -> float:
    """As printed: the size of the font, scaled."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text_page, index, ctypes.byref(matrix))
    return round(float(pdfium.FPDFText_GetFontSize(text_page, index)) * math.hypot(matrix.c, matrix.d), 1)


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
