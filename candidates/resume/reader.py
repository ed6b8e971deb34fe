"""The child process that opens resumes: a file on stdin, JSON on stdout. Whatever the file does, it does it here.

It knows neither Django nor our settings. `candidates.resume.upload` starts it and ends it after its time.
"""

import json
import logging
import re
import resource
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import assert_never

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from pypdf import PdfReader

from candidates.resume_file_type import as_text, kind_of

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
MAX_CHARACTERS = 100_000
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_PARTS = 5_000

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {qn("w:p"): "\n", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t"}


class Unreadable(Exception):
    """One of the codes for which `candidates.resume.upload` has a sentence."""


def main() -> None:
    limit_resources()
    logging.disable()
    sys.stdout.write(json.dumps(answer_for(sys.stdin.buffer.read())))


def limit_resources() -> None:
    """Memory, processor time, and no file written: for this process, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def answer_for(data: bytes) -> dict[str, str]:
    try:
        return {"text": _cleaned(_text(data))}
    except Unreadable as error:
        return {"error": str(error)}
    except (MemoryError, RecursionError):
        return {"error": "limits"}
    except Exception:
        # A hostile file can make a parser raise anything; all of it means the same to HR.
        return {"error": "broken"}


def _text(data: bytes) -> str:
    match kind_of(data):
        case "pdf":
            return _joined(_pdf_pages(data), "no_text_in_pdf")
        case "docx":
            return _joined(_docx_pieces(data), "empty")
        case "txt":
            return _joined(iter([as_text(data)]), "empty")
        case None:
            raise Unreadable("broken")
        case _ as unreachable:
            assert_never(unreachable)


def _joined(pieces: Iterator[str], if_none: str) -> str:
    """The pieces up to the length that we keep; what comes after is not even opened."""
    kept, length = [], 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length > MAX_CHARACTERS:
            break
    text = "".join(kept)
    if not re.search(r"\w", text):
        raise Unreadable(if_none)
    return text


def _pdf_pages(data: bytes) -> Iterator[str]:
    reader = PdfReader(BytesIO(data))
    # Many PDFs are encrypted only against printing or changing and open with an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("password")
    for page in reader.pages:
        yield page.extract_text() + "\n\n"


def _docx_pieces(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            raise Unreadable("too_big")
    document = Document(BytesIO(data))
    headers = [section.header for section in document.sections if not section.header.is_linked_to_previous]
    for element in [*(header.part.element for header in headers), document.element.body]:
        yield from _words_in(element)


def _words_in(root: BaseOxmlElement) -> Iterator[str]:
    """All text in its order: paragraphs, headings, tables, text boxes, content controls."""
    for twice in list(root.iter(_FALLBACK)):
        twice.getparent().remove(twice)
    for element in root.iter(qn("w:t"), *_BREAKS):
        yield _BREAKS.get(element.tag) or element.text or ""


def _cleaned(text: str) -> str:
    """Without what a database or a page can't hold: NUL, control characters, halves of characters."""
    text = re.sub(r"\r\n?|\f|\v|\u2028|\u2029", "\n", text)
    text = "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r" ?\n ?", "\n", re.sub(r"\n\s*\n", "\n\n", text)).strip()[:MAX_CHARACTERS]


if __name__ == "__main__":
    main()
