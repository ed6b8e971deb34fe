"""Child process that reads a resume from stdin and writes JSON to stdout. It limits the harm of a hostile file.

It imports neither Django nor the settings. `candidates.resume.upload` starts it and kills it after a timeout.
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

from candidates.resume_file_type import decode_text, detect_file_type

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
MAX_CHARACTERS = 100_000
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_PARTS = 5_000

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {qn("w:p"): "\n", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t"}


class UnreadableFile(Exception):
    """The argument is an error code; `candidates.resume.upload` has the message for it."""


def main() -> None:
    limit_resources()
    logging.disable()
    sys.stdout.write(json.dumps(read_file(sys.stdin.buffer.read())))


def limit_resources() -> None:
    """Limit memory and CPU time of this process, and forbid writing files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def read_file(file_bytes: bytes) -> dict[str, str]:
    try:
        return {"text": _clean_text(_extract_text(file_bytes))}
    except UnreadableFile as error:
        return {"error": str(error)}
    except (MemoryError, RecursionError):
        return {"error": "limits"}
    except Exception:
        # A hostile file can make a parser raise any exception. HR gets the same message for all of them.
        return {"error": "broken"}


def _extract_text(file_bytes: bytes) -> str:
    match detect_file_type(file_bytes):
        case "pdf":
            return _join_pieces(_pdf_pages(file_bytes), "no_text_in_pdf")
        case "docx":
            return _join_pieces(_docx_pieces(file_bytes), "empty")
        case "txt":
            return _join_pieces(iter([decode_text(file_bytes)]), "empty")
        case None:
            raise UnreadableFile("broken")
        case _ as unreachable:
            assert_never(unreachable)


def _join_pieces(pieces: Iterator[str], error_code: str) -> str:
    """Join pieces up to MAX_CHARACTERS; later pieces are not read. Raises `error_code` if there is no word."""
    kept_pieces, text_length = [], 0
    for piece in pieces:
        kept_pieces.append(piece)
        text_length += len(piece)
        if text_length > MAX_CHARACTERS:
            break
    text = "".join(kept_pieces)
    if not re.search(r"\w", text):
        raise UnreadableFile(error_code)
    return text


def _pdf_pages(file_bytes: bytes) -> Iterator[str]:
    reader = PdfReader(BytesIO(file_bytes))
    # Many PDFs are encrypted only against printing or changing and open with an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableFile("password")
    for page in reader.pages:
        yield page.extract_text() + "\n\n"


def _docx_pieces(file_bytes: bytes) -> Iterator[str]:
    with zipfile.ZipFile(BytesIO(file_bytes)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            raise UnreadableFile("too_big")
    document = Document(BytesIO(file_bytes))
    headers = [section.header for section in document.sections if not section.header.is_linked_to_previous]
    for element in [*(header.part.element for header in headers), document.element.body]:
        yield from _text_of_element(element)


def _text_of_element(root: BaseOxmlElement) -> Iterator[str]:
    """All text in document order: paragraphs, headings, tables, text boxes, content controls."""
    for duplicate in list(root.iter(_FALLBACK)):
        duplicate.getparent().remove(duplicate)
    for element in root.iter(qn("w:t"), *_BREAKS):
        yield _BREAKS.get(element.tag) or element.text or ""


def _clean_text(raw_text: str) -> str:
    """Remove characters that the database or a page rejects (NUL, control characters, surrogates), collapse spaces."""
    raw_text = re.sub(r"\r\n?|\f|\v|\u2028|\u2029", "\n", raw_text)
    raw_text = "".join(char for char in raw_text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    raw_text = re.sub(r"[^\S\n]+", " ", raw_text)
    return re.sub(r" ?\n ?", "\n", re.sub(r"\n\s*\n", "\n\n", raw_text)).strip()[:MAX_CHARACTERS]


if __name__ == "__main__":
    main()
