"""Child process that reads a document from stdin and writes JSON to stdout. It reads the file in a sandbox.

It imports neither Django nor the settings. `screener.documents.upload` starts it and kills it after a timeout.
"""

import json
import logging
import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any, assert_never

from screener.documents.docx_text import extract_docx
from screener.documents.extraction import Extraction, Problem, UnreadableFile
from screener.documents.file_type import decode_text, detect_file_type
from screener.documents.html_text import extract_html
from screener.documents.pdf_text import extract_pdf
from screener.sandbox.confinement import confine

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 3
MAX_CHARACTERS = 100_000
MAX_TITLE_CHARACTERS = 500
PRESENTATION_FORMS = re.compile("[\ufb00-\ufdff\ufe70-\ufefc]+")
"""Ligatures and shapes of letters, in which some files hold their text. A search for the word would not find them."""


def main() -> None:
    logging.disable()
    confine(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    sys.stdout.write(json.dumps(read_file(sys.stdin.buffer.read())))


def read_file(file_bytes: bytes) -> dict[str, Any]:
    try:
        extraction = _extract(file_bytes)
        raw_text, has_rest = _join_pieces(extraction.pieces, extraction.without_words)
        text = clean_text(raw_text)
        return {
            "text": text[:MAX_CHARACTERS].rstrip(),
            "is_cut": has_rest or len(text) > MAX_CHARACTERS,
            "title": clean_text(extraction.title)[:MAX_TITLE_CHARACTERS],
            "heading": clean_text(extraction.heading)[:MAX_TITLE_CHARACTERS],
        }
    except UnreadableFile as error:
        return {"error": error.problem}
    except (MemoryError, RecursionError):
        return {"error": Problem.LIMITS}
    except Exception:
        # A hostile file can make a parser raise any exception. HR gets the same message for all of them.
        return {"error": Problem.BROKEN}


def _extract(file_bytes: bytes) -> Extraction:
    match detect_file_type(file_bytes):
        case "pdf":
            return extract_pdf(file_bytes)
        case "docx":
            return extract_docx(file_bytes)
        case "html":
            return extract_html(decode_text(file_bytes))
        case "txt":
            return Extraction([decode_text(file_bytes)])
        case None:
            raise UnreadableFile(Problem.BROKEN)
        case _ as unreachable:
            assert_never(unreachable)


def _join_pieces(pieces: Iterable[str], without_words: Problem) -> tuple[str, bool]:
    """Join pieces up to twice MAX_CHARACTERS, because cleaning shortens them, and say whether pieces are left unread.

    Raises UnreadableFile if there is no word.
    """
    kept_pieces, text_length = [], 0
    waiting = iter(pieces)
    for piece in waiting:
        kept_pieces.append(piece)
        text_length += len(piece)
        if text_length > 2 * MAX_CHARACTERS:
            break
    text = "".join(kept_pieces)
    if not re.search(r"\w", text):
        raise UnreadableFile(without_words)
    return text, any(map(str.strip, waiting))


def clean_text(raw_text: str) -> str:
    """Return the text in normal form (NFC), its Arabic letters and Latin ligatures as the letters that they show.

    Removes characters that the database or a page rejects (NUL, control characters, surrogates), and collapses spaces.
    """
    raw_text = PRESENTATION_FORMS.sub(lambda form: unicodedata.normalize("NFKC", form[0]), raw_text)
    raw_text = unicodedata.normalize("NFC", raw_text)
    raw_text = re.sub(r"\r\n?|\f|\v|\u2028|\u2029", "\n", raw_text)
    raw_text = "".join(char for char in raw_text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    raw_text = re.sub(r"[^\S\n]+", " ", raw_text)
    return re.sub(r" ?\n ?", "\n", re.sub(r"\n\s*\n", "\n\n", raw_text)).strip()


if __name__ == "__main__":
    main()
