"""An utterance in the form in which phrases are looked for: plain words, each between two spaces."""

import re
from difflib import SequenceMatcher
from functools import cache

from interviews.conversation.phrases.sections import Phrases

NAME = "@name"
"""Stands for the candidate's name or a part of it."""

WORD = re.compile(r"[\w']+")

MIN_SIMILARITY = 0.75
MIN_LENGTH = 4
"""Of a word that a recogniser wrote in place of a surname, and of its likeness to that."""


def normalise(words: str, phrases: Phrases, name: str = "") -> str:
    """Lower-case words without punctuation, contractions, fillers and repetitions."""
    text = words.lower().replace("\u2019", "'").replace(".m.", "m")
    first_name = _name_parts(name)[0]
    text = _rewrite(_padded(WORD.findall(text)), phrases, first_name)
    text = _rewrite(_padded([_split(word, phrases) for word in text.split()]), phrases, first_name)
    replaced = _replace_name(text.split(), name, _common_words(phrases))
    kept = [word for word in replaced if word not in phrases.fillers] or replaced
    return _without_repetitions(_padded(kept))


def _padded(words: list[str]) -> str:
    return f" {' '.join(words)} "


def _name_parts(name: str) -> list[str]:
    return [part for part in re.findall(r"\w+", name.lower()) if len(part) > 1] or [""]


def _rewrite(text: str, phrases: Phrases, first_name: str) -> str:
    """Keep a first name that is spelled like another word, such as Ken and Si."""
    rewrites = {**phrases.rewrites, first_name: first_name}
    return _spellings(phrases).sub(lambda match: f" {rewrites[match[1]]}", text)


@cache
def _spellings(phrases: Phrases) -> re.Pattern[str]:
    longest_first = sorted(phrases.rewrites, key=len, reverse=True)
    return re.compile(rf" ({'|'.join(map(re.escape, longest_first))})(?= )")


def _split(word: str, phrases: Phrases) -> str:
    """Write the ending of a contraction as words of its own."""
    for suffix, meaning in phrases.suffixes.items():
        if word.endswith(suffix) and word != suffix:
            return f"{word.removesuffix(suffix)} {meaning}"
    return word.strip("'")


@cache
def _common_words(phrases: Phrases) -> frozenset[str]:
    """Words that mean more than a surname that resembles them, such as do, an and no."""
    meanings = [*phrases.rewrites.values(), *phrases.suffixes.values()]
    return frozenset(" ".join(meanings).split())


def _replace_name(words: list[str], name: str, common_words: frozenset[str]) -> list[str]:
    first, *others = _name_parts(name)
    surnames = [part for part in others if part not in common_words]
    resembling = {word for word in {*words} - common_words if any(_resembles(word, part) for part in surnames)}
    return [NAME if word in {first, *resembling} else word for word in words]


def _resembles(word: str, part: str) -> bool:
    """Short words resemble too many others, as do and Doe."""
    if word == part or len(word) < MIN_LENGTH:
        return word == part
    return word[0] == part[0] and SequenceMatcher(None, word, part).ratio() >= MIN_SIMILARITY


def _without_repetitions(text: str) -> str:
    """Keep the first of up to three words that are repeated at once."""
    return re.sub(r"(?<= )((?:\S+ ){1,3})\1+", r"\1", text)
