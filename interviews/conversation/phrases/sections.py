"""The parts of a language's phrases: sections of phrases with one intent, and the words of times."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from interviews.conversation.phrases.amounts import AmountWords
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.intent_score import Weights
from interviews.conversation.phrases.times import TimeWords

EVERYWHERE = frozenset(Expecting)


class Strength(IntEnum):
    """How much a phrase says."""

    FAINT = 0
    """Counts where no other phrase was found."""
    WHOLE = 1
    """Counts only where the utterance has no other words."""
    LIGHT = 2
    """Counts, but yields to a strong phrase: yes, no."""
    STRONG = 3


@dataclass(frozen=True)
class Section:
    """Phrases with one intent, in the notation of `notation.py`. None is words without a meaning of their own."""

    intent: Intent | None
    phrases: tuple[str, ...]
    expecting: frozenset[Expecting] = EVERYWHERE
    strength: Strength = Strength.STRONG


@dataclass(frozen=True, eq=False)
class Phrases:
    """The utterances of one language."""

    tag: str
    hints: str
    """Utterances that a speech recogniser should expect, separated by commas."""
    letters: Mapping[str, str]
    """Letters, and those that they are read as: speech recognition keeps accents or drops them."""
    prefixes: Mapping[str, str]
    """Beginnings of contractions, and the words that they stand for."""
    suffixes: Mapping[str, str]
    """Endings of contractions, and the words that they stand for."""
    rewrites: Mapping[str, str]
    """Spellings, and the words that replace them."""
    fillers: frozenset[str]
    """Words without meaning, dropped wherever they stand."""
    narration: frozenset[str]
    """Words of a story about other people."""
    speaker: frozenset[str]
    """Words for the speaker and the listener, such as me and you."""
    languages: Mapping[str, str]
    """Names of languages, and their tags."""
    fragments: Mapping[str, str]
    """Parts of phrases by name."""
    frames: tuple[str, ...]
    """Phrases before a refusal that make it a question, a condition or a report."""
    questions: tuple[str, ...]
    """Phrases of a counter-question: its sentence answers nothing."""
    undecided: tuple[str, ...]
    """Phrases of a doubt or a condition, which leave an answer open."""
    corrections: tuple[str, ...]
    """Phrases that take back what was said before them."""
    conditions: tuple[str, ...]
    """Phrases after a refusal that do the same."""
    intent_weights: Weights
    """Words with their weights, by intent, as in `intent_score.py`."""
    sections: tuple[Section, ...]
    times: TimeWords
    amounts: AmountWords
