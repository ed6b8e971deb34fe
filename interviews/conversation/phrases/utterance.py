"""An utterance in the form in which phrases are looked for: plain words, each between two spaces."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache

from interviews.conversation.phrases.sections import Phrases

NAME_MARK = "@name"
"""Stands for the candidate's name or a part of it."""

WORD_PATTERN = re.compile(r"\d+|(?:[^\W\d]|')+")
"""A number is a word of its own: 17h30, 5pm."""

MIN_SIMILARITY = 0.75
MIN_LENGTH = 4
"""Of a word that a recogniser wrote in place of a surname, and of its likeness to that."""


def normalise_words(spoken_words: str, phrases: Phrases, candidate_name: str = "") -> str:
    """Lower-case words without punctuation, contractions, fillers and repetitions."""
    text = fold_letters(spoken_words.lower().replace("\u2019", "'").replace(".m.", "m"), phrases.letters)
    first_name, *other_names = _name_parts(fold_letters(candidate_name.lower(), phrases.letters))
    text = _rewrite_words(_pad_words(WORD_PATTERN.findall(text)), phrases, first_name)
    text = _rewrite_words(_pad_words([_split_contraction(word, phrases) for word in text.split()]), phrases, first_name)
    replaced_words = _replace_name(text.split(), first_name, other_names, _common_words(phrases))
    kept_words = [word for word in replaced_words if word not in phrases.fillers] or replaced_words
    return _without_repetitions(_pad_words(kept_words))


def fold_letters(text: str, letters: Mapping[str, str]) -> str:
    """Replace lower-case letters, so that "acción" and "accion" are the same word."""
    return text.translate(_letter_table(tuple(letters.items()))) if letters else text


@cache
def _letter_table(letters: tuple[tuple[str, str], ...]) -> dict[int, str]:
    return str.maketrans(dict(letters))


def _pad_words(words: list[str]) -> str:
    return f" {' '.join(words)} "


def _name_parts(candidate_name: str) -> list[str]:
    return [part for part in re.findall(r"\w+", candidate_name) if len(part) > 1] or [""]


def _rewrite_words(text: str, phrases: Phrases, first_name: str) -> str:
    """Keep a first name that is spelled like another word, such as Ken and Si."""

    def rewrite(match: re.Match[str]) -> str:
        return match[0] if match[1] == first_name else f" {phrases.rewrites[match[1]]}"

    return _spelling_pattern(phrases).sub(rewrite, text)


@cache
def _spelling_pattern(phrases: Phrases) -> re.Pattern[str]:
    longest_first = sorted(phrases.rewrites, key=len, reverse=True)
    return re.compile(rf" ({'|'.join(map(re.escape, longest_first))})(?= )")


def _split_contraction(word: str, phrases: Phrases) -> str:
    """Write the beginning and the ending of a contraction as words of their own."""
    for prefix, meaning in phrases.prefixes.items():
        if word.startswith(prefix) and word != prefix:
            return f"{meaning} {_split_contraction(word.removeprefix(prefix), phrases)}"
    for suffix, meaning in phrases.suffixes.items():
        if word.endswith(suffix) and word != suffix:
            return f"{word.removesuffix(suffix)} {meaning}"
    return word.strip("'")


@cache
def _common_words(phrases: Phrases) -> frozenset[str]:
    """Words that mean more than a surname that resembles them, such as do, an and no."""
    meanings = [*phrases.rewrites.values(), *phrases.prefixes.values(), *phrases.suffixes.values()]
    return frozenset(" ".join(meanings).split())


def _replace_name(words: list[str], first_name: str, other_names: list[str], common_words: frozenset[str]) -> list[str]:
    surnames = [part for part in other_names if part not in common_words]
    resembling_words = {
        word for word in {*words} - common_words if any(_resembles_name(word, part) for part in surnames)
    }
    return [NAME_MARK if word in {first_name, *resembling_words} else word for word in words]


def _resembles_name(word: str, name_part: str) -> bool:
    """Short words resemble too many others, as do and Doe."""
    if word == name_part or len(word) < MIN_LENGTH:
        return word == name_part
    return word[0] == name_part[0] and SequenceMatcher(None, word, name_part).ratio() >= MIN_SIMILARITY


def _without_repetitions(text: str) -> str:
    """Keep the first of up to three words that are repeated at once."""
    return re.sub(r"(?<= )((?:\S+ ){1,3})\1+", r"\1", text)
