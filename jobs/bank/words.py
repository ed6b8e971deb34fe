"""Content words of a text as stems: without the words that any question has.

A stem is a word in lower case without accents and without its usual endings. It needs not be a word: it only has to be
the same for the forms of one word.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

MIN_STEM_LENGTH = 4
MIN_USUAL_WORDS, SURE_FACTOR = 4, 2
WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_ENDINGS = {language: tuple(text.split()) for language, text in _DATA["endings"].items()}


def plain_text(text: str) -> str:
    """Return the text in lower case, without accents, and with one kind of apostrophe."""
    decomposed = unicodedata.normalize(
        "NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("ß", "ss").lower()
    )
    return "".join(char for char in decomposed if not unicodedata.combining(char)).replace("'s ", " ")


def content_stems(text: str, language: str) -> frozenset[str]:
    """Return the stems of the content words. A language without a list of words is read like English."""
    language = language if language in _ENDINGS else "en"
    words = WORD.findall(plain_text(text))
    return frozenset(stem_word(word, language) for word in words if word not in _empty_words(language))


def guess_language(text: str) -> str | None:
    """Return the language that most of the usual words of the text are of, or None where that is not sure."""
    words = WORD.findall(plain_text(text))
    counts = {language: sum(word in _empty_words(language) for word in words) for language in _ENDINGS}
    first, second, *_ = sorted(counts, key=lambda language: -counts[language])
    is_sure = counts[first] >= MIN_USUAL_WORDS and counts[first] >= SURE_FACTOR * counts[second]
    return first if is_sure else None


def stem_word(word: str, language: str) -> str:
    for ending in _ENDINGS[language]:
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM_LENGTH:
            return word.removesuffix(ending)
    return word


@cache
def _empty_words(language: str) -> frozenset[str]:
    return frozenset(plain_text(_DATA["empty_words"][language]).split())
