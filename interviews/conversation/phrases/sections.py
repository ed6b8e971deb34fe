"""The parts of a language's phrases: sections of phrases with one intent, and the words of times."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from interviews.conversation.phrases import meaning
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.times import TimeWords

EVERYWHERE = frozenset(Expecting)
BEFORE_QUESTIONS = frozenset({Expecting.IDENTITY, Expecting.CONSENT})
DURING_QUESTIONS = frozenset({Expecting.QUESTION, Expecting.ANSWER_CHECK})


@dataclass(frozen=True)
class Section:
    """Phrases with one intent, in the notation of `notation.py`. None is words without a meaning of their own.

    `weak` phrases count only where the utterance has no other words.
    """

    intent: Intent | None
    phrases: str
    expecting: frozenset[Expecting] = EVERYWHERE
    weak: bool = False


class Phrases(meaning.Phrases, Protocol):
    """The utterances of one language. Implemented by a module."""

    @property
    def SUFFIXES(self) -> Mapping[str, str]:
        """Endings of contractions, and the words that they stand for."""

    @property
    def REWRITES(self) -> str:
        """One rule per line: spellings, separated by `|`, then `>` and the words that replace them."""

    @property
    def FILLERS(self) -> str:
        """Words without meaning, dropped wherever they stand."""

    @property
    def FRAGMENTS(self) -> Mapping[str, str]:
        """Parts of phrases by name."""

    @property
    def TIMES(self) -> TimeWords: ...

    @property
    def SECTIONS(self) -> tuple[Section, ...]: ...

    def __hash__(self) -> int: ...
