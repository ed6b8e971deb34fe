"""Validates uploaded resumes by content, and extracts their text in a child process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.resume_file_type import detect_file_type, is_old_or_locked_office_file

MAX_BYTES = 5 * 1024 * 1024
READING_SECONDS = 10
_ROOT = Path(__file__).resolve().parents[2]


class InvalidResume(ValueError):
    """The upload is rejected. `code` is for clients, the message for the person who uploads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UnreadableResume(Exception):
    """The file was accepted, but has no readable text. The message is for HR."""


_UNREADABLE = {
    "password": _("This PDF is protected with a password. Ask the candidate for a version without one."),
    "no_text_in_pdf": _(
        "This PDF contains images of pages but no text, as scans do. "
        "Ask the candidate for the original, saved as PDF or DOCX."
    ),
    "empty": _("This file contains no words. Ask the candidate for another version."),
    "too_big": _("This file is too large when unpacked, so it was not opened. Ask the candidate for another file."),
    "broken": _("This file is damaged and could not be opened. Ask the candidate to save and send it again."),
    "limits": (
        f"This file takes more than {READING_SECONDS} seconds or too much memory to read. "
        "Ask the candidate for a simpler version, such as plain text."
    ),
}


def validate_upload(file: "File[Any]") -> None:
    """Raise InvalidResume unless the content is PDF, DOCX or text; the name is ignored. Rewinds the file."""
    if not file.size:
        raise InvalidResume("empty", gettext("The file is empty. Choose the resume again."))
    if file.size > MAX_BYTES:
        raise InvalidResume(
            "too_large",
            gettext("The file has %(size)s MB, and 5 MB is the limit. Save it without its pictures.")
            % {"size": number_format(file.size / 1024 / 1024, 1)},
        )
    file.seek(0)
    first_bytes = file.read(MAX_BYTES + 1)
    file.seek(0)
    if is_old_or_locked_office_file(first_bytes):
        raise InvalidResume(
            "old_word",
            gettext(
                "This is an old Word file (.doc) or one with a password. Save it as DOCX or PDF without a password."
            ),
        )
    if detect_file_type(first_bytes) is None:
        raise InvalidResume(
            "wrong_type",
            gettext("This is no PDF, DOCX or plain text file by its content. Save the resume as one of these."),
        )


def read_text(file_bytes: bytes) -> str:
    """Return the text of a resume, at most 100,000 characters. The message of UnreadableResume has a remedy.

    The file is opened in a child process with limits on time and memory and an empty environment.
    """
    try:
        reader_process = subprocess.run(
            [sys.executable, "-m", "candidates.resume.reader"],
            input=file_bytes,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=READING_SECONDS,
            cwd=_ROOT,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableResume(_UNREADABLE["limits"]) from error
    if reader_process.returncode < 0:
        # Killed by a signal: a resource limit, or a crash in a parser.
        raise UnreadableResume(_UNREADABLE["limits"])
    reader_process.check_returncode()
    reader_output = json.loads(reader_process.stdout)
    if "error" in reader_output:
        raise UnreadableResume(_UNREADABLE[reader_output["error"]])
    return str(reader_output["text"])
