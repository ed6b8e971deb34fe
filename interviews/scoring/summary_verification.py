"""Verifies the summary of an interviewer: a statement stays only with a quote from an answer that may support it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop

from interviews.flags import Flag
from interviews.models.result import Recommendation
from interviews.scoring.quote_verification import find_quote, quote_problem
from screener.records import Point
from screener.services.interviewer.protocol import Summary

MIN_STRENGTH_SCORE = 6.5
"""Strengths rest on answers with at least this score, improvements on the others."""
NO_SUPPORTED_STATEMENT = gettext_noop("No statement about this interview is supported by a quote. Read the answers.")


@dataclass(frozen=True)
class VerifiedSummary:
    reasoning: str = ""
    grounds: list[Point] = field(default_factory=list)
    strengths: list[Point] = field(default_factory=list)
    improvements: list[Point] = field(default_factory=list)
    flags: frozenset[str] = frozenset()


TranscriptsByPosition = Mapping[int, str]
"""Transcripts by the position of their question."""


def verify_summary(
    summary: Summary,
    redacted_transcripts: TranscriptsByPosition,
    original_transcripts: TranscriptsByPosition,
    scores: Mapping[int, float],
    recommendation: str,
) -> VerifiedSummary:
    """Keep the statements whose quotes are in answers that may support them, and flag the rest."""
    strong_transcripts = {
        position: text for position, text in redacted_transcripts.items() if scores[position] >= MIN_STRENGTH_SCORE
    }
    weak_transcripts = {
        position: text for position, text in redacted_transcripts.items() if position not in strong_transcripts
    }
    grounds, ground_flags = _verify_points(summary.reasoning, redacted_transcripts, original_transcripts)
    strengths, strength_flags = _verify_points(summary.strengths, strong_transcripts, original_transcripts)
    improvements, improvement_flags = _verify_points(summary.improvements, weak_transcripts, original_transcripts)
    contradictions = _contradiction_flags(summary.opinion, strengths, improvements, recommendation)
    return VerifiedSummary(
        reasoning=" ".join(point.text for point in grounds) or NO_SUPPORTED_STATEMENT,
        grounds=grounds,
        strengths=strengths,
        improvements=improvements,
        flags=frozenset(ground_flags | strength_flags | improvement_flags | contradictions),
    )


def _verify_points(
    points: Iterable[Point], redacted_transcripts: TranscriptsByPosition, original_transcripts: TranscriptsByPosition
) -> tuple[list[Point], set[str]]:
    verified_points = [_verify_point(point, redacted_transcripts, original_transcripts) for point in points]
    return [point for point, _ in verified_points if point], {flag for _, flags in verified_points for flag in flags}


def _verify_point(
    point: Point, redacted_transcripts: TranscriptsByPosition, original_transcripts: TranscriptsByPosition
) -> tuple[Point | None, set[str]]:
    """Return the statement with its quote as it was spoken, or None and the flags that say why it is left out."""
    redacted_transcript = redacted_transcripts.get(point.position, "")
    original_transcript = original_transcripts.get(point.position, "")
    spans = find_quote(point.quote, redacted_transcript, original_transcript) if redacted_transcript else []
    problems = {quote_problem(span, redacted_transcript, original_transcript) for span in spans}
    if None in problems and Flag.QUOTE_TALKS_TO_THE_SCORER not in problems:
        joined_quote = " … ".join(original_transcript[span] for span in spans)
        return Point(text=point.text, position=point.position, quote=joined_quote), set()
    return None, {Flag.POINT_WITHOUT_QUOTE_LEFT_OUT, *(problem for problem in problems if problem)}


def _contradiction_flags(
    opinion: str, strengths: list[Point], improvements: list[Point], recommendation: str
) -> set[str]:
    """Return where the summary does not fit the recommendation, which comes from the score and the thresholds."""
    flags: set[str] = {Flag.CONTRADICTS_THRESHOLDS} if opinion != recommendation else set()
    if recommendation == Recommendation.HIRE and not strengths:
        flags.add(Flag.HIRE_WITHOUT_STRENGTHS)
    if recommendation == Recommendation.REJECT and strengths and not improvements:
        flags.add(Flag.REJECT_WITH_STRENGTHS_ONLY)
    return flags
