"""Splits a transcript into passages that a person can pick as evidence, and picked places into quotes."""

import re
from collections.abc import Iterable, Iterator

MAX_PASSAGE_WORDS = 25
"""Transcripts may come without punctuation. A longer passage is divided, so that evidence stays short."""
_SENTENCE_PATTERN = re.compile(r"\S.*?(?:[.!?…]+(?=\s|$)|(?=\n|$))", re.DOTALL)
_WORD_PATTERN = re.compile(r"\S+")


def split_passages(transcript: str) -> list[slice]:
    """Return the sentences of the transcript in their order, long ones in parts of about equal length."""
    sentences = (slice(match.start(), match.end()) for match in _SENTENCE_PATTERN.finditer(transcript))
    return [part for sentence in sentences for part in _divide_sentence(transcript, sentence)]


def _divide_sentence(transcript: str, sentence: slice) -> Iterator[slice]:
    word_spans = [match.span() for match in _WORD_PATTERN.finditer(transcript, sentence.start, sentence.stop)]
    part_count = -(-len(word_spans) // MAX_PASSAGE_WORDS)
    for part_number in range(part_count):
        part = word_spans[
            part_number * len(word_spans) // part_count : (part_number + 1) * len(word_spans) // part_count
        ]
        yield slice(part[0][0], part[-1][1])


def quotes_at(transcript: str, spans: Iterable[slice]) -> list[str]:
    """Return the words at these places, in the order of the transcript. Adjacent passages become one quote."""
    merged_spans: list[slice] = []
    for span in sorted(spans, key=lambda span: (int(span.start), int(span.stop))):
        if merged_spans and not transcript[merged_spans[-1].stop : span.start].strip():
            merged_spans[-1] = slice(merged_spans[-1].start, max(merged_spans[-1].stop, span.stop))
        else:
            merged_spans.append(span)
    return [transcript[span] for span in merged_spans]
