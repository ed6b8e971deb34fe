"""ZIP archives of documents: check an archive, and read its files one by one. Files are unpacked in memory only."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 20 * 1024 * 1024
MAX_FILES = 1_000
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
MAX_DIRECTORY_BYTES = 512 * 1024
"""The limit of the list of files. It is checked before the list is read into memory."""
_END, _END_BYTES = b"PK\x05\x06", 22
_END_64, _END_64_BYTES = b"PK\x06\x06", 56 + 20
"""The end record of ZIP64, and its size with that of its locator. Both lie right before the usual end record."""
_LONGEST_END = _END_64_BYTES + _END_BYTES + 65_535
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED_FLAG = 1
_OFFICE_PART = "[Content_Types].xml"
_HIDDEN_FOLDER = "__MACOSX"


class ArchiveProblem(models.TextChoices):
    """Why a whole archive is refused. `%(detail)s`: the name of the file, or the limit."""

    EMPTY = "empty", _("The archive contains no files.")
    TOO_LARGE = "too_large", _("The archive is larger than 20 MB. Split it.")
    WRONG_TYPE = "wrong_type", _("This file is not a ZIP archive. Pack the resumes as ZIP.")
    BROKEN = "broken", _("The archive is damaged or was cut off. Pack it again and upload it again.")
    ENCRYPTED = "encrypted", _("The archive is protected with a password. Pack it without one.")
    TOO_MANY_FILES = "too_many_files", _("The archive has more than %(detail)s files. Split it.")
    LIMITS = "limits", _("The archive is too large when unpacked, so it was not opened.")
    INFECTED = "infected", _("The virus scanner refuses this file. It was not stored.")
    NOT_SCANNED = (
        "not_scanned",
        _("The file can't be checked for viruses at the moment. Send it again in a few minutes."),
    )
    UNSAFE_NAME = "unsafe_name", _("The file name %(detail)s points outside the archive. Pack the files again.")
    REPEATED_NAME = "repeated_name", _("The archive has two files with the name %(detail)s. Remove one of them.")


class UnreadableArchive(Exception):
    """The whole archive is refused. Carries the code and its detail; the message names the remedy."""

    def __init__(self, problem: ArchiveProblem, detail: str = "") -> None:
        self.problem, self.detail = problem, detail
        super().__init__(describe_archive_problem(problem, detail))


class BrokenFile(Exception):
    """One file of the archive cannot be unpacked."""


def describe_archive_problem(problem: str, detail: str) -> str:
    """The message for a problem that was stored by its code."""
    return str(ArchiveProblem(problem).label) % {"detail": detail}


@contextmanager
def open_archive(file: IO[bytes], size: int) -> Iterator[zipfile.ZipFile]:
    """Yield the archive after all checks of its list of files. Raises UnreadableArchive."""
    _check_directory_size(file, size)
    try:
        archive = zipfile.ZipFile(file)
    # The last two are raised for names in no encoding and for versions of ZIP that Python does not know. A disk that
    # fails is no fault of the archive.
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError):
        raise UnreadableArchive(ArchiveProblem.BROKEN) from None
    with archive:
        _check_members(archive.infolist())
        if not list_documents(archive):
            raise UnreadableArchive(ArchiveProblem.EMPTY)
        yield archive


def list_documents(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files in order, without folders and hidden files of desktops."""
    return [member for member in archive.infolist() if not member.is_dir() and not _is_hidden(member.filename)]


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Unpack a file, up to its declared size, which the caller has checked. Raises BrokenFile."""
    try:
        with archive.open(member) as file:
            return file.read(member.file_size)  # without a size, the whole unpacked file would be in memory
    # The last four are raised for unsupported flags, names in no encoding, and places that no file has.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, OverflowError):
        raise BrokenFile from None


def _check_directory_size(file: IO[bytes], size: int) -> None:
    if not size:
        raise UnreadableArchive(ArchiveProblem.EMPTY)
    if size > MAX_BYTES:
        raise UnreadableArchive(ArchiveProblem.TOO_LARGE)
    file.seek(0)
    if file.read(2) != b"PK":
        raise UnreadableArchive(ArchiveProblem.WRONG_TYPE)
    file.seek(max(0, size - _LONGEST_END))
    tail = file.read()
    start = tail.rfind(_END)
    if start < 0 or len(tail) - start < _END_BYTES:
        raise UnreadableArchive(ArchiveProblem.BROKEN)
    (directory_bytes,) = struct.unpack_from("<I", tail, start + 12)
    start_64 = start - _END_64_BYTES
    if start_64 >= 0 and tail.startswith(_END_64, start_64):  # its numbers are read in place of the others
        (directory_bytes,) = struct.unpack_from("<Q", tail, start_64 + 40)
    if directory_bytes > MAX_DIRECTORY_BYTES:
        raise UnreadableArchive(ArchiveProblem.TOO_MANY_FILES, f"{MAX_FILES:,}")
    file.seek(0)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES:
        raise UnreadableArchive(ArchiveProblem.TOO_MANY_FILES, f"{MAX_FILES:,}")
    if any(member.filename == _OFFICE_PART for member in members):
        raise UnreadableArchive(ArchiveProblem.WRONG_TYPE)
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        raise UnreadableArchive(ArchiveProblem.ENCRYPTED)
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise UnreadableArchive(ArchiveProblem.LIMITS)
    if any(member.compress_type not in _COMPRESSIONS for member in members):
        raise UnreadableArchive(ArchiveProblem.BROKEN)
    names: set[str] = set()
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise UnreadableArchive(ArchiveProblem.UNSAFE_NAME, member.filename[-100:])
        name = str(path).casefold()
        if name in names:
            raise UnreadableArchive(ArchiveProblem.REPEATED_NAME, path.name[-100:])
        names.add(name)


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return _HIDDEN_FOLDER in parts or parts[-1].startswith(".") or parts[-1].lower() in ("thumbs.db", "desktop.ini")
