"""Finds a quote in the transcript that it is cited from, and judges whether it can support a score."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, groupby

from interviews.flags import Flag
from screener.services.interviewer.prompt_injection import injection_spans

MIN_QUOTE_WORDS = 3
FILLER_WORDS = frozenset(
    "um umm uhm uh huh er erm ah eh hm hmm mm mhm like so well okay ok yeah yep yes no nope you know i mean".split()
)
_STOP_WORDS = FILLER_WORDS | frozenset(
    """a about all also an and any are as at be because been but by can could couldn d did didn do does doesn don for
    from had hadn has hasn have haven he her him his how if in into is isn it its just ll m me more most my not of on
    or our out re really s she should shouldn some such t than that the their them then there these they this those to
    too up us ve very was wasn we were weren what when where which while who why will with would wouldn your""".split()
)
"""English words that support no score by themselves, split at apostrophes. In other languages every word counts."""
_ELLIPSIS_PATTERN = re.compile(r"\[?(?:…|\.{3,})\]?")


def find_quote(quote: str, redacted_transcript: str, original_transcript: str) -> list[slice]:
    """Return where the quote is in the transcript, ignoring case, punctuation and spacing; empty if it is not there.

    `redacted` is the transcript that was sent to the interviewer. `original` is the same text before redaction; both
    have the same length, so that a span of one is a span of the other.

    A quote with an ellipsis ("I led … twelve services") is found if its parts are found in their order. Each part has
    a span of its own, because the reviewer must not read two sentences as one. Of several occurrences the first one
    outside of prompt injections is returned, else the first.
    """
    injections = injection_spans(original_transcript)
    index = _word_index(redacted_transcript)
    quote_parts = [part for part in _ELLIPSIS_PATTERN.split(quote) if part.strip()]
    return (
        _find_parts([quote], index, excluded=injections)
        or _find_parts(quote_parts, index, excluded=injections)
        or _find_parts(quote_parts, index, excluded=())
    )


def _find_parts(quote_parts: list[str], word_index: "_WordIndex", *, excluded: tuple[slice, ...]) -> list[slice]:
    part_spans: list[slice] = []
    for part in quote_parts:
        occurrences = word_index.find_words(part, after=part_spans[-1].stop if part_spans else 0)
        first_span = next(occurrences, None)
        if first_span is None:
            return []
        part_spans.append(
            next((span for span in chain([first_span], occurrences) if not _overlaps_any(span, excluded)), first_span)
        )
    return part_spans


def _overlaps_any(span: slice, other_spans: tuple[slice, ...]) -> bool:
    return any(other_span.start < span.stop and span.start < other_span.stop for other_span in other_spans)


def quote_problem(span: slice, redacted_transcript: str, original_transcript: str) -> Flag | None:
    """Return why no score may rest on these words of the transcript. The texts are those of `find_quote`."""
    if _overlaps_any(span, injection_spans(original_transcript)):
        return Flag.QUOTE_TALKS_TO_THE_SCORER
    return None if has_substance(span, redacted_transcript) else Flag.QUOTE_SAYS_NOTHING


def has_substance(span: slice, text: str) -> bool:
    """Whether these are at least three words, or all words of a shorter text, and not only stop words."""
    span_words = [word for word, _ in _iter_words(text[span])]
    is_long_enough = len(span_words) >= MIN_QUOTE_WORDS or span_words == _word_index(text).words
    return is_long_enough and any(word not in _STOP_WORDS for word in span_words)


class _WordIndex:
    """The words of a text, joined into one line. One string search finds a run of words."""

    def __init__(self, text: str) -> None:
        entries = list(_iter_words(text))
        self.words = [word for word, _ in entries]
        self._spans = [span for _, span in entries]
        self._line = _join_words(self.words)
        self._offsets = [0]
        for word in self.words:
            self._offsets.append(self._offsets[-1] + len(word) + 1)

    def find_words(self, quote: str, *, after: int) -> Iterator[slice]:
        """Yield the span of each occurrence that begins after this place in the text, in order."""
        quote_words = [word for word, _ in _iter_words(quote)]
        first_word = bisect_right(self._spans, after, key=lambda span: int(span.start)) if after else 0
        line_offset = self._line.find(_join_words(quote_words), self._offsets[first_word]) if quote_words else -1
        while line_offset >= 0:
            first_word = bisect_right(self._offsets, line_offset) - 1
            yield slice(self._spans[first_word].start, self._spans[first_word + len(quote_words) - 1].stop)
            line_offset = self._line.find(_join_words(quote_words), line_offset + 1)


@lru_cache(maxsize=8)
def _word_index(text: str) -> _WordIndex:
    """Cached, because all quotes of a response are looked up in the same text."""
    return _WordIndex(text)


def _join_words(words: list[str]) -> str:
    """Put a line break around each word, so that "elve" is not found in "twelve"."""
    return "".join(f"\n{word}" for word in words) + "\n"


def _iter_words(text: str) -> Iterator[tuple[str, slice]]:
    """Yield each word in lower case and compatibility form (NFKC), with its span in `text`.

    A character that stands for several words ("½") gives each of them the span of the whole run.
    """
    for is_word, run in groupby(enumerate(text), key=lambda entry: _is_word_character(entry[1])):
        if is_word:
            character_places = [place for place, _ in run]
            span = slice(character_places[0], character_places[-1] + 1)
            folded_text = unicodedata.normalize("NFKC", text[span]).casefold()
            for is_still_word, characters in groupby(
                unicodedata.normalize("NFKC", folded_text), key=_is_word_character
            ):
                if is_still_word:
                    yield "".join(characters), span


def _is_word_character(character: str) -> bool:
    """Whether it is a letter, a digit, or an accent or vowel sign of one."""
    return character.isalnum() or unicodedata.category(character).startswith("M")
