"""The notation in which a language file writes phrases, compiled to regular expressions.

A phrase is a sequence of words, matched anywhere in an utterance:

    word        this word                       word*, *word    words that begin or end so
    (a | b)     one of these                    x?              perhaps x: a word, a group or a fragment
    <name>      the fragment of this name       {name}          the same, to be read afterwards
    _           any one word                    %               a number in digits
    ...         up to four words
    !(a | b)    not followed by one of these    ~(a | b)        not after one of these words
    ^           the beginning of the utterance  $               the end of the utterance
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

SYMBOL = re.compile(r"<\w+>|\{\w+\}|~\([^)]*\)|!?\(|\.\.\.|[)|?^$_%]|\*?[\w@']+\*?|\S")
MARKS = {"^": r"\A", "$": r"(?= \Z)", "_": r" \S+", "%": r" \d+(?= )", "...": r"(?: \S+){0,4}"}


ANY = "*"
"""A first word that may be any word."""


@dataclass(frozen=True)
class Part:
    """A regular expression, the words with which a match begins, and how many words it has.

    A word that may be missing counts half.
    """

    regex: str
    width: float = 0
    starts: frozenset[str] = frozenset()
    missing: bool = False
    """Whether it may match nothing."""


@dataclass(frozen=True)
class CompiledPhrase:
    """Matches text with a space before every word and one at its end, if that has one of the first words."""

    regex: str
    starts: frozenset[str]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled at its first use: a language has hundreds of phrases, an utterance calls for a few."""
        return re.compile(self.regex)


def compile_phrase(phrase: str, fragments: Mapping[str, str]) -> CompiledPhrase:
    part = _alternatives(iter(SYMBOL.findall(phrase)), fragments)
    return CompiledPhrase(part.regex, frozenset({ANY}) if part.missing else part.starts)


def split_alternatives(phrase: str) -> list[str]:
    """Return the alternatives of a phrase, each a phrase: every one is looked for, not only the first that matches."""
    alternatives, depth = [""], 0
    for symbol in SYMBOL.findall(phrase):
        depth += symbol.endswith("(") - (symbol == ")")
        if symbol == "|" and depth == 0:
            alternatives.append("")
        else:
            alternatives[-1] += f" {symbol}"
    return alternatives


def _alternatives(symbols: Iterator[str], fragments: Mapping[str, str]) -> Part:
    """Read up to the closing bracket. The widest alternative comes first, since the first that matches counts."""
    alternatives: list[list[Part]] = [[]]
    for symbol in symbols:
        if symbol == ")":
            break
        if symbol == "|":
            alternatives.append([])
        elif symbol == "?":
            part = alternatives[-1].pop()
            alternatives[-1].append(Part(f"(?:{part.regex})?", part.width / 2, part.starts, missing=True))
        else:
            alternatives[-1].append(_part(symbol, symbols, fragments))
    sequences = sorted(map(_sequence, alternatives), key=lambda sequence: -sequence.width)
    return Part(
        "|".join(sequence.regex for sequence in sequences),
        sequences[0].width,
        frozenset().union(*(sequence.starts for sequence in sequences)),
        missing=any(sequence.missing for sequence in sequences),
    )


def _sequence(parts: list[Part]) -> Part:
    first = next((index for index, part in enumerate(parts) if not part.missing), len(parts))
    return Part(
        "".join(part.regex for part in parts),
        sum(part.width for part in parts),
        frozenset().union(*(part.starts for part in parts[: first + 1])),
        missing=first == len(parts),
    )


def _part(symbol: str, symbols: Iterator[str], fragments: Mapping[str, str]) -> Part:
    match symbol:
        case "(":
            group = _alternatives(symbols, fragments)
            return replace(group, regex=f"(?:{group.regex})")
        case "!(":
            return Part(f"(?!{_alternatives(symbols, fragments).regex})", missing=True)
        case "^" | "$":
            return Part(MARKS[symbol], missing=True)
        case "_" | "%" | "...":
            return Part(MARKS[symbol], 1, frozenset({ANY}), missing=symbol == "...")
        case _:
            return _named_part(symbol, fragments)


def _named_part(symbol: str, fragments: Mapping[str, str]) -> Part:
    name = symbol[1:-1]
    if symbol.startswith("~"):
        words = (re.escape(word.strip()) for word in symbol[2:-1].split("|"))
        return Part("".join(f"(?<! {word})" for word in words), missing=True)
    if symbol.startswith(("<", "{")):
        fragment = _alternatives(iter(SYMBOL.findall(fragments[name])), fragments)
        label = f"?P<{name}>" if symbol.startswith("{") else "?:"
        return replace(fragment, regex=f"({label}{fragment.regex})")
    return _word(symbol)


def _word(symbol: str) -> Part:
    if not re.fullmatch(r"\*?[\w@']+\*?", symbol):
        raise ValueError(f"{symbol!r} is not part of the notation of phrases.")
    word = symbol.strip("*")
    beginning = r"\S*" if symbol.startswith("*") else ""
    ending = r"\S*" if symbol.endswith("*") else ""
    return Part(f" {beginning}{re.escape(word)}{ending}(?= )", 1, frozenset({word if word == symbol else ANY}))
