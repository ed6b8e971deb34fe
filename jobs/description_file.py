"""A job's title and description from an uploaded document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any
from unicodedata import normalize

from django.core.files.base import File
from django.utils.translation import gettext

from jobs.field_limits import MAX_DESCRIPTION_LENGTH, MAX_TITLE_LENGTH
from screener.documents.upload import DocumentText, InvalidDocument, read_document, validate_upload

MAX_TITLE_WORDS = 14
LABELLED_LINES = 15
"""The title may stand behind a label in the first lines."""
WRAPPED_LINE = range(40, 131)
"""Of this length is the longest line of a document that wraps its lines."""
FULL_LINE = 0.8
LONE_BULLET = "- "
"""Some programs write bullets apart from their items: one before each, or all of them at the end."""
CONCURRENT_READINGS = 2
"""Per process. Each takes a processor for a second or more, and webhooks need it meanwhile."""
SECONDS_TO_WAIT = 5

_readings = BoundedSemaphore(CONCURRENT_READINGS)

_LIGATURES = str.maketrans({char: normalize("NFKC", char) for char in map(chr, range(0xFB00, 0xFB07))})
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Fonts of symbols have their bullets in the private area.
_BULLET = re.compile(
    r"^\s*(?:[•‣◦▪▫●○■□◆◇➤➢►▸✓✔❖·\u2219\u2043*\u2013\u2014\uf0a7\uf0b7\uf0d8\uf0fc-]|o(?=\s))\s*(?=\S|$)"
)
_RULE = re.compile(r"^[\s=_*#~\-\u2013\u2014]{3,}$")
_MARKUP = re.compile(r"^(#{1,6})\s+|^(\*\*|__)(?=\S)|(?<=\S)(\*\*|__)(?=:?$)|\s+#+$")
_SENTENCE_END = re.compile(r"[.:;!?]$")
_HYPHENATED = re.compile(r"(?<=[^\W\d_]{2})[-\u00ad\u2010]$")
_CONJUNCTION = re.compile(r"(?:and|or|und|oder|bzw|sowie)\b")
_LABEL = re.compile(
    r"^(?:job title|title|position|role|vacancy|we are hiring|stellenbezeichnung|stellentitel|stelle|titel|wir suchen)"
    r"\s*(?::|\s[-\u2013\u2014]\s)\s*(?=\S)",
    re.I,
)
_NO_TITLE = re.compile(
    r"^(?:(?:job|role|position) (?:description|posting|profile|advert(?:isement)?|specification|vacancy)|vacancy|"
    r"careers?|jobs?|stellen(?:beschreibung|anzeige|ausschreibung|profil)|wir suchen(?: dich)?|we are hiring|"
    r"untitled.*|unbenannt.*|(?:document|dokument|microsoft word)\b.*|.*\.(?:pdf|docx?|odt|indd|pages|html?|txt))$",
    re.I,
)


@dataclass(frozen=True)
class Description:
    """The texts of a document. `title`: a guess, or empty. `is_cut`: the rest of the text was too long."""

    title: str
    text: str
    is_cut: bool


def read_description(file: "File[Any]") -> Description:
    """Raise InvalidDocument or UnreadableDocument, whose messages say what to do."""
    validate_upload(file)
    if not _readings.acquire(timeout=SECONDS_TO_WAIT):
        raise InvalidDocument("busy", gettext("Other files are being read. Try again in a few seconds."))
    try:
        return describe(read_document(file.read()))
    finally:
        _readings.release()


def describe(document: DocumentText) -> Description:
    lines = normalise_lines(document.text)
    title = guess_title(document, lines)
    while title and any(lines[1:]) and _is_heading(lines[0], title):
        lines = lines[1:]
    text = "\n".join(lines).strip()
    return Description(title, shorten(text), len(text) > MAX_DESCRIPTION_LENGTH)


def _is_heading(line: str, title: str) -> bool:
    """Whether the first line says no more than the title does."""
    return not line or _as_title(line) == title or _NO_TITLE.match(line) is not None


def shorten(text: str) -> str:
    """Cut the text at the end of a line, so that it fits into a description."""
    if len(text) <= MAX_DESCRIPTION_LENGTH:
        return text
    kept = text[:MAX_DESCRIPTION_LENGTH]
    return kept[: kept.rfind("\n") if "\n" in kept else None].rstrip()


def normalise_lines(text: str) -> list[str]:
    """Return the lines without markup and invisible characters. Bullets are dashes, wrapped lines are joined."""
    plain_text = _plain(text)
    rows = [line for line in map(_normalise_line, plain_text.split("\n")) if line is not None]
    wrap_width = _wrap_width(rows)
    lines: list[str] = []
    previous = ""
    for row in rows:
        if lines and _continues(previous, row, wrap_width):
            lines[-1] = _join(lines[-1], row)
        elif row or (lines and lines[-1]):  # no two empty lines
            lines.append(row)
        previous = row
    return [line for line in lines if line != LONE_BULLET]


def _plain(text: str) -> str:
    """The text in composed form, without invisible characters and ligatures."""
    return normalize("NFC", _INVISIBLE.sub("", text).translate(_LIGATURES))


def _normalise_line(raw_line: str) -> str | None:
    """None for a line that only draws a rule."""
    line = raw_line.strip()
    if _RULE.match(line):
        return None
    line = _MARKUP.sub("", line)
    return _BULLET.sub("- ", line) if line else ""


def _wrap_width(rows: list[str]) -> int:
    """The width at which the document wraps its lines, as a PDF does; 0 if its lines are whole paragraphs."""
    longest = max(map(len, rows), default=0)
    return longest if longest in WRAPPED_LINE else 0


def _continues(previous: str, row: str, wrap_width: int) -> bool:
    """Whether the row goes on with the sentence or the item of the previous row."""
    if not previous or not row or row.startswith("- "):
        return False
    if previous == LONE_BULLET:
        return True
    if _SENTENCE_END.search(previous):
        return False
    return row[0].islower() or (wrap_width > 0 and len(previous) >= wrap_width * FULL_LINE)


def _join(previous: str, row: str) -> str:
    """A word that is divided between the rows becomes whole; "night- and" stays."""
    if _HYPHENATED.search(previous) and row[0].islower() and not _CONJUNCTION.match(row):
        return previous[:-1] + row
    return f"{previous.rstrip()} {row}"


def guess_title(document: DocumentText, lines: list[str]) -> str:
    """Return a labelled title, else the main heading, the title of the file's properties, or the first line."""
    guesses = (_as_title(guess) for guess in _title_guesses(document, lines))
    return next((guess for guess in guesses if guess), "")


def _title_guesses(document: DocumentText, lines: list[str]) -> Iterator[str]:
    yield from (line for line in lines[:LABELLED_LINES] if _LABEL.match(line))
    yield document.heading
    yield document.title
    yield from [line for line in lines[:LABELLED_LINES] if line and not line.startswith("- ")][:2]


def _as_title(guess: str) -> str:
    """Return the text as a title, or nothing where it is none: a sentence, a file name, "Job description"."""
    title = _LABEL.sub("", " ".join(_plain(guess).split())).strip(" :-\u2013\u2014")
    is_short = 2 <= len(title) <= MAX_TITLE_LENGTH and len(title.split()) <= MAX_TITLE_WORDS
    if not is_short or title.endswith((".", "?", ";")) or _NO_TITLE.match(title):
        return ""
    return title if any(char.isalpha() for char in title) else ""
