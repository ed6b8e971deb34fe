"""Estimates how many lines a text takes, and shortens texts at a word."""

import unicodedata
from math import ceil

ELLIPSIS = "…"
WIDE_LETTERS = "MWmw@%"
MARGIN = 1.08
"""Lines break at words, so that they are not full."""


def text_width(text: str) -> float:
    """The width in columns: Chinese characters take two, accents none."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> float:
    if character.isascii():
        return 1.6 if character in WIDE_LETTERS else 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def count_lines(text: str, columns: int) -> int:
    """How many lines the text takes, at least 1."""
    return max(1, ceil(text_width(text) * MARGIN / columns))


def shorten(text: str, width: int) -> str:
    """The text in one paragraph, cut with an ellipsis where it is wider than `width` columns."""
    words = " ".join(text.split())
    if text_width(words) <= width:
        return words
    end, used = 0, 1.0
    for place, character in enumerate(words):
        used += _character_width(character)
        if used > width:
            break
        end = place + 1
    kept, _, last_word = words[:end].rpartition(" ")
    is_long_word = len(last_word) > width // 2  # as in scripts without spaces
    return f"{words[:end] if is_long_word or not kept else kept}{ELLIPSIS}"
