"""The notation in which a language file writes phrases, compiled to regular expressions.

A phrase is a sequence of words, matched anywhere in an utterance:

    word        this word                       word*, *word    words that begin or end so
    (a | b)     one of these                    x?              perhaps x: a word, a group or a fragment
    x+          x once or several times
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

SYMBOL_PATTERN = re.compile(r"<\w+>|\{\w+\}|~\([^)]*\)|!?\(|\.\.\.|[)|?+^$_%]|\*?[\w@']+\*?|\S")
MARK_REGEXES = {"^": r"\A", "$": r"(?= \Z)", "_": r" \S+", "%": r" \d+(?= )", "...": r"(?: \S+){0,4}"}

MAX_REPEATED = 6

ANY_WORD = "*"
"""A first word that may be any word. One such as call* may be any word that begins so."""


@dataclass(frozen=True)
class RegexPart:
    """A regular expression, the words with which a match begins, and how many words it has.

    A word that may be missing counts half.
    """

    regex: str
    width: float = 0
    first_words: frozenset[str] = frozenset()
    may_be_missing: bool = False
    """Whether it may match no word at all."""


@dataclass(frozen=True)
class CompiledPhrase:
    """Matches text with a space before every word and one at its end, if that has one of the first words."""

    regex: str
    first_words: frozenset[str]

    @cached_property
    def compiled_pattern(self) -> re.Pattern[str]:
        """Compiled at its first use: a language has hundreds of phrases, an utterance calls for a few."""
        return re.compile(self.regex)


def compile_phrase(phrase: str, fragments: Mapping[str, str]) -> CompiledPhrase:
    part = _read_alternatives(iter(SYMBOL_PATTERN.findall(phrase)), fragments)
    return CompiledPhrase(part.regex, frozenset({ANY_WORD}) if part.may_be_missing else part.first_words)


def split_alternatives(phrase: str) -> list[str]:
    """Return the alternatives of a phrase, each a phrase: every one is looked for, not only the first that matches."""
    alternatives, depth = [""], 0
    for symbol in SYMBOL_PATTERN.findall(phrase):
        depth += symbol.endswith("(") - (symbol == ")")
        if symbol == "|" and depth == 0:
            alternatives.append("")
        else:
            alternatives[-1] += f" {symbol}"
    return alternatives


def _read_alternatives(symbols: Iterator[str], fragments: Mapping[str, str]) -> RegexPart:
    """Read up to the closing bracket. The widest alternative comes first, since the first that matches counts."""
    alternatives: list[list[RegexPart]] = [[]]
    for symbol in symbols:
        if symbol == ")":
            break
        if symbol == "|":
            alternatives.append([])
        elif symbol == "?":
            part = alternatives[-1].pop()
            alternatives[-1].append(
                RegexPart(f"(?:{part.regex})?", part.width / 2, part.first_words, may_be_missing=True)
            )
        elif symbol == "+":
            part = alternatives[-1].pop()
            alternatives[-1].append(replace(part, regex=f"(?:{part.regex}){{1,{MAX_REPEATED}}}"))
        else:
            alternatives[-1].append(_read_part(symbol, symbols, fragments))
    sequences = sorted(map(_join_parts, alternatives), key=lambda sequence: -sequence.width)
    return RegexPart(
        "|".join(sequence.regex for sequence in sequences),
        sequences[0].width,
        frozenset().union(*(sequence.first_words for sequence in sequences)),
        may_be_missing=any(sequence.may_be_missing for sequence in sequences),
    )


def _join_parts(parts: list[RegexPart]) -> RegexPart:
    first_index = next((index for index, part in enumerate(parts) if not part.may_be_missing), len(parts))
    return RegexPart(
        "".join(part.regex for part in parts),
        sum(part.width for part in parts),
        frozenset().union(*(part.first_words for part in parts[: first_index + 1])),
        may_be_missing=first_index == len(parts),
    )


def _read_part(symbol: str, symbols: Iterator[str], fragments: Mapping[str, str]) -> RegexPart:
    match symbol:
        case "(":
            group = _read_alternatives(symbols, fragments)
            return replace(group, regex=f"(?:{group.regex})")
        case "!(":
            return RegexPart(f"(?!{_read_alternatives(symbols, fragments).regex})", may_be_missing=True)
        case "^" | "$":
            return RegexPart(MARK_REGEXES[symbol], may_be_missing=True)
        case "_" | "%" | "...":
            return RegexPart(MARK_REGEXES[symbol], 1, frozenset({ANY_WORD}), may_be_missing=symbol == "...")
        case _:
            return _named_part(symbol, fragments)


def _named_part(symbol: str, fragments: Mapping[str, str]) -> RegexPart:
    fragment_name = symbol[1:-1]
    if symbol.startswith("~"):
        excluded_words = (re.escape(word.strip()) for word in symbol[2:-1].split("|"))
        return RegexPart("".join(f"(?<! {word})" for word in excluded_words), may_be_missing=True)
    if symbol.startswith(("<", "{")):
        fragment = _read_alternatives(iter(SYMBOL_PATTERN.findall(fragments[fragment_name])), fragments)
        group_label = f"?P<{fragment_name}>" if symbol.startswith("{") else "?:"
        return replace(fragment, regex=f"({group_label}{fragment.regex})")
    return _read_word(symbol)


def _read_word(symbol: str) -> RegexPart:
    if not re.fullmatch(r"\*?[\w@']+\*?", symbol):
        raise ValueError(f"{symbol!r} is not part of the notation of phrases.")
    word = symbol.strip("*")
    beginning = r"\S*" if symbol.startswith("*") else ""
    ending = r"\S*" if symbol.endswith("*") else ""
    first_words = frozenset({ANY_WORD if beginning else symbol})
    return RegexPart(f" {beginning}{re.escape(word)}{ending}(?= )", 1, first_words)
