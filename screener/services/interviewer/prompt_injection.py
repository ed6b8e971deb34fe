"""Finds instructions to the scorer (prompt injection) in transcripts and job texts.

A hint for HR, not the defence: that is the fence in the prompt and the verification of quotes. The patterns in
`prompt_injection.txt` are few and precise. A match lowers no score: HR is told, no score rests on the matching words,
and the answer is also scored without them. Reported speech ("my manager said, ignore the previous instructions") does
not match.
"""
# ruff: noqa: RUF001 - look-alike characters are meant

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

LONGEST_SPAN = 30
"""Words. Speech-to-text may give no full stops; of a longer sentence only the match and the words after it count."""
REPORT_DISTANCE = 40
"""Characters before a match in which reported speech is looked for."""

LOOK_ALIKES = str.maketrans(
    "аеорсхуіјѕԁһкмтпгвНВКМТΑΒΕΖΗΙΚΜΝΟΡΤΥΧоοναειρυτκχɡոսօ’", "aeopcxyijsdhkmtnrbHBKMTABEZHIKMNOPTYXoovaeiputkxgnuo'"
)
_LATIN_WORD = re.compile(r"\w*[a-z’]\w*", re.I)
"""A word with Latin letters, in which a letter of another script is a look-alike."""
_SENTENCE_END = re.compile(r"(?<=[.!?。！？।])\s+|(?<=[。！？।])|\x00+|\n\s*(?=[^a-z\s])|\Z")
_SPAN = re.compile(rf"\S+(?:\s+\S+){{0,{LONGEST_SPAN - 1}}}")


def _read_sections() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[([a-z ]+)\]", line):
            lines = sections.setdefault(heading[1], [])
        elif line and not line.startswith("# "):
            lines.append(line)
    return sections


def _compile(patterns: Iterable[str], fragments: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(_expand(pattern, fragments) for pattern in patterns).replace(" ", r"\s"), re.I)


def _expand(pattern: str, fragments: dict[str, str]) -> str:
    return re.sub(r"<([A-Z]+)>", lambda name: f"(?:{fragments[name[1]]})", pattern)


def _read_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """(injection, reported speech)."""
    sections = _read_sections()
    fragments: dict[str, str] = {}
    for line in sections.pop("fragments"):
        name, _, pattern = line.partition(" = ")
        fragments[name] = _expand(pattern, fragments)
    reported = sections.pop("reported speech")
    return _compile((line for lines in sections.values() for line in lines), fragments), _compile(reported, fragments)


_INJECTION, _REPORTED = _read_patterns()


def has_injection(text: str) -> bool:
    return bool(injection_spans(text))


def without_injections(redacted: str, original: str) -> str:
    """Blank out the sentences that instruct the scorer. They are looked for in the text before redaction."""
    kept = list(redacted)
    for span in injection_spans(original):
        kept[span] = " " * (span.stop - span.start)
    return "".join(kept)


@lru_cache(maxsize=64)
def injection_spans(text: str) -> tuple[slice, ...]:
    """The place of each sentence that instructs the scorer.

    Cached, because each quote of an answer is compared with the same answer.
    """
    latin, places = _to_latin(text)
    return tuple(slice(places[begin], places[end - 1] + 1) for begin, end in _find_matches(latin))


def _to_latin(text: str) -> tuple[str, list[int]]:
    """The text in Latin letters, with single spaces, without invisible characters; and each character's place."""
    characters: list[str] = []
    places: list[int] = []
    for place, original in enumerate(text):
        for character in unicodedata.normalize("NFKC", original):
            if unicodedata.category(character) == "Cf":
                continue
            if character.isspace() and characters and characters[-1].isspace():
                characters[-1] = "\n" if "\n" in (character, characters[-1]) else " "
            else:
                characters.append(character)
                places.append(place)
    return _LATIN_WORD.sub(lambda word: word[0].translate(LOOK_ALIKES), "".join(characters)), places


def _find_matches(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        for begin, stop in _find_in_sentence(text[start : end.start()]):
            yield start + begin, start + stop
        start = end.end()


def _find_in_sentence(sentence: str) -> Iterator[tuple[int, int]]:
    matches = [match.start() for match in _INJECTION.finditer(sentence)]
    orders = [start for start in matches if not _REPORTED.search(sentence, max(0, start - REPORT_DISTANCE), start)]
    if orders and len(sentence.split()) <= LONGEST_SPAN:
        yield 0, len(sentence)
        return
    for start in orders:
        if span := _SPAN.search(sentence, start):
            yield span.span()
