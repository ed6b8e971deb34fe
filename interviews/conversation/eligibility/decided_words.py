"""Keeps the answer of an utterance, without counter-questions, doubts and words that were taken back."""

import re
from functools import cache

from interviews.conversation.phrases.notation import compile_phrase
from interviews.conversation.phrases.sections import Phrases
from interviews.conversation.phrases.utterance import normalise_words

SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


def keep_answer(spoken_words: str, phrases: Phrases) -> str:
    """Return the sentences that are no counter-question, or "" where a doubt or a condition leaves it open."""
    sentences = [sentence for sentence in SENTENCE_END.split(spoken_words) if not _has(sentence, "questions", phrases)]
    answer = " ".join(sentences)
    return "" if _has(answer, "undecided", phrases) else answer


def split_correction(spoken_words: str, phrases: Phrases) -> tuple[str, str]:
    """Return the normalised words before and after the last correction. Without a correction all words are after it."""
    text = normalise_words(spoken_words, phrases)
    pattern = _pattern("corrections", phrases)
    matches = list(pattern.finditer(text)) if pattern else []
    after = text[matches[-1].end() :] if matches else ""
    return (f"{text[: matches[-1].start()]} ", after) if after.strip() else ("", text)


def _has(spoken_words: str, heading: str, phrases: Phrases) -> bool:
    pattern = _pattern(heading, phrases)
    return bool(pattern and pattern.search(normalise_words(spoken_words, phrases)))


@cache
def _pattern(heading: str, phrases: Phrases) -> re.Pattern[str] | None:
    alternatives = getattr(phrases, heading)
    return compile_phrase(" | ".join(alternatives), phrases.fragments).compiled_pattern if alternatives else None
