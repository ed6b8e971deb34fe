"""Texts of other people inside sentences: on one line, bounded, and of their own direction."""

import unicodedata

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
CONTROLS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
JOINERS = {"\u200c", "\u200d"}
"""Invisible characters that names in Persian and in Indian scripts need."""
RIGHT_TO_LEFT = {"R", "AL"}


def one_line(text: str) -> str:
    """The text on one line, without control characters. Characters that change its direction go as well."""
    printable = (" " if unicodedata.category(letter) in CONTROLS - {"Cf"} else letter for letter in text)
    kept = (letter for letter in printable if letter in JOINERS or unicodedata.category(letter) != "Cf")
    return " ".join("".join(kept).split())


def isolate(text: str, limit: int) -> str:
    """The text on one line and bounded. If it has letters that run from right to left, its direction ends with it."""
    line = one_line(text)
    bounded = f"{line[:limit].rstrip()}…" if len(line) > limit else line
    has_own_direction = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in bounded)
    return f"{FIRST_STRONG_ISOLATE}{bounded}{POP_ISOLATE}" if has_own_direction else bounded
