"""Validates uploaded documents by content, and extracts their text in a child process."""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screener.documents.extraction import Problem
from screener.documents.file_type import detect_file_type, is_old_or_locked_office_file
from screener.labels import Label
from screener.services.clamd.client import InfectedFile, ScannerUnavailable, scan_file

log = logging.getLogger(__name__)

MAX_BYTES = 5 * 1024 * 1024
READING_SECONDS = 10
NOT_SCANNED = "not_scanned"
"""The code of a file that may be sent again."""
_ROOT = Path(__file__).resolve().parents[2]


class InvalidDocument(ValueError):
    """The upload is rejected. `code` is for clients, the message for the person who uploads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UnreadableDocument(Exception):
    """The file was accepted, but has no readable text. The message is for the person who uploads it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(_REMEDIES[problem])
        self.problem = problem


_REMEDIES: dict[Problem, Label] = {
    Problem.ENCRYPTED: _("This PDF is protected with a password. Choose a version without one."),
    Problem.NO_TEXT_IN_PDF: _(
        "This PDF contains images of pages but no text, as scans do. Choose the original, saved as PDF or DOCX, or "
        "paste its text."
    ),
    Problem.EMPTY: _("This file contains no words. Choose another one."),
    Problem.TOO_BIG: _("This file is too large when unpacked, so it was not opened. Choose another one."),
    Problem.BROKEN: _("This file is damaged and could not be opened. Save it again, or paste its text."),
    Problem.LIMITS: _("This file takes too long or too much memory to read. Save it as plain text, or paste its text."),
}


@dataclass(frozen=True)
class DocumentText:
    """`text` has at most 100,000 characters; `is_cut`: the file has more. `title`: of the file's properties.

    `heading`: the main one in the text.
    """

    text: str = ""
    title: str = ""
    heading: str = ""
    is_cut: bool = False


def validate_upload(file: "File[Any]") -> None:
    """Raise InvalidDocument unless the content is PDF, DOCX or text; the name is ignored. Rewinds the file."""
    if not file.size:
        raise InvalidDocument("empty", gettext("The file is empty. Choose it again."))
    if file.size > MAX_BYTES:
        raise InvalidDocument(
            "too_large",
            gettext("The file has %(size)s MB, and 5 MB is the limit. Save it without its pictures.")
            % {"size": number_format(file.size / 1024 / 1024, 1)},
        )
    file.seek(0)
    first_bytes = file.read(MAX_BYTES + 1)
    file.seek(0)
    if is_old_or_locked_office_file(first_bytes):
        raise InvalidDocument(
            "old_word",
            gettext(
                "This is an old Word file (.doc) or one with a password. Save it as DOCX or PDF without a password."
            ),
        )
    if detect_file_type(first_bytes) is None:
        raise InvalidDocument(
            "wrong_type",
            gettext("This is no PDF, DOCX or plain text file by its content. Save it as one of these."),
        )
    _check_for_viruses(file)


def _check_for_viruses(file: "File[Any]") -> None:
    try:
        scan_file(file)
    except InfectedFile:
        raise InvalidDocument("infected", gettext("The virus scanner refuses this file. It was not stored.")) from None
    except ScannerUnavailable:
        message = gettext("The file can't be checked for viruses at the moment. Send it again in a few minutes.")
        raise InvalidDocument(NOT_SCANNED, message) from None


def read_document(file_bytes: bytes) -> DocumentText:
    """Return the text of a document. Raises UnreadableDocument.

    The file is opened in a child process with limits on time and memory and an empty environment.
    """
    try:
        reader_process = subprocess.run(
            [sys.executable, "-m", "screener.documents.reader"],
            input=file_bytes,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=READING_SECONDS,
            cwd=_ROOT,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocument(Problem.LIMITS) from error
    if reader_process.returncode < 0:
        # Killed by a signal: a resource limit, or a crash in a parser.
        raise UnreadableDocument(Problem.LIMITS)
    if reader_process.returncode > 0:
        # Final all the same: a file that the reader fails on is not read again and again.
        log.error("the reader of documents failed with exit code %s", reader_process.returncode)
        raise UnreadableDocument(Problem.BROKEN)
    reader_output = json.loads(reader_process.stdout)
    if "error" in reader_output:
        raise UnreadableDocument(Problem(reader_output["error"]))
    return DocumentText(**reader_output)
