"""The utterances that are understood, by language: one file per language, named by its tag."""

from pathlib import Path

from interviews.conversation.phrases.language_file import read_language
from interviews.conversation.phrases.sections import Phrases

LANGUAGES = {path.stem: read_language(path) for path in Path(__file__).parent.glob("*.txt")}


def for_language(tag: str) -> Phrases:
    """Return the phrases for a language tag such as en or en-GB. English where there are none."""
    return LANGUAGES.get(tag.split("-")[0].lower(), LANGUAGES["en"])
