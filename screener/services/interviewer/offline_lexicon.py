"""The words that the offline rules know, from `offline_words.txt`, which anybody can read and change."""

import re
from functools import cache
from pathlib import Path

_SECTIONS = re.findall(r"^\[(.+)\]\n([^\[]*)", Path(__file__).with_suffix(".txt").read_text(encoding="utf-8"), re.M)
WORD = re.compile(r"[^\W_][\w'\u2019+#-]*")
LINES = {name: [line for line in text.splitlines() if line and line[0] != "#"] for name, text in _SECTIONS}
LINES |= {side: [side] for line in LINES["never together"] for side in line.split(" | ")}


@cache
def phrases(*sections: str) -> frozenset[str]:
    return frozenset(one.strip() for name in sections for line in LINES[name] for one in line.split(",")) - {""}


@cache
def any_of(*sections: str) -> re.Pattern[str]:
    """Finds each phrase of these lists as whole words; the longest where several begin at the same place."""
    longest_first = sorted(phrases(*sections), key=lambda phrase: (-len(phrase), phrase))
    patterns = (re.escape(one).replace(r"\*", r"\w*").replace(r"\#", r"\d(?:[.,:]?\d)*") for one in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


def stem(word: str) -> str:
    """Roughly what a word shares with its relatives: manage, manager, managing."""
    bare = re.sub(r"(?<=...)(?:ing|ed|s)$", "", word.lower())
    return re.sub(r"(?<=...)(.)(?<=\1\1)$", "", bare)[:5]


def telling(text: str) -> list[str]:
    """The stems of the words that say what a text is about, in their order. A number says nothing of that."""
    return [one for word in WORD.findall(text) if (one := stem(word)) not in _LITTLE and not one[0].isdigit()]


def related(stems: set[str]) -> set[str]:
    """These, and all that are on a line of the subjects with one of them."""
    return stems.union(*(family for family in _SUBJECTS if family & stems))


_LITTLE = frozenset(map(stem, phrases("grammar", "little")))
_SUBJECTS = [{*telling(line)} for line in LINES["subjects"]]
_PAIRS = (r"(?=\s+".join(any_of(side).pattern for side in line.split(" | ")) for line in LINES["never together"])
SLIP = re.compile(rf"\b(?!(\w+)\s+\1\b)(?:{'(?!-))|'.join(_PAIRS)}(?!-)))", re.I)  # To say a word twice is human.
