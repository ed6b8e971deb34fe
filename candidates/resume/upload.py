"""Resumes: refused at the door for what they are, read in a process of their own for what they say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.files.base import File

from candidates.resume_file_type import is_old_or_locked_office_file, kind_of

MAX_BYTES = 5 * 1024 * 1024
READING_SECONDS = 10
_ROOT = Path(__file__).resolve().parents[2]


class ResumeRefused(ValueError):
    """This file is not taken. `code` is for machines, the message for the person who uploads it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class ResumeUnreadable(Exception):
    """The file was taken, but there is no text to be had from it. The message is for HR."""


_UNREADABLE = {
    "password": "This PDF is protected with a password. Ask the candidate for a version without one.",
    "no_text_in_pdf": (
        "This PDF holds pictures of pages but no text, as scans do. "
        "Ask the candidate for the original, saved as PDF or DOCX."
    ),
    "empty": "There are no words in this file. Ask the candidate for another version.",
    "too_big": (
        "This file unpacks to far more than a resume holds, so it was not opened. Ask the candidate for another one."
    ),
    "broken": "This file is damaged and could not be opened. Ask the candidate to save and send it again.",
    "limits": (
        f"This file takes more than {READING_SECONDS} seconds or too much memory to read, so that was stopped. "
        "Ask the candidate for a simpler version, such as plain text."
    ),
}


def check_upload(file: "File[Any]") -> None:
    """Refuse at once what is no PDF, DOCX or text by its content, whatever its name. Leaves the file at its start."""
    if not file.size:
        raise ResumeRefused("empty", "The file is empty. Choose the resume again.")
    if file.size > MAX_BYTES:
        raise ResumeRefused(
            "too_large",
            f"The file has {file.size / 1024 / 1024:.1f} MB, and 5 MB is the limit. Save it without its pictures.",
        )
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    file.seek(0)
    if is_old_or_locked_office_file(data):
        raise ResumeRefused(
            "old_word",
            "This is an old Word file (.doc) or one with a password. Save it as DOCX or PDF without a password.",
        )
    if kind_of(data) is None:
        raise ResumeRefused(
            "wrong_type",
            "This is no PDF, DOCX or plain text file, whatever its name says. Save the resume as one of these.",
        )


def read_text(data: bytes) -> str:
    """The words of a resume, at most 100,000 characters. Raises ResumeUnreadable with what to do about it.

    The file is opened in a child process with limits on time and memory, and with nothing of ours in its environment.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "candidates.resume.reader"],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=READING_SECONDS,
            cwd=_ROOT,
            env={"LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ResumeUnreadable(_UNREADABLE["limits"]) from error
    if child.returncode < 0:
        # A signal ended it: at one of its limits, or in a parser that crashed.
        raise ResumeUnreadable(_UNREADABLE["limits"])
    child.check_returncode()
    answer = json.loads(child.stdout)
    if "error" in answer:
        raise ResumeUnreadable(_UNREADABLE[answer["error"]])
    return str(answer["text"])
