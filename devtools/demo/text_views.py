"""The progress of an interview and its decision card, as plain text."""

import sys
import textwrap
from collections.abc import Iterator

from interviews.flags import Flag
from interviews.models import Assessment, Interview, InterviewResponse, InterviewResult
from screener.records import Point

WIDTH = 80
MARGIN = "     "


def write_lines(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def clean_line(text: str) -> str:
    """Return the text on one line without control characters, so that candidates cannot control the terminal."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def wrap_lines(text: str, first: str = "  ", rest: str = "  ") -> list[str]:
    return textwrap.wrap(clean_line(text), WIDTH, initial_indent=first, subsequent_indent=rest)


def progress_line(interview: Interview) -> str:
    responses = list(interview.responses.all())
    done = sum(response.status not in response.OPEN for response in responses)
    assessed = sum(response.is_settled for response in responses)
    status = interview.get_status_display()
    return f"{status}: {done} of {len(responses)} questions done, {assessed} assessed"


def decision_card(result: InterviewResult) -> list[str]:
    """Return the recommendation, each score with its evidence, and the interviewer that judged."""
    interview = result.interview
    lines = ["-- Decision card ".ljust(WIDTH, "-"), *_card_head(result, interview), ""]
    for response in interview.responses.prefetch_related("assessments"):
        lines += [*_answer_lines(response), ""]
    lines += _point_lines("Strengths", "+", result.strengths)
    lines += _point_lines("To improve", "-", result.improvements)
    if result.flags:
        lines += [*wrap_lines(f"Flags: {', '.join(result.flags)}"), ""]
    return [*lines, *wrap_lines(result.reasoning), "  The program recommends; a person decides.", "-" * WIDTH]


def _card_head(result: InterviewResult, interview: Interview) -> list[str]:
    recommendation = result.get_recommendation_display().upper() or "NO RECOMMENDATION"
    score = "no overall score" if result.overall_score is None else f"{result.overall_score:.1f} of 10"
    return [
        *wrap_lines(f"{interview.candidate.full_name}, for {interview.job.title}"),
        f"  {recommendation}  {score}  (hire from {result.hire_at:.1f}, consider from {result.consider_at:.1f})",
        f"  Coverage: {result.coverage:.0%} of the questions, by weight, have a score",
        *([f"  Judged by: {clean_line(result.label)}"] if result.label else []),
    ]


def _answer_lines(response: InterviewResponse) -> Iterator[str]:
    yield from wrap_lines(response.question, f"  {response.position + 1}. ", MARGIN)
    assessment = response.current_assessment
    if assessment is None or assessment.score is None:
        yield from wrap_lines(f"No score: {_missing_score_reason(response, assessment)}", MARGIN, MARGIN)
        return
    yield f"{MARGIN}Score: {assessment.score:.1f}"
    yield from _score_lines(assessment, response.transcript)


def _missing_score_reason(response: InterviewResponse, assessment: Assessment | None) -> str:
    if response.status == InterviewResponse.Status.TRANSCRIBED:
        return str(Flag.WAITING_FOR_PERSON.label)
    return (assessment.reason if assessment else "") or response.status_reason or response.get_status_display()


def _score_lines(assessment: Assessment, transcript: str) -> Iterator[str]:
    """Yield the heaviest criterion that has evidence, with its first quote and its reason; then the other scores."""
    main = max(assessment.criteria, key=lambda criterion: (bool(criterion.verified_evidence), criterion.weight))
    for evidence in main.verified_evidence[:1]:
        yield from wrap_lines(f"“{transcript[evidence.transcript_span]}”", MARGIN, MARGIN)
    yield from wrap_lines(f"{main.name} {main.score:.1f}: {main.reason}", MARGIN, MARGIN)
    others = [criterion for criterion in assessment.criteria if criterion is not main]
    if others:
        scores = ", ".join(f"{criterion.name} {criterion.score:.1f}" for criterion in others)
        yield from wrap_lines(f"Also {scores}.", MARGIN, MARGIN)


def _point_lines(title: str, sign: str, points: list[Point]) -> list[str]:
    if not points:
        return []
    lines = [line for point in points for line in wrap_lines(f"{sign} {point.text} “{point.quote}”", rest="    ")]
    return [f"  {title}", *lines, ""]
