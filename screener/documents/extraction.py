"""The reply of a parser in the child process, and why a file has no text. No Django."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """Why an accepted file has no readable text."""

    ENCRYPTED = "encrypted"
    NO_TEXT_IN_PDF = "no_text_in_pdf"
    EMPTY = "empty"
    TOO_BIG = "too_big"
    BROKEN = "broken"
    LIMITS = "limits"


class UnreadableFile(Exception):
    """`screener.documents.upload` has the message for the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Extraction:
    """`pieces`: the text in order, read on demand. `title`: of the file's properties. `heading`: the main one."""

    pieces: Iterable[str]
    title: str = ""
    heading: str = ""
    without_words: Problem = Problem.EMPTY
    """The problem of a file without a word."""
