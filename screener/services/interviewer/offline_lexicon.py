"""The words that the question composer knows, from `offline_lexicon.txt`, which anybody can read and change."""

import re
from functools import cache
from pathlib import Path

_SECTIONS = re.findall(r"^\[(.+)\]\n([^\[]*)", Path(__file__).with_suffix(".txt").read_text(encoding="utf-8"), re.M)
LINES = {name: [line for line in text.splitlines() if line and line[0] != "#"] for name, text in _SECTIONS}


@cache
def phrases(*sections: str) -> frozenset[str]:
    return frozenset(one.strip() for name in sections for line in LINES[name] for one in line.split(",")) - {""}


@cache
def any_of(*sections: str) -> re.Pattern[str]:
    """Finds each phrase of these lists as whole words; the longest where several begin at the same place."""
    longest_first = sorted(phrases(*sections), key=lambda phrase: (-len(phrase), phrase))
    patterns = (re.escape(one).replace(r"\*", r"\w*").replace(r"\#", r"\d(?:[.,:]?\d)*") for one in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)
