"""How far two raters agree on the scores of the same answers: two people, or a person and an interviewer.

Each function takes pairs of scores from 0 to 10, and returns None if the pairs do not determine the value.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean

ScorePairs = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Agreement:
    """`mean_difference`: how much higher the first rater scores on average."""

    pair_count: int
    mean_difference: float | None
    mean_absolute_error: float | None
    pearson: float | None
    spearman: float | None
    weighted_kappa: float | None

    @classmethod
    def from_pairs(cls, pairs: ScorePairs) -> "Agreement":
        score_differences = [first - second for first, second in pairs]
        return cls(
            pair_count=len(pairs),
            mean_difference=fmean(score_differences) if pairs else None,
            mean_absolute_error=fmean(map(abs, score_differences)) if pairs else None,
            pearson=pearson_correlation(pairs),
            spearman=spearman_correlation(pairs),
            weighted_kappa=weighted_kappa(pairs),
        )


def pearson_correlation(pairs: ScorePairs) -> float | None:
    """Return how well a straight line maps one score to the other: 1 exactly, 0 not at all."""
    try:
        return correlation([first for first, _ in pairs], [second for _, second in pairs])
    except StatisticsError:
        return None


def spearman_correlation(pairs: ScorePairs) -> float | None:
    """Return how far both raters rank the answers in the same order, regardless of their scores."""
    first_ranks = average_ranks([first for first, _ in pairs])
    second_ranks = average_ranks([second for _, second in pairs])
    return pearson_correlation(list(zip(first_ranks, second_ranks, strict=True)))


def average_ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value, from 1. Equal values share the mean of their ranks."""
    ordered_values = sorted(values)
    return [ordered_values.index(value) + (ordered_values.count(value) + 1) / 2 for value in values]


def weighted_kappa(pairs: ScorePairs) -> float | None:
    """Return Cohen's kappa over whole scores, with quadratic weights: 1 is full agreement, 0 is chance.

    It compares the squared differences with those of every first score to every second one.
    """
    first_scores = [_round_half_up(first) for first, _ in pairs]
    second_scores = [_round_half_up(second) for _, second in pairs]
    observed_error = sum((first - second) ** 2 for first, second in zip(first_scores, second_scores, strict=True))
    by_chance = sum((first - second) ** 2 for first in first_scores for second in second_scores)
    return 1 - len(first_scores) * observed_error / by_chance if by_chance else None


def _round_half_up(score: float) -> int:
    """`round` would round a half to the even neighbour."""
    return math.floor(score + 0.5)
