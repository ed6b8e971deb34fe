"""Detects the type of a document by its content. Imports no Django and no parser; the child process uses it too."""

import re
import zipfile
from io import BytesIO
from typing import Literal

FileType = Literal["pdf", "docx", "html", "txt"]

_WORD_PART = "word/document.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML_START = re.compile(r"<(?:!doctype\s+html|html)\b", re.I)
# Bytes that do not occur in text: control characters other than tab, line feed, form feed, carriage return and escape.
_BINARY = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def detect_file_type(file_bytes: bytes) -> FileType | None:
    """None if the type is not supported."""
    if b"%PDF-" in file_bytes[:1024]:
        return "pdf"
    if file_bytes.startswith(b"PK"):
        return "docx" if _WORD_PART in zip_member_names(file_bytes) else None
    if not is_text(file_bytes):
        return None
    return "html" if _is_html(decode_text(file_bytes)) else "txt"


def zip_member_names(file_bytes: bytes) -> list[str]:
    """Read from the archive's directory, without unpacking a member."""
    try:
        with zipfile.ZipFile(BytesIO(file_bytes)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []


def is_old_or_locked_office_file(file_bytes: bytes) -> bool:
    """A .doc, or a .docx with a password: both come in the same container."""
    return file_bytes.startswith(_OLE)


def is_text(file_bytes: bytes) -> bool:
    if file_bytes.startswith(b"{\\rtf"):
        return False
    if file_bytes.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _is_decodable(file_bytes, "utf-16")
    return file_bytes.translate(None, _BINARY) == file_bytes and _is_decodable(file_bytes, "utf-8", "cp1252")


def _is_html(text: str) -> bool:
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<?xml"):
        start = start.partition("?>")[2].lstrip()
    return _HTML_START.match(start) is not None


def decode_text(file_bytes: bytes) -> str:
    """Decode data for which `is_text` is true."""
    if file_bytes.startswith((b"\xff\xfe", b"\xfe\xff")):
        return file_bytes.decode("utf-16")
    return file_bytes.decode("utf-8-sig") if _is_decodable(file_bytes, "utf-8") else file_bytes.decode("cp1252")


def _is_decodable(file_bytes: bytes, *encodings: str) -> bool:
    for encoding in encodings:
        try:
            file_bytes.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
