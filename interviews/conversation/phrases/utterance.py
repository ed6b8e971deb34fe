"""An utterance as phrases are looked for in it: plain words, each between two spaces."""

import re
from functools import cache

from interviews.conversation.phrases.sections import Phrases

NAME = "@name"
"""Stands for the candidate's name or a part of it."""


def normalise(words: str, phrases: Phrases, name: str = "") -> str:
    """Lower-case words without punctuation, contractions, fillers and repetitions."""
    text = " ".join(re.findall(r"[\w']+", words.lower().replace("\u2019", "'").replace(".m.", "m")))
    text = f" {' '.join(_split(word, phrases) for word in text.split())} "
    for pattern, replacement in _rewrites(phrases):
        text = pattern.sub(replacement, text)
    text = _replace_names(text, name)
    fillers = frozenset(phrases.FILLERS.split())
    kept = [word for word in text.split() if word not in fillers] or text.split()
    return _without_repetitions(f" {' '.join(kept)} ")


def _split(word: str, phrases: Phrases) -> str:
    for suffix, meaning in phrases.SUFFIXES.items():
        if word.endswith(suffix) and word != suffix and word not in _whole_words(phrases):
            return f"{word.removesuffix(suffix)} {meaning}"
    return word.strip("'")


@cache
def _rewrites(phrases: Phrases) -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = (line.split(" > ") for line in phrases.REWRITES.strip().splitlines())
    return tuple(
        (re.compile(rf"(?<= )(?:{spellings.replace(' | ', '|')})(?= )"), meaning.strip())
        for spellings, meaning in rules
    )


@cache
def _whole_words(phrases: Phrases) -> frozenset[str]:
    """Contractions with a rule of their own."""
    rules = (line.split(" > ")[0] for line in phrases.REWRITES.strip().splitlines())
    return frozenset(spelling.strip() for rule in rules for spelling in rule.split(" | "))


def _replace_names(text: str, name: str) -> str:
    parts = [re.escape(part) for part in re.findall(r"\w+", name.lower()) if len(part) > 1]
    if not parts:
        return text
    return re.sub(rf"(?<= )(?:(?:{'|'.join(parts)}) )+", f"{NAME} ", text)


def _without_repetitions(text: str) -> str:
    """Keep one of up to three words that are said again at once."""
    return re.sub(r"(?<= )((?:\S+ ){1,3})\1+", r"\1", text)
