"""Conversations and results as text. Pure functions: what they are given, they put into lines."""

import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from devtools.demo.terminal import Ink
from interviews.models import Assessment, Interview, InterviewResponse, InterviewResult
from interviews.models.result import Recommendation

NAME_WIDTH = 11
INDENT = "    "
BAR_WIDTH = 24
STATUSES = {
    "ringing": "the phone rings",
    "in-progress": "somebody picks up",
    "completed": "the call is over",
    "busy": "the line is busy",
    "no-answer": "nobody picks up",
    "failed": "the call fails",
    "canceled": "the call is called off",
}


def clean(text: str) -> str:
    """On one line and without control characters: what others wrote must not steer the reader's terminal."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(clean(text), width, initial_indent=first, subsequent_indent=rest) or [first]


# --- The conversation ----------------------------------------------------------------------------------


def spoken(entry: dict[str, Any], name: str, ink: Ink, width: int) -> list[str]:
    """The lines for one entry of a call's log at the simulated phone network; none for what is not heard or seen."""
    match entry:
        case {"event": "heard" | "played", "text": str(text)}:
            return _line("Screener", text or "(plays a sound)", ink.blue, width)
        case {"event": "said", "text": str(text)}:
            return _line(name, text or "(sounds, but no words)", ink.green, width)
        case {"event": "pressed", "keys": str(keys)}:
            return _line(name, f"(presses {keys})", ink.green, width)
        case {"event": "hangup", "by": "callee"}:
            return _line(name, "(hangs up)", ink.green, width)
        case {"event": "status", "status": str(status)} if status in STATUSES:
            return _line("", f"({STATUSES[status]})", ink.dim, width)
        case {"event": "error", "message": str(message)}:
            return _line("", f"(error: {message})", ink.red, width)
        case _:
            return []


def _line(who: str, text: str, colour: Callable[[str], str], width: int) -> list[str]:
    label = clean(who)[: NAME_WIDTH - 1].ljust(NAME_WIDTH)
    first, *rest = wrapped(text, width - 2 - NAME_WIDTH, "", "")
    margin = "  " + " " * NAME_WIDTH
    return [f"  {colour(label)}{first}", *(margin + line for line in rest)]


def progress(interview: Interview) -> tuple[int, int, str]:
    """Steps done, steps in all, and where it stands in words. A question has two: to be asked, to be assessed."""
    responses = list(interview.responses.all())
    asked = sum(one.status not in one.OPEN for one in responses)
    assessed = sum(one.is_settled for one in responses)
    concluded = interview.result_status not in ("none", "pending")
    words = f"{asked} of {len(responses)} questions done, {assessed} assessed"
    return asked + assessed + concluded, 2 * len(responses) + 1, words


def bar(done: int, total: int, words: str) -> str:
    full = BAR_WIDTH * done // total
    return f"  [{'#' * full}{'.' * (BAR_WIDTH - full)}] {words}"


# --- The decision card ---------------------------------------------------------------------------------

COLOURS: dict[str, Callable[[Ink, str], str]] = {
    Recommendation.HIRE: Ink.green,
    Recommendation.CONSIDER: Ink.yellow,
    Recommendation.REJECT: Ink.red,
}


def decision_card(result: InterviewResult, ink: Ink, width: int) -> list[str]:
    """What was found, on which words it rests, and who judged."""
    interview = result.interview
    responses = interview.responses.prefetch_related("assessments")
    lines = [_rule("Decision card", width), *_head(result, interview, ink), ""]
    for response in responses:
        lines += [*_answer(response, ink, width), ""]
    lines += _points("Strengths", "+", result.strengths, ink, width)
    lines += _points("To improve", "-", result.improvements, ink, width)
    if result.flags:
        lines += [*wrapped(f"Flags: {', '.join(result.flags)}", width, "  ", "  "), ""]
    lines += wrapped(result.reasoning, width, "  ", "  ")
    lines += ["  The program recommends; a person decides.", _rule("", width)]
    return lines


def _rule(title: str, width: int) -> str:
    return f"-- {title} ".ljust(width, "-") if title else "-" * width


def _head(result: InterviewResult, interview: Interview, ink: Ink) -> list[str]:
    paint = COLOURS.get(result.recommendation, Ink.bold)
    verdict = result.get_recommendation_display().upper() or "NO RECOMMENDATION"
    score = "no overall score" if result.overall_score is None else f"{result.overall_score:.1f} of 10"
    return [
        f"  {ink.bold(clean(interview.candidate.full_name))}, for {clean(interview.job.title)}",
        f"  {paint(ink, verdict)}  {score}  (hire from {result.hire_at:.1f}, consider from {result.consider_at:.1f})",
        f"  Coverage: {result.coverage:.0%} of the questions, by weight, have a score",
        f"  Judged by: {ink.bold(clean(result.label))}",
    ]


def _answer(response: InterviewResponse, ink: Ink, width: int) -> Iterator[str]:
    found = response.current_assessment
    score = " -- " if found is None or found.score is None else f"{found.score:4.1f}"
    question = wrapped(response.question, width - 9, "", "")
    yield f"  {response.position + 1}. {ink.bold(question[0].ljust(width - 9))}{ink.bold(score)}"
    yield from (f"     {ink.bold(line)}" for line in question[1:])
    if found is None or found.score is None:
        reason = (found.reason if found else "") or response.status_reason or response.get_status_display()
        yield from wrapped(f"No score: {reason}", width, INDENT + " ", INDENT + " ")
        return
    yield from _grounds(found, response.transcript, ink, width)


def _grounds(found: Assessment, transcript: str, ink: Ink, width: int) -> Iterator[str]:
    """The criterion that weighs most: its best words and its reason; then what the others gave."""
    margin = INDENT + " "
    shown = max(found.criteria, key=lambda one: (bool(_quotes(one)), one["weight"], one["score"]))
    for quote in _quotes(shown)[:1]:
        sentence = sentence_around(transcript, quote["start"], quote["end"])
        yield from (ink.italic(line) for line in wrapped(f"“{sentence}”", width, margin, margin))
    yield from wrapped(f"{shown['name']} {shown['score']:.1f}: {shown['reason']}", width, margin, margin)
    others = ", ".join(f"{one['name']} {one['score']:.1f}" for one in found.criteria if one is not shown)
    if others:
        yield from (ink.dim(line) for line in wrapped(f"Also {others}.", width, margin, margin))


def _quotes(criterion: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that stand in the answer."""
    return [one for one in criterion["evidence"] if one["verified"]]


def sentence_around(text: str, start: int, end: int) -> str:
    """The whole sentence, or sentences, that this part of the text stands in."""
    begins = max((match.end() for match in re.finditer(r"[.!?]\s+", text[:start])), default=0)
    closing = re.compile(r"[.!?](?=\s|$)").search(text, max(start, end - 1))
    return text[begins : closing.end() if closing else len(text)].strip()


def _points(title: str, sign: str, points: list[dict[str, Any]], ink: Ink, width: int) -> list[str]:
    if not points:
        return []
    lines = [f"  {ink.bold(title)}"]
    for point in points:
        lines += wrapped(f"{sign} {point['text']} “{point['quote']}”", width, "  ", INDENT)
    return [*lines, ""]
