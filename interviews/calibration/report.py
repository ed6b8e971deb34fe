"""What an evaluation showed, in lines to read and as a picture. What failed is counted, and part of no number."""

from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import combinations
from statistics import fmean, pstdev

from interviews.calibration.agreement import Agreement
from interviews.calibration.run import Evaluated, Outcome

FURTHEST = 5
COLUMNS = f"{'':36}{'pairs':>6}{'higher by':>11}{'mean error':>12}{'Pearson':>9}{'Spearman':>10}{'weighted kappa':>16}"


def report(found: list[Evaluated], repeats: int) -> Iterator[str]:
    yield COLUMNS
    yield from _agreements(found)
    yield ""
    yield f"Run to run: {_spread(found, repeats)}"
    yield f"In other words: {_shifts([one.shift(one.paraphrased) for one in found if one.paraphrased])}"
    yield f"With an instruction to the scorer: {_shifts([one.shift(one.injected) for one in found])}"
    yield ""
    yield from _without_score(found)
    yield ""
    yield "Furthest from people:"
    ranked = sorted((one for one in found if one.scores), key=lambda one: -abs(_difference(one)))
    for one in ranked[:FURTHEST]:
        people, score = one.sample.by_people, fmean(one.scores)
        yield f"  {one.sample.name} ({one.sample.kind or 'no kind'}): people {people:.2f}, interviewer {score:.2f}"


def _difference(one: Evaluated) -> float:
    return fmean(one.scores) - one.sample.by_people


def _agreements(found: list[Evaluated]) -> Iterator[str]:
    """Every run is a pair of its own, as an answer is scored once in an interview."""
    runs = [(score, one.sample) for one in found for score in one.scores]
    raters = sorted({name for one in found for name in one.sample.raters})
    if len(raters) > 1:
        yield _line("interviewer and the mean of people", [(score, sample.by_people) for score, sample in runs])
    for name in raters:
        pairs = [(score, sample.raters[name]) for score, sample in runs if name in sample.raters]
        yield _line(f"interviewer and {name}", pairs)
    for one, other in combinations(raters, 2):
        both = [each.sample.raters for each in found if {one, other} <= set(each.sample.raters)]
        yield _line(f"{one} and {other} (the yardstick)", [(given[one], given[other]) for given in both])


def _line(what: str, pairs: list[tuple[float, float]]) -> str:
    measured = Agreement.of(pairs)
    return (
        f"{what:36}{measured.pairs:>6}{_number(measured.higher, '+.2f'):>11}"
        f"{_number(measured.mean_absolute_error):>12}{_number(measured.pearson):>9}"
        f"{_number(measured.spearman):>10}{_number(measured.weighted_kappa):>16}"
    )


def _number(value: float | None, form: str = ".2f") -> str:
    return "-" if value is None else format(value, form)


def _spread(found: list[Evaluated], repeats: int) -> str:
    repeated = [one.scores for one in found if len(one.scores) > 1]
    if not repeated:
        return "not measured. It takes --repeats 2 or more, and answers that were scored more than once."
    ranges = [max(scores) - min(scores) for scores in repeated]
    return (
        f"{len(repeated)} answers scored {repeats} times, standard deviation {fmean(map(pstdev, repeated)):.2f} "
        f"on average, highest and lowest score of an answer {max(ranges):.2f} apart at most."
    )


def _shifts(shifts: list[float | None]) -> str:
    known = [shift for shift in shifts if shift is not None]
    if not known:
        return "not measured. No answer has a score both ways."
    return (
        f"{len(known)} answers compared, shifted by {fmean(known):+.2f} on average, "
        f"by {fmean(map(abs, known)):.2f} either way; from {min(known):+.2f} to {max(known):+.2f}."
    )


def _without_score(found: list[Evaluated]) -> Iterator[str]:
    asked = [outcome for one in found for outcome in one.asked]
    settled = [outcome for outcome in asked if outcome.settled]
    failed = [outcome for outcome in asked if outcome.score is None and not outcome.settled]
    yield f"Settled by code, as in a call: {len(settled)} of {len(asked)}"
    yield from _reasons(settled)
    yield f"Failed, and part of no number above: {len(failed)} of {len(asked)}"
    yield from _reasons(failed)


def _reasons(outcomes: list[Outcome]) -> Iterator[str]:
    for reason, times in Counter(one.reason for one in outcomes).most_common():
        yield f"  {times} x {reason}"


# --- The picture ---------------------------------------------------------------------------------------

SIDE, EDGE = 600, 60
"""Pixels of the square from 0 to 10, and of the room around it."""


def picture(found: list[Evaluated], label: str) -> str:
    """An SVG: a dot for each answer by the score of people and of the interviewer, a bar from its lowest to highest."""
    none = sum(not one.scores for one in found)
    title = f"{label}: {len(found) - none} of {len(found)} answers, {none} without a score"
    whole = SIDE + 2 * EDGE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" font-family="sans-serif" '
            f'font-size="14" text-anchor="middle"><title>{escape(title)}</title>',
            f'<rect width="{whole}" height="{whole}" fill="white"/>',
            *_axes(),
            *(_dot(one) for one in found if one.scores),
            f'<text x="{whole / 2}" y="{EDGE / 2}" font-size="16">{escape(title)}</text>',
            f'<text x="{whole / 2}" y="{whole - 12}">Scored by people</text>',
            f'<text transform="translate(18 {whole / 2}) rotate(-90)">Scored by the interviewer</text>',
            "</svg>\n",
        ]
    )


def _x(score: float) -> float:
    return EDGE + score * SIDE / 10


def _y(score: float) -> float:
    return EDGE + SIDE - score * SIDE / 10


def _axes() -> Iterator[str]:
    for score in range(11):
        x, y = _x(score), _y(score)
        yield f'<path d="M{x} {_y(0)}V{_y(10)}M{_x(0)} {y}H{_x(10)}" stroke="#ddd"/>'
        yield f'<text x="{x}" y="{_y(0) + 20}">{score}</text><text x="{_x(0) - 16}" y="{y + 5}">{score}</text>'
    yield f'<path d="M{_x(0)} {_y(0)}L{_x(10)} {_y(10)}" stroke="#888" stroke-dasharray="6 4"/>'


def _dot(one: Evaluated) -> str:
    x, score = _x(one.sample.by_people), fmean(one.scores)
    said = f"{one.sample.name} ({one.sample.kind}): people {one.sample.by_people:.2f}, interviewer {score:.2f}"
    return (
        f'<path d="M{x:.1f} {_y(min(one.scores)):.1f}V{_y(max(one.scores)):.1f}" stroke="#1f5fa8" stroke-width="2"/>'
        f'<circle cx="{x:.1f}" cy="{_y(score):.1f}" r="5" fill="#1f5fa8" fill-opacity="0.6">'
        f"<title>{escape(said)}</title></circle>"
    )
