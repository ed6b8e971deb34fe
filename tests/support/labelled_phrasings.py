"""Labelled phrasings with the intents that were understood: each file is understood once for all tests of a process."""

from functools import cache
from pathlib import Path

from devtools.phrasings import Phrasing, read_phrasings


@cache
def labelled_phrasings(path: Path) -> tuple[Phrasing, ...]:
    return tuple(read_phrasings(path))
