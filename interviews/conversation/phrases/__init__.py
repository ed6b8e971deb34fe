"""The utterances that are understood, by language.

A language is one file, named by its tag: `en.txt`. `language_file.py` describes its sections, `notation.py` the
notation of phrases. The code knows no language. To add one, write the file, collect labelled phrasings of people who
speak the language, and measure with `python -m devtools.phrasings`.
"""

from functools import cache
from pathlib import Path

from interviews.conversation.phrases.language_file import read_language
from interviews.conversation.phrases.sections import Phrases

FOLDER = Path(__file__).parent
LANGUAGES = frozenset(path.stem for path in FOLDER.glob("*.txt"))
"""The tags of the languages."""


def for_language(tag: str) -> Phrases:
    """Return the phrases for a language tag such as en or en-GB. English where there are none."""
    primary_tag = tag.split("-")[0].lower()
    return _read_once(primary_tag if primary_tag in LANGUAGES else "en")


@cache
def _read_once(tag: str) -> Phrases:
    """Read a language at its first use: a process may never meet it."""
    return read_language(FOLDER / f"{tag}.txt")
