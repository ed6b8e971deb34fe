"""Finding a quote again in the text that it is said to come from."""

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Place:
    start: int
    end: int


def _words(text: str) -> list[tuple[str, int, int]]:
    """The words without case, accents composed alike and punctuation, with their places in the text as it stands."""
    return [
        (unicodedata.normalize("NFKC", match.group()).casefold(), match.start(), match.end())
        for match in _WORD.finditer(text)
    ]


def find_quote(quote: str, text: str) -> Place | None:
    """Where the quote stands in the text, word for word, whatever its case, punctuation and spacing; else None."""
    wanted = [word for word, _, _ in _words(quote)]
    words = _words(text)
    if not wanted:
        return None
    for first in range(len(words) - len(wanted) + 1):
        run = words[first : first + len(wanted)]
        if [word for word, _, _ in run] == wanted:
            return Place(run[0][1], run[-1][2])
    return None
