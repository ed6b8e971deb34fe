"""The text of a DOCX file, with its headings and lists. For the child process: no Django."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml.etree import iterwalk

from screener.documents.extraction import Extraction, Problem, UnreadableFile

MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_PARTS = 5_000

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_BOX = qn("w:txbxContent")
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
    pieces = chain(
        _texts_of_margins(document, styles, "header"),
        _text_of_element(document.element.body, styles),
        _texts_of_margins(document, styles, "footer"),
    )
    return Extraction(pieces, document.core_properties.title or "", _main_heading(document, styles))


def _texts_of_margins(document: Any, styles: dict[str, str], place: str) -> Iterator[str]:
    """The headers or footers of all sections and pages. Equal texts are read once."""
    texts = [
        "".join(_text_of_element(margin.part.element, styles))
        for section in document.sections
        for margin in (getattr(section, kind + place) for kind in ("first_page_", "", "even_page_"))
        if not margin.is_linked_to_previous
    ]
    yield from (f"\n{text}\n" for text in dict.fromkeys(texts))


def _text_of_element(root: BaseOxmlElement, styles: dict[str, str]) -> Iterator[str]:
    """All text in document order: paragraphs, headings, tables, text boxes, content controls."""
    for duplicate in list(root.iter(_FALLBACK)):
        duplicate.getparent().remove(duplicate)
    for event, element in iterwalk(root, events=("start", "end"), tag=[qn("w:t"), _TEXT_BOX, *_BREAKS]):
        if element.tag == _TEXT_BOX:
            yield "\n"  # the surrounding paragraph may continue after it
        elif event == "start" and element.tag == qn("w:p"):
            yield _paragraph_start(element, styles)
        elif event == "start":
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
