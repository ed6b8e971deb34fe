"""Splits a transcript into passages that a person can pick as evidence, and picked places into quotes."""

import re
from collections.abc import Iterable, Iterator

MAX_PASSAGE_WORDS = 25
"""Transcripts may come without punctuation. A longer passage is divided, so that evidence stays short."""
_SENTENCE = re.compile(r"\S.*?(?:[.!?…]+(?=\s|$)|(?=\n|$))", re.DOTALL)
_WORD = re.compile(r"\S+")


def split_passages(transcript: str) -> list[slice]:
    """Return the sentences of the transcript in their order, long ones in parts of about equal length."""
    sentences = (slice(match.start(), match.end()) for match in _SENTENCE.finditer(transcript))
    return [part for sentence in sentences for part in _divide(transcript, sentence)]


def _divide(transcript: str, sentence: slice) -> Iterator[slice]:
    words = [match.span() for match in _WORD.finditer(transcript, sentence.start, sentence.stop)]
    part_count = -(-len(words) // MAX_PASSAGE_WORDS)
    for number in range(part_count):
        part = words[number * len(words) // part_count : (number + 1) * len(words) // part_count]
        yield slice(part[0][0], part[-1][1])


def quotes_at(transcript: str, spans: Iterable[slice]) -> list[str]:
    """Return the words at these places, in the order of the transcript. Adjacent passages become one quote."""
    merged: list[slice] = []
    for span in sorted(spans, key=lambda span: (int(span.start), int(span.stop))):
        if merged and not transcript[merged[-1].stop : span.start].strip():
            merged[-1] = slice(merged[-1].start, max(merged[-1].stop, span.stop))
        else:
            merged.append(span)
    return [transcript[span] for span in merged]
