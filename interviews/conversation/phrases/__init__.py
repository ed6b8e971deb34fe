"""The utterances that are understood, by language: one module per language, named in `LANGUAGES`."""

from collections.abc import Mapping

from interviews.conversation.phrases import en
from interviews.conversation.phrases.sections import Phrases

LANGUAGES: Mapping[str, Phrases] = {"en": en}


def for_language(tag: str) -> Phrases:
    """Return the phrases for a language tag such as en or en-GB. English where there are none."""
    return LANGUAGES.get(tag.split("-")[0].lower(), en)
