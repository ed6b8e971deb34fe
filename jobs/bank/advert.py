"""A job advertisement as the bank reads it: plain lines, and the occupational families that it belongs to."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Self

from jobs.bank.families import Family
from jobs.bank.starter_bank import split_list
from jobs.bank.words import content_stems, plain_text
from screener.language_tag import primary_tag

MIN_PART_LENGTH = 5
"""A word with fewer letters stands alone: "bar" is no part of "bargain"."""
TITLE_POINTS, WORD_POINTS = 6, 1
MIN_POINTS = 3
SECOND_FAMILY_SHARE = 0.6
"""Of the points of the first family: an office manager who also keeps the books is asked about both."""
BLOCK_TAGS = frozenset("address article br div dd dl dt h1 h2 h3 h4 h5 h6 hr li ol p section table td th tr ul".split())
_AFTER_OCCUPATION = re.compile(r"\s[-\N{EN DASH}\N{EM DASH}|]\s|[,(|]")
_LOOKS_LIKE_HTML = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|&(?:[a-z]+|#\d+);", re.I)


class _TextOfHtml(HTMLParser):
    """Collects the text: a line for each block, a mark before each item of a list."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style")
        if tag in BLOCK_TAGS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in ("script", "style")))
        if tag in BLOCK_TAGS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def lines_of(description: str) -> str:
    """Return the description as plain lines, whether it was written as HTML or not."""
    if not _LOOKS_LIKE_HTML.search(description):
        return description
    reader = _TextOfHtml()
    reader.feed(description)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True)
class Advert:
    title: str
    description: str
    language: str

    @classmethod
    def read(cls, title: str, description: str, language: str) -> Self:
        return cls(title.strip(), lines_of(description), primary_tag(language))

    @cached_property
    def plain_title(self) -> str:
        """The title up to a dash, comma or bracket after the occupation, so without a department."""
        occupation = plain_text(_AFTER_OCCUPATION.split(self.title, maxsplit=1)[0])
        is_known = any(_contains_any(occupation, titles) for titles, _ in _family_words().values())
        return occupation if is_known else plain_text(self.title)

    @cached_property
    def plain_text(self) -> str:
        return plain_text(f"{self.title}\n{self.description}")

    @cached_property
    def stems(self) -> frozenset[str]:
        return content_stems(f"{self.title} {self.description}", self.language)

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The families that the job belongs to, at most two, the surest first. Empty where no family fits."""
        points = {family: self._points(family) for family in _family_words()}
        first, second, *_ = sorted(points, key=lambda family: -points[family])
        if points[first] < MIN_POINTS:
            return ()
        is_second = points[second] >= max(MIN_POINTS, SECOND_FAMILY_SHARE * points[first])
        return (first, second) if is_second else (first,)

    def mentions(self, keywords: tuple[str, ...]) -> bool:
        return _contains_any(self.plain_text, keywords)

    def is_called(self, keywords: tuple[str, ...]) -> bool:
        """Whether the title has one of the keywords."""
        return _contains_any(self.plain_title, keywords)

    def _points(self, family: Family) -> int:
        titles, words = _family_words()[family]
        word_count = sum(_contains(self.plain_text, word) for word in words)
        return TITLE_POINTS * self.is_called(titles) + WORD_POINTS * word_count


def _contains_any(text: str, keywords: tuple[str, ...]) -> bool:
    return any(_contains(text, keyword) for keyword in keywords)


def _contains(text: str, keyword: str) -> bool:
    return bool(_keyword_pattern(keyword).search(text))


@cache
def _keyword_pattern(keyword: str) -> re.Pattern[str]:
    plain = plain_text(keyword)
    escaped = re.escape(plain)
    return re.compile(escaped if len(plain) >= MIN_PART_LENGTH else rf"(?<!\w){escaped}(?!\w)")


@cache
def _family_words() -> dict[Family, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By family: the words of titles, and those of the whole text."""
    listed = tomllib.loads(Path(__file__).with_name("families.toml").read_text(encoding="utf-8"))
    return {Family(name): (split_list(lists["titles"]), split_list(lists["words"])) for name, lists in listed.items()}
