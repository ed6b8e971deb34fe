"""A transcript in pieces: the words that each criterion rests on, and the second at which each piece is spoken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from interviews.records import CriterionRecord


@dataclass(frozen=True)
class Piece:
    """Consecutive words of a transcript. `criteria`: the numbers of the criteria that rest on them."""

    text: str
    criteria: tuple[int, ...]
    second: float | None

    @property
    def criteria_value(self) -> str:
        """The criteria as an HTML attribute holds them."""
        return " ".join(map(str, self.criteria))


@dataclass(frozen=True)
class TimedSpan:
    """Where in a transcript the words stand that are spoken from this second."""

    start: int
    end: int
    second: float


def split_into_pieces(
    transcript: str, criteria: Iterable[CriterionRecord], timed_spans: list[TimedSpan]
) -> Iterator[Piece]:
    """Split the transcript where a quote or a timed span begins or ends. The pieces together are the transcript."""
    quotes = [
        (number, evidence.transcript_span)
        for number, criterion in enumerate(criteria, 1)
        for evidence in criterion.verified_evidence
        if evidence.transcript_span.stop > evidence.transcript_span.start
    ]
    bounds = {0, len(transcript)}
    bounds |= {min(bound, len(transcript)) for _, span in quotes for bound in (span.start, span.stop)}
    bounds |= {bound for span in timed_spans for bound in (span.start, span.end)}
    for start, end in pairwise(sorted(bounds)):
        resting = {number for number, span in quotes if span.start <= start and end <= span.stop}
        yield Piece(transcript[start:end], tuple(sorted(resting)), second_at(timed_spans, start))


def second_at(timed_spans: Iterable[TimedSpan], place: int) -> float | None:
    """The second at which the words at this place are spoken; None where no time is known."""
    return next((span.second for span in timed_spans if span.start <= place < span.end), None)


def find_timed_spans(transcript: str, times: Any) -> list[TimedSpan]:
    """Find the timed texts of a transcription in its transcript, in their order. Texts that it lacks are left out.

    A transcriber may return times in a form of its own, or none.
    """
    spans: list[TimedSpan] = []
    place = 0
    for entry in times if isinstance(times, list) else ():
        text, second = _text_and_second(entry)
        start = transcript.find(text, place) if text else -1
        if start < 0:
            continue
        place = start + len(text)
        spans.append(TimedSpan(start, place, second))
    return spans


def _text_and_second(entry: Any) -> tuple[str, float]:
    if not isinstance(entry, Mapping):
        return "", 0
    text, second = entry.get("text"), entry.get("start")
    return (text, float(second)) if isinstance(text, str) and isinstance(second, int | float) else ("", 0)
