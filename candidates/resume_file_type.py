"""Detects the type of a resume file by its content. Imports no Django and no parser; the child process uses it too."""

import zipfile
from io import BytesIO
from typing import Literal

FileType = Literal["pdf", "docx", "txt"]

_WORD_PART = "word/document.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Bytes that do not occur in text: control characters other than tab, line feed, form feed, carriage return and escape.
_BINARY = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def detect_file_type(data: bytes) -> FileType | None:
    """None if the type is not supported."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK"):
        return "docx" if _WORD_PART in zip_member_names(data) else None
    return "txt" if is_text(data) else None


def zip_member_names(data: bytes) -> list[str]:
    """Read from the archive's directory; nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []


def is_old_or_locked_office_file(data: bytes) -> bool:
    """A .doc, or a .docx with a password: both come in the same container."""
    return data.startswith(_OLE)


def is_text(data: bytes) -> bool:
    if data.startswith(b"{\\rtf"):
        return False
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _is_decodable(data, "utf-16")
    return data.translate(None, _BINARY) == data and _is_decodable(data, "utf-8", "cp1252")


def decode_text(data: bytes) -> str:
    """Decode data for which `is_text` is true."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig") if _is_decodable(data, "utf-8") else data.decode("cp1252")


def _is_decodable(data: bytes, *encodings: str) -> bool:
    for encoding in encodings:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
