"""The text of a DOCX file, with its headings and lists. For the child process: no Django."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from screener.documents.extraction import Extraction, Problem, UnreadableFile

MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_PARTS = 5_000

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {qn("w:p"): "\n", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t"}
# Word keeps the English name of its own styles, in each of its languages.
_TITLE_STYLES = ("title", "heading 1")
_HEADING_STYLES = ("title", "subtitle", "heading")
_BULLET_STYLES = ("list bullet", "list number")


def extract_docx(file_bytes: bytes) -> Extraction:
    with zipfile.ZipFile(BytesIO(file_bytes)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            raise UnreadableFile(Problem.TOO_BIG)
    document = Document(BytesIO(file_bytes))
    styles = {str(style.style_id): str(style.name).lower() for style in document.styles}
    headers = [section.header for section in document.sections if not section.header.is_linked_to_previous]
    elements = [*(header.part.element for header in headers), document.element.body]
    pieces = chain.from_iterable(_text_of_element(element, styles) for element in elements)
    return Extraction(pieces, document.core_properties.title or "", _main_heading(document, styles))


def _text_of_element(root: BaseOxmlElement, styles: dict[str, str]) -> Iterator[str]:
    """All text in document order: paragraphs, headings, tables, text boxes, content controls."""
    for duplicate in list(root.iter(_FALLBACK)):
        duplicate.getparent().remove(duplicate)
    for element in root.iter(qn("w:t"), *_BREAKS):
        if element.tag == qn("w:p"):
            yield _paragraph_start(element, styles)
        else:
            yield _BREAKS.get(element.tag) or element.text or ""


def _paragraph_start(paragraph: Any, styles: dict[str, str]) -> str:
    """An empty line before a heading, a dash before an item of a list."""
    style = styles.get(paragraph.style or "", "")
    if style.startswith(_HEADING_STYLES):
        return "\n\n"
    is_item = style.startswith(_BULLET_STYLES) or paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    return "\n- " if is_item else "\n"


def _main_heading(document: Any, styles: dict[str, str]) -> str:
    for paragraph in document.element.body.iter(qn("w:p")):
        if styles.get(paragraph.style or "", "") in _TITLE_STYLES and paragraph.text.strip():
            return " ".join(paragraph.text.split())
    return ""
