"""The utterances that are understood, by language.

A language is one file, named by its tag: `en.txt`. `language_file.py` describes its sections, `notation.py` the
notation of phrases. The code knows no language. To add one, write the file, collect labelled phrasings of people who
speak the language, and measure with `python -m devtools.phrasings`.
"""

from pathlib import Path

from interviews.conversation.phrases.language_file import read_language
from interviews.conversation.phrases.sections import Phrases

LANGUAGES = {path.stem: read_language(path) for path in Path(__file__).parent.glob("*.txt")}


def for_language(tag: str) -> Phrases:
    """Return the phrases for a language tag such as en or en-GB. English where there are none."""
    return LANGUAGES.get(tag.split("-")[0].lower(), LANGUAGES["en"])
