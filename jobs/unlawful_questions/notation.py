"""The notation of a language file: entries that become regular expressions.

Entries are separated by a comma and white space, or by lines. They match whole words. Short forms: `*` for any ending,
` .. ` for up to 40 characters, `<NAME>` for a fragment. An `s` may follow each entry.
"""

import re
from collections.abc import Iterable, Mapping

_SEPARATOR = re.compile(r",\s+|\n")
_ANY_ENDING = re.compile(r"(?<!\\w)(?<=\w)\*|(?<=\))\*(?= |\||$)")
_FRAGMENT = re.compile(r"<([A-Z]+)>")


def read_entries(text: str) -> list[str]:
    return [entry.strip() for entry in _SEPARATOR.split(text) if entry.strip()]


def expand(entries: Iterable[str], fragments: Mapping[str, str]) -> str:
    """Return a pattern for any of the entries."""
    pattern = "|".join(entries).replace(" .. ", " (?:.{0,40} )?")
    pattern = _ANY_ENDING.sub(r"\\w*", pattern)
    return _FRAGMENT.sub(lambda name: f"(?:{fragments[name[1]]})", pattern)


def whole_words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{pattern})(?:'?s)?(?![\w'])")
