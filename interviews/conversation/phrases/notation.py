"""The notation in which a language file writes phrases, compiled to regular expressions.

One phrase per line. A line is a sequence of words, matched anywhere in an utterance:

    word        this word                       word*       words that begin so
    (a | b)     one of these                    x?          perhaps x: a word, a group or a fragment
    <name>      the fragment of this name       {name}      the same, to be read afterwards
    _           any one word                    #           a number in digits
    ...         up to four words
    !(a | b)    not followed by one of these    ~(a | b)    not after one of these words
    ^           the beginning of the utterance  $           the end of the utterance
"""

import re
from collections.abc import Mapping

PARTS = re.compile(
    r"<(?P<fragment>\w+)>|\{(?P<capture>\w+)\}|~\((?P<behind>[^)]*)\)|(?P<group>!?\()|(?P<mark>\.\.\.|[)|?^$_#])|(?P<word>[\w@']+\*?)|\s+|(?P<bad>.)"
)
MARKS = {
    "...": r"(?: \S+){0,4}?",
    ")": ")",
    "|": "|",
    "?": "?",
    "^": r"\A",
    "$": r"(?= \Z)",
    "_": r" \S+",
    "#": r" \d+",
}
GROUPS = {"(": "(?:", "!(": "(?!"}


def compile_phrases(text: str, fragments: Mapping[str, str]) -> list[re.Pattern[str]]:
    """Compile each line. The patterns match text with a space before every word and one at its end."""
    lines = (line.strip() for line in text.splitlines())
    return [re.compile(_regex(line, fragments)) for line in lines if line]


def _regex(phrase: str, fragments: Mapping[str, str]) -> str:
    return "".join(_part(match, fragments) for match in PARTS.finditer(phrase))


def _part(match: re.Match[str], fragments: Mapping[str, str]) -> str:
    if match["bad"]:
        raise ValueError(f"{match['bad']!r} is not part of the notation: {match.string}")
    if match["fragment"]:
        return f"(?:{_regex(fragments[match['fragment']], fragments)})"
    if match["capture"]:
        return f"(?P<{match['capture']}>{_regex(fragments[match['capture']], fragments)})"
    if match["behind"]:
        return "".join(f"(?<! {re.escape(word.strip())})" for word in match["behind"].split("|"))
    if match["group"]:
        return GROUPS[match["group"]]
    if match["mark"]:
        return MARKS[match["mark"]]
    if match["word"]:
        return _word(match["word"])
    return ""


def _word(word: str) -> str:
    ending = r"\S*" if word.endswith("*") else ""
    return f"(?: {re.escape(word.rstrip('*'))}{ending}(?= ))"
