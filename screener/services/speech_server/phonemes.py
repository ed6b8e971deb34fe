"""Texts as the phonemes that Kokoro learned, divided as it takes them."""
# ruff: noqa: RUF001 - phonemes are meant

import re
from collections.abc import Iterable, Iterator

from screener.services.speech_server import espeak

_CLAUSE = re.compile(r"(.+?)([.,;:!?…]+(?=\s|$)|$)", re.DOTALL)
SENTENCE_ENDS = ".!?…"
_SOUNDS = dict(pair.split("=") for pair in "a^ɪ=I a^ʊ=W d^ʒ=ʤ e^ɪ=A t^ʃ=ʧ ɔ^ɪ=Y o^ʊ=O ə^ʊ=Q ^=".split())
"""Sounds as espeak-ng writes them, and as Kokoro learned them."""
_ENGLISH_SOUNDS = _SOUNDS | dict(pair.split("=") for pair in "ɚ=əɹ ᵻ=ɪ ɐ=ə ː=".split())


def sentences_of(text: str, language: str, limit: int) -> Iterator[str]:
    """The phonemes of each sentence. One with more than `limit` is divided at a clause, else anywhere."""
    yield from join_clauses(_clauses_of(text, language), limit)


def join_clauses(clauses: Iterable[str], limit: int) -> Iterator[str]:
    """Join clauses to sentences of at most `limit` letters."""
    sentence = ""
    for clause in clauses:
        if sentence and len(sentence) + len(clause) > limit:
            yield sentence
            sentence = ""
        sentence += clause
        while len(sentence) > limit:
            yield sentence[:limit]
            sentence = sentence[limit:]
        if sentence[-1:] and sentence[-1] in SENTENCE_ENDS:
            yield sentence
            sentence = ""
    if sentence:
        yield sentence


def _clauses_of(text: str, language: str) -> Iterator[str]:
    """The phonemes of each clause, with the punctuation that ends it."""
    sounds = _ENGLISH_SOUNDS if language.lower().startswith("en") else _SOUNDS
    for clause in _CLAUSE.finditer(" ".join(text.split())):
        phonemes = espeak.phonemes_of(clause[1].strip(), language)
        for sound, letter in sounds.items():
            phonemes = phonemes.replace(sound, letter)
        if phonemes:
            yield f" {phonemes}{clause[2][:1]}"
