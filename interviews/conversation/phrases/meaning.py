"""What an utterance means as a reply to the greeting or the disclosure."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

MAX_REFUSAL_WORDS = 12
"""A refusal may be worded freely but is short. The greeting of a voicemail is longer."""


class Meaning(StrEnum):
    YES = "yes"
    NO = "no"
    NEVER = "never"
    WRONG = "wrong"
    REFUSED = "refused"
    UNCLEAR = "unclear"


class Phrases(Protocol):
    """The utterances of one language. Implemented by a module."""

    @property
    def YES(self) -> frozenset[str]:
        """Whole utterances that mean yes, after `split_words`."""

    @property
    def NO(self) -> frozenset[str]: ...

    @property
    def REFUSALS(self) -> Mapping[Meaning, str]:
        """Regular expressions, the first match first."""

    @property
    def NOT_NOW(self) -> str:
        """A regular expression for a refusal of this call alone, which is unclear."""

    @property
    def HINTS(self) -> str:
        """Utterances that a speech recogniser should expect, separated by commas."""

    def split_words(self, utterance: str) -> list[str]:
        """Lower-case words without punctuation and contractions."""


def meaning_of(utterance: str, phrases: Phrases) -> Meaning:
    """Return the meaning of an utterance. Only short exact phrases are consent."""
    words = phrases.split_words(utterance)
    text = " ".join(words)
    if text in phrases.YES:
        return Meaning.YES
    if text in phrases.NO:
        return Meaning.NO
    if len(words) > MAX_REFUSAL_WORDS or re.search(phrases.NOT_NOW, text):
        return Meaning.UNCLEAR
    matches = (meaning for meaning, pattern in phrases.REFUSALS.items() if re.search(pattern, text))
    return next(matches, Meaning.UNCLEAR)
