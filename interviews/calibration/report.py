"""The report of an evaluation, in lines of text and as a chart. Failed scorings are counted and part of no number."""

from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import combinations
from statistics import fmean, pstdev

from interviews.calibration.agreement import Agreement
from interviews.calibration.run import SampleEvaluation, ScoringRun
from interviews.calibration.stored import StoredScores

MAX_OUTLIERS = 5
COLUMN_TITLES = (
    f"{'':36}{'pairs':>6}{'higher by':>11}{'mean error':>12}{'Pearson':>9}{'Spearman':>10}{'weighted kappa':>16}"
)


def report_lines(evaluations: list[SampleEvaluation], repeats: int) -> Iterator[str]:
    paraphrase_shifts = [
        evaluation.mean_shift(evaluation.paraphrased) for evaluation in evaluations if evaluation.paraphrased
    ]
    second_language = [
        evaluation.mean_shift(evaluation.second_language) for evaluation in evaluations if evaluation.second_language
    ]
    injection_shifts = [evaluation.mean_shift(evaluation.injected) for evaluation in evaluations]
    yield COLUMN_TITLES
    yield from _agreement_lines(evaluations)
    yield ""
    yield f"Run to run: {_describe_spread(evaluations, repeats)}"
    yield f"Paraphrased: {_describe_shifts(paraphrase_shifts)}"
    yield f"In second-language grammar: {_describe_shifts(second_language)}"
    yield f"With a prompt injection: {_describe_shifts(injection_shifts)}"
    yield ""
    yield from _unscored_lines(evaluations)
    yield ""
    yield "Furthest from people:"
    yield from _outlier_lines(evaluations)


def stored_lines(stored_scores: StoredScores) -> Iterator[str]:
    """Compare the scores that are stored, of each model with those of people."""
    for label, evaluations in sorted(stored_scores.evaluations.items()):
        yield f"{len(evaluations)} answers scored by {label} and by people who had not seen its scores"
        yield COLUMN_TITLES
        yield from _agreement_lines(evaluations)
        yield ""
        yield "Furthest from people:"
        yield from _outlier_lines(evaluations)
        yield ""
    yield f"Scores of people that were not blind, and are part of no number: {stored_scores.not_blind_count}"


def _outlier_lines(evaluations: list[SampleEvaluation]) -> Iterator[str]:
    scored_evaluations = [evaluation for evaluation in evaluations if evaluation.sample_scores]
    for evaluation in sorted(scored_evaluations, key=lambda evaluation: -abs(_human_difference(evaluation)))[
        :MAX_OUTLIERS
    ]:
        sample, score = evaluation.sample, fmean(evaluation.sample_scores)
        kind_text = f" ({sample.kind})" if sample.kind else ""
        yield f"  {sample.name}{kind_text}: people {sample.human_score:.2f}, interviewer {score:.2f}"


def _human_difference(evaluation: SampleEvaluation) -> float:
    return fmean(evaluation.sample_scores) - evaluation.sample.human_score


def _agreement_lines(evaluations: list[SampleEvaluation]) -> Iterator[str]:
    """Compare the interviewer with the people, and the people with each other. Every run is a pair of its own."""
    scored_runs = [(score, evaluation.sample) for evaluation in evaluations for score in evaluation.sample_scores]
    rater_names = sorted({rater for evaluation in evaluations for rater in evaluation.sample.raters})
    if len(rater_names) > 1:
        yield _agreement_line(
            "interviewer and the mean of people", [(score, sample.human_score) for score, sample in scored_runs]
        )
    for rater in rater_names:
        score_pairs = [(score, sample.raters[rater]) for score, sample in scored_runs if rater in sample.raters]
        yield _agreement_line(f"interviewer and {rater}", score_pairs)
    for first, second in combinations(rater_names, 2):
        scores_by_rater = [evaluation.sample.raters for evaluation in evaluations]
        score_pairs = [
            (by_rater[first], by_rater[second]) for by_rater in scores_by_rater if {first, second} <= by_rater.keys()
        ]
        yield _agreement_line(f"{first} and {second} (reference)", score_pairs)


def _agreement_line(title: str, score_pairs: list[tuple[float, float]]) -> str:
    agreement = Agreement.from_pairs(score_pairs)
    return (
        f"{title:36}{agreement.pair_count:>6}{_format_number(agreement.mean_difference, '+.2f'):>11}"
        f"{_format_number(agreement.mean_absolute_error):>12}{_format_number(agreement.pearson):>9}"
        f"{_format_number(agreement.spearman):>10}{_format_number(agreement.weighted_kappa):>16}"
    )


def _format_number(value: float | None, format_spec: str = ".2f") -> str:
    return "-" if value is None else format(value, format_spec)


def _describe_spread(evaluations: list[SampleEvaluation], repeats: int) -> str:
    repeated_scores = [evaluation.sample_scores for evaluation in evaluations if len(evaluation.sample_scores) > 1]
    if not repeated_scores:
        return "not measured. It takes --repeats 2 or more, and answers that were scored more than once."
    score_ranges = [max(scores) - min(scores) for scores in repeated_scores]
    return (
        f"{len(repeated_scores)} answers scored {repeats} times, "
        f"standard deviation {fmean(map(pstdev, repeated_scores)):.2f} on average, "
        f"highest and lowest score of an answer {max(score_ranges):.2f} apart at most."
    )


def _describe_shifts(shifts: list[float | None]) -> str:
    measured_shifts = [shift for shift in shifts if shift is not None]
    if not measured_shifts:
        return "not measured. No answer has a score both ways."
    return (
        f"{len(measured_shifts)} answers compared, shifted by {fmean(measured_shifts):+.2f} on average, "
        f"by {fmean(map(abs, measured_shifts)):.2f} either way; "
        f"from {min(measured_shifts):+.2f} to {max(measured_shifts):+.2f}."
    )


def _unscored_lines(evaluations: list[SampleEvaluation]) -> Iterator[str]:
    all_runs = [run for evaluation in evaluations for run in evaluation.all_runs]
    settled_runs = [run for run in all_runs if run.is_settled]
    failed_runs = [run for run in all_runs if run.score is None and not run.is_settled]
    yield f"Settled without the interviewer, as in a call: {len(settled_runs)} of {len(all_runs)}"
    yield from _reason_lines(settled_runs)
    yield f"Failed, and part of no number above: {len(failed_runs)} of {len(all_runs)}"
    yield from _reason_lines(failed_runs)


def _reason_lines(runs: list[ScoringRun]) -> Iterator[str]:
    for reason, count in Counter(run.reason for run in runs).most_common():
        yield f"  {count} x {reason}"


# --- The chart -----------------------------------------------------------------------------------------

PLOT_SIDE, PLOT_MARGIN = 600, 60
"""Pixels of the square from 0 to 10, and of the margin around it."""


def svg_chart(evaluations: list[SampleEvaluation], label: str) -> str:
    """Return an SVG with a dot for each answer: people's score by the interviewer's, with a bar over its range."""
    scored_evaluations = [evaluation for evaluation in evaluations if evaluation.sample_scores]
    unscored_count = len(evaluations) - len(scored_evaluations)
    chart_title = f"{label}: {len(scored_evaluations)} of {len(evaluations)} answers, {unscored_count} without a score"
    chart_side = PLOT_SIDE + 2 * PLOT_MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {chart_side} {chart_side}" font-family="sans-serif" '
            f'font-size="14" text-anchor="middle"><title>{escape(chart_title)}</title>',
            f'<rect width="{chart_side}" height="{chart_side}" fill="white"/>',
            *_draw_axes(),
            *map(_draw_dot, scored_evaluations),
            f'<text x="{chart_side / 2}" y="{PLOT_MARGIN / 2}" font-size="16">{escape(chart_title)}</text>',
            f'<text x="{chart_side / 2}" y="{chart_side - 12}">Scored by people</text>',
            f'<text transform="translate(18 {chart_side / 2}) rotate(-90)">Scored by the interviewer</text>',
            "</svg>\n",
        ]
    )


def _x(score: float) -> float:
    return PLOT_MARGIN + score * PLOT_SIDE / 10


def _y(score: float) -> float:
    return PLOT_MARGIN + PLOT_SIDE - score * PLOT_SIDE / 10


def _draw_axes() -> Iterator[str]:
    for score in range(11):
        x, y = _x(score), _y(score)
        yield f'<path d="M{x} {_y(0)}V{_y(10)}M{_x(0)} {y}H{_x(10)}" stroke="#ddd"/>'
        yield f'<text x="{x}" y="{_y(0) + 20}">{score}</text><text x="{_x(0) - 16}" y="{y + 5}">{score}</text>'
    yield f'<path d="M{_x(0)} {_y(0)}L{_x(10)} {_y(10)}" stroke="#888" stroke-dasharray="6 4"/>'


def _draw_dot(evaluation: SampleEvaluation) -> str:
    sample, scores = evaluation.sample, evaluation.sample_scores
    x_position, score = _x(sample.human_score), fmean(scores)
    tooltip_text = f"{sample.name} ({sample.kind}): people {sample.human_score:.2f}, interviewer {score:.2f}"
    return (
        f'<path d="M{x_position:.1f} {_y(min(scores)):.1f}V{_y(max(scores)):.1f}" stroke="#1f5fa8" stroke-width="2"/>'
        f'<circle cx="{x_position:.1f}" cy="{_y(score):.1f}" r="5" fill="#1f5fa8" fill-opacity="0.6">'
        f"<title>{escape(tooltip_text)}</title></circle>"
    )
