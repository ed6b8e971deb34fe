"""The report of an evaluation, in lines of text and as a chart. Failed scorings are counted and part of no number."""

from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import combinations
from statistics import fmean, pstdev

from interviews.calibration.agreement import Agreement
from interviews.calibration.run import Evaluation, ScoringRun
from interviews.calibration.stored import StoredScores

MAX_OUTLIERS = 5
COLUMNS = f"{'':36}{'pairs':>6}{'higher by':>11}{'mean error':>12}{'Pearson':>9}{'Spearman':>10}{'weighted kappa':>16}"


def report_lines(evaluations: list[Evaluation], repeats: int) -> Iterator[str]:
    paraphrased = [
        evaluation.mean_shift(evaluation.paraphrased) for evaluation in evaluations if evaluation.paraphrased
    ]
    second_language = [
        evaluation.mean_shift(evaluation.second_language) for evaluation in evaluations if evaluation.second_language
    ]
    injected = [evaluation.mean_shift(evaluation.injected) for evaluation in evaluations]
    yield COLUMNS
    yield from _agreement_lines(evaluations)
    yield ""
    yield f"Run to run: {_describe_spread(evaluations, repeats)}"
    yield f"Paraphrased: {_describe_shifts(paraphrased)}"
    yield f"In second-language grammar: {_describe_shifts(second_language)}"
    yield f"With a prompt injection: {_describe_shifts(injected)}"
    yield ""
    yield from _unscored_lines(evaluations)
    yield ""
    yield "Furthest from people:"
    yield from _outlier_lines(evaluations)


def stored_lines(stored: StoredScores) -> Iterator[str]:
    """Compare the scores that are stored, of each model with those of people."""
    for label, evaluations in sorted(stored.evaluations.items()):
        yield f"{len(evaluations)} answers scored by {label} and by people who had not seen its scores"
        yield COLUMNS
        yield from _agreement_lines(evaluations)
        yield ""
        yield "Furthest from people:"
        yield from _outlier_lines(evaluations)
        yield ""
    yield f"Scores of people that were not blind, and are part of no number: {stored.not_blind_count}"


def _outlier_lines(evaluations: list[Evaluation]) -> Iterator[str]:
    scored = [evaluation for evaluation in evaluations if evaluation.scores]
    for evaluation in sorted(scored, key=lambda evaluation: -abs(_human_difference(evaluation)))[:MAX_OUTLIERS]:
        sample, score = evaluation.sample, fmean(evaluation.scores)
        kind = f" ({sample.kind})" if sample.kind else ""
        yield f"  {sample.name}{kind}: people {sample.human_score:.2f}, interviewer {score:.2f}"


def _human_difference(evaluation: Evaluation) -> float:
    return fmean(evaluation.scores) - evaluation.sample.human_score


def _agreement_lines(evaluations: list[Evaluation]) -> Iterator[str]:
    """Compare the interviewer with the people, and the people with each other. Every run is a pair of its own."""
    runs = [(score, evaluation.sample) for evaluation in evaluations for score in evaluation.scores]
    raters = sorted({rater for evaluation in evaluations for rater in evaluation.sample.raters})
    if len(raters) > 1:
        yield _agreement_line(
            "interviewer and the mean of people", [(score, sample.human_score) for score, sample in runs]
        )
    for rater in raters:
        pairs = [(score, sample.raters[rater]) for score, sample in runs if rater in sample.raters]
        yield _agreement_line(f"interviewer and {rater}", pairs)
    for first, second in combinations(raters, 2):
        scores = [evaluation.sample.raters for evaluation in evaluations]
        pairs = [(by_rater[first], by_rater[second]) for by_rater in scores if {first, second} <= by_rater.keys()]
        yield _agreement_line(f"{first} and {second} (reference)", pairs)


def _agreement_line(title: str, pairs: list[tuple[float, float]]) -> str:
    agreement = Agreement.of(pairs)
    return (
        f"{title:36}{agreement.pair_count:>6}{_format_number(agreement.mean_difference, '+.2f'):>11}"
        f"{_format_number(agreement.mean_absolute_error):>12}{_format_number(agreement.pearson):>9}"
        f"{_format_number(agreement.spearman):>10}{_format_number(agreement.weighted_kappa):>16}"
    )


def _format_number(value: float | None, spec: str = ".2f") -> str:
    return "-" if value is None else format(value, spec)


def _describe_spread(evaluations: list[Evaluation], repeats: int) -> str:
    repeated = [evaluation.scores for evaluation in evaluations if len(evaluation.scores) > 1]
    if not repeated:
        return "not measured. It takes --repeats 2 or more, and answers that were scored more than once."
    ranges = [max(scores) - min(scores) for scores in repeated]
    return (
        f"{len(repeated)} answers scored {repeats} times, standard deviation {fmean(map(pstdev, repeated)):.2f} "
        f"on average, highest and lowest score of an answer {max(ranges):.2f} apart at most."
    )


def _describe_shifts(shifts: list[float | None]) -> str:
    measured = [shift for shift in shifts if shift is not None]
    if not measured:
        return "not measured. No answer has a score both ways."
    return (
        f"{len(measured)} answers compared, shifted by {fmean(measured):+.2f} on average, "
        f"by {fmean(map(abs, measured)):.2f} either way; from {min(measured):+.2f} to {max(measured):+.2f}."
    )


def _unscored_lines(evaluations: list[Evaluation]) -> Iterator[str]:
    runs = [run for evaluation in evaluations for run in evaluation.all_runs]
    settled = [run for run in runs if run.is_settled]
    failed = [run for run in runs if run.score is None and not run.is_settled]
    yield f"Settled without the interviewer, as in a call: {len(settled)} of {len(runs)}"
    yield from _reason_lines(settled)
    yield f"Failed, and part of no number above: {len(failed)} of {len(runs)}"
    yield from _reason_lines(failed)


def _reason_lines(runs: list[ScoringRun]) -> Iterator[str]:
    for reason, count in Counter(run.reason for run in runs).most_common():
        yield f"  {count} x {reason}"


# --- The chart -----------------------------------------------------------------------------------------

PLOT_SIDE, MARGIN = 600, 60
"""Pixels of the square from 0 to 10, and of the margin around it."""


def svg_chart(evaluations: list[Evaluation], label: str) -> str:
    """Return an SVG with a dot for each answer: people's score by the interviewer's, with a bar over its range."""
    scored = [evaluation for evaluation in evaluations if evaluation.scores]
    unscored = len(evaluations) - len(scored)
    title = f"{label}: {len(scored)} of {len(evaluations)} answers, {unscored} without a score"
    whole = PLOT_SIDE + 2 * MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" font-family="sans-serif" '
            f'font-size="14" text-anchor="middle"><title>{escape(title)}</title>',
            f'<rect width="{whole}" height="{whole}" fill="white"/>',
            *_axes(),
            *map(_dot, scored),
            f'<text x="{whole / 2}" y="{MARGIN / 2}" font-size="16">{escape(title)}</text>',
            f'<text x="{whole / 2}" y="{whole - 12}">Scored by people</text>',
            f'<text transform="translate(18 {whole / 2}) rotate(-90)">Scored by the interviewer</text>',
            "</svg>\n",
        ]
    )


def _x(score: float) -> float:
    return MARGIN + score * PLOT_SIDE / 10


def _y(score: float) -> float:
    return MARGIN + PLOT_SIDE - score * PLOT_SIDE / 10


def _axes() -> Iterator[str]:
    for score in range(11):
        x, y = _x(score), _y(score)
        yield f'<path d="M{x} {_y(0)}V{_y(10)}M{_x(0)} {y}H{_x(10)}" stroke="#ddd"/>'
        yield f'<text x="{x}" y="{_y(0) + 20}">{score}</text><text x="{_x(0) - 16}" y="{y + 5}">{score}</text>'
    yield f'<path d="M{_x(0)} {_y(0)}L{_x(10)} {_y(10)}" stroke="#888" stroke-dasharray="6 4"/>'


def _dot(evaluation: Evaluation) -> str:
    sample, scores = evaluation.sample, evaluation.scores
    x, score = _x(sample.human_score), fmean(scores)
    tooltip = f"{sample.name} ({sample.kind}): people {sample.human_score:.2f}, interviewer {score:.2f}"
    return (
        f'<path d="M{x:.1f} {_y(min(scores)):.1f}V{_y(max(scores)):.1f}" stroke="#1f5fa8" stroke-width="2"/>'
        f'<circle cx="{x:.1f}" cy="{_y(score):.1f}" r="5" fill="#1f5fa8" fill-opacity="0.6">'
        f"<title>{escape(tooltip)}</title></circle>"
    )
