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
from dataclasses import dataclass

SYMBOL = re.compile(r"<\w+>|\{\w+\}|~\([^)]*\)|!?\(|\.\.\.|[)|?^$_%]|\*?[\w@']+\*?|\S")
MARKS = {"^": r"\A", "$": r"(?= \Z)", "_": r" \S+", "%": r" \d+(?= )", "...": r"(?: \S+){0,4}"}


@dataclass(frozen=True)
class Part:
    """A regular expression and the number of words that it matches at most."""

    regex: str
    width: int


def compile_phrase(phrase: str, fragments: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern matches text with a space before every word and one at its end."""
    return re.compile(_alternatives(iter(SYMBOL.findall(phrase)), fragments).regex)


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
            alternatives[-1].append(Part(f"(?:{part.regex})?", part.width))
        else:
            alternatives[-1].append(_part(symbol, symbols, fragments))
    sequences = [Part("".join(p.regex for p in parts), sum(p.width for p in parts)) for parts in alternatives]
    sequences.sort(key=lambda sequence: -sequence.width)
    return Part("|".join(sequence.regex for sequence in sequences), sequences[0].width)


def _part(symbol: str, symbols: Iterator[str], fragments: Mapping[str, str]) -> Part:
    match symbol:
        case "(":
            group = _alternatives(symbols, fragments)
            return Part(f"(?:{group.regex})", group.width)
        case "!(":
            return Part(f"(?!{_alternatives(symbols, fragments).regex})", 0)
        case "^" | "$" | "_" | "%" | "...":
            return Part(MARKS[symbol], 1)
        case _:
            return _named_part(symbol, fragments)


def _named_part(symbol: str, fragments: Mapping[str, str]) -> Part:
    name = symbol[1:-1]
    if symbol.startswith("<"):
        fragment = _alternatives(iter(SYMBOL.findall(fragments[name])), fragments)
        return Part(f"(?:{fragment.regex})", fragment.width)
    if symbol.startswith("{"):
        fragment = _alternatives(iter(SYMBOL.findall(fragments[name])), fragments)
        return Part(f"(?P<{name}>{fragment.regex})", fragment.width)
    if symbol.startswith("~"):
        words = (re.escape(word.strip()) for word in symbol[2:-1].split("|"))
        return Part("".join(f"(?<! {word})" for word in words), 0)
    if not re.fullmatch(r"\*?[\w@']+\*?", symbol):
        raise ValueError(f"{symbol!r} is not part of the notation of phrases.")
    beginning = r"\S*" if symbol.startswith("*") else ""
    ending = r"\S*" if symbol.endswith("*") else ""
    return Part(f" {beginning}{re.escape(symbol.strip('*'))}{ending}(?= )", 1)
