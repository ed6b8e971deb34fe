"""What `make run` writes about an interview: how far it is, and the decision card. Plain text."""

import sys
import textwrap
from collections.abc import Iterator

from interviews.models import Assessment, Interview, InterviewResponse, InterviewResult
from screener.records import Point

WIDTH = 80
MARGIN = "     "


def write_lines(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def clean(text: str) -> str:
    """The text on one line without control characters, so that a candidate's words cannot steer the terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def wrapped(text: str, first: str = "  ", rest: str = "  ") -> list[str]:
    return textwrap.wrap(clean(text), WIDTH, initial_indent=first, subsequent_indent=rest)


def progress(interview: Interview) -> str:
    responses = list(interview.responses.all())
    done = sum(response.status not in response.OPEN for response in responses)
    assessed = sum(response.is_settled for response in responses)
    status = interview.get_status_display()
    return f"{status}: {done} of {len(responses)} questions done, {assessed} assessed"


def decision_card(result: InterviewResult) -> list[str]:
    """The recommendation, the words that each score rests on, and who judged."""
    interview = result.interview
    lines = ["-- Decision card ".ljust(WIDTH, "-"), *_head(result, interview), ""]
    for response in interview.responses.prefetch_related("assessments"):
        lines += [*_answer(response), ""]
    lines += _points("Strengths", "+", result.strengths)
    lines += _points("To improve", "-", result.improvements)
    if result.flags:
        lines += [*wrapped(f"Flags: {', '.join(result.flags)}"), ""]
    return [*lines, *wrapped(result.reasoning), "  The program recommends; a person decides.", "-" * WIDTH]


def _head(result: InterviewResult, interview: Interview) -> list[str]:
    recommendation = result.get_recommendation_display().upper() or "NO RECOMMENDATION"
    score = "no overall score" if result.overall_score is None else f"{result.overall_score:.1f} of 10"
    return [
        *wrapped(f"{interview.candidate.full_name}, for {interview.job.title}"),
        f"  {recommendation}  {score}  (hire from {result.hire_at:.1f}, consider from {result.consider_at:.1f})",
        f"  Coverage: {result.coverage:.0%} of the questions, by weight, have a score",
        f"  Judged by: {clean(result.label)}",
    ]


def _answer(response: InterviewResponse) -> Iterator[str]:
    yield from wrapped(response.question, f"  {response.position + 1}. ", MARGIN)
    assessment = response.current_assessment
    if assessment is None or assessment.score is None:
        reason = (assessment.reason if assessment else "") or response.status_reason or response.get_status_display()
        yield from wrapped(f"No score: {reason}", MARGIN, MARGIN)
        return
    yield f"{MARGIN}Score: {assessment.score:.1f}"
    yield from _grounds(assessment, response.transcript)


def _grounds(assessment: Assessment, transcript: str) -> Iterator[str]:
    """The criterion with the most weight among those with evidence: its first quote and its reason. Then the others."""
    main = max(assessment.criteria, key=lambda criterion: (bool(criterion.quotes), criterion.weight))
    for evidence in main.quotes[:1]:
        yield from wrapped(f"“{transcript[evidence.span]}”", MARGIN, MARGIN)
    yield from wrapped(f"{main.name} {main.score:.1f}: {main.reason}", MARGIN, MARGIN)
    others = [criterion for criterion in assessment.criteria if criterion is not main]
    if others:
        scores = ", ".join(f"{criterion.name} {criterion.score:.1f}" for criterion in others)
        yield from wrapped(f"Also {scores}.", MARGIN, MARGIN)


def _points(title: str, sign: str, points: list[Point]) -> list[str]:
    if not points:
        return []
    lines = [line for point in points for line in wrapped(f"{sign} {point.text} “{point.quote}”", rest="    ")]
    return [f"  {title}", *lines, ""]
