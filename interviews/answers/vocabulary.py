"""The terms of a job that a transcriber may not know: names of tools, products and places, and abbreviations."""

import re
from collections.abc import Iterator

_TERM = re.compile(r"(?<![\w.+#/&-])\.?[^\W\d_][\w]*(?:[.+#/&-]+\w+)*[+#]*")
"""A word, with the symbols in names of tools: C++, C#, .NET, Node.js, CI/CD."""
_SENTENCE_ENDS = ".!?:;\n•*-–—#"  # noqa: RUF001 - dashes open the items of lists


def job_terms(*texts: str) -> tuple[str, ...]:
    """Return the terms of the texts in their order, spelt as they first appear.

    A term looks like no plain word (PostgreSQL, CI/CD, AWS, C++), or is capitalised where no sentence begins, and
    nowhere written in lower case.
    """
    plain_words = {word for text in texts for word in _words_of(text) if word.islower()}
    terms: dict[str, str] = {}
    for text in texts:
        for term in _terms_in(text, plain_words):
            terms.setdefault(term.lower(), term)
    return tuple(terms.values())


def _terms_in(text: str, plain_words: set[str]) -> Iterator[str]:
    for match in _TERM.finditer(text):
        term = match[0]
        is_capitalised = term[0].isupper() and term.lower() not in plain_words
        is_listed = text[match.end() : match.end() + 1] in ("", ",", "\n")
        if _looks_like_name(term) or (is_capitalised and (is_listed or not _begins_sentence(text, match.start()))):
            yield term


def _looks_like_name(term: str) -> bool:
    """Whether a capital letter, a digit or a symbol stands where no plain word has one."""
    has_inner_capital = any(letter.isupper() for letter in term[1:])
    return has_inner_capital or bool(re.search(r"[\d+#]|^\.|\w\.\w", term))


def _begins_sentence(text: str, position: int) -> bool:
    before = text[:position].rstrip(" \t\"'“‘(")  # noqa: RUF001 - typographic quotes
    return not before or before[-1] in _SENTENCE_ENDS


def _words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)
