"""How far two people, or a person and a program, agree on the scores of the same answers.

Each measure takes pairs of scores from 0 to 10, and is None where the pairs don't determine it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean

Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Agreement:
    """`higher`: by how much the first scores higher than the second, on average."""

    pairs: int
    higher: float | None
    mean_absolute_error: float | None
    pearson: float | None
    spearman: float | None
    weighted_kappa: float | None

    @classmethod
    def of(cls, pairs: Pairs) -> "Agreement":
        return cls(
            pairs=len(pairs),
            higher=fmean(one - other for one, other in pairs) if pairs else None,
            mean_absolute_error=fmean(abs(one - other) for one, other in pairs) if pairs else None,
            pearson=pearson(pairs),
            spearman=spearman(pairs),
            weighted_kappa=weighted_kappa(pairs),
        )


def pearson(pairs: Pairs) -> float | None:
    """How well a straight line describes the one by the other: 1 exactly, 0 not at all."""
    try:
        return correlation([one for one, _ in pairs], [other for _, other in pairs])
    except StatisticsError:
        return None


def spearman(pairs: Pairs) -> float | None:
    """How far both put the answers in the same order, however far apart they score them."""
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    return pearson(list(zip(ranks(ones), ranks(others), strict=True)))


def ranks(values: Sequence[float]) -> list[float]:
    """The place of each in the order, from 1; equal values share the mean of their places."""
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) + 1) / 2 for value in values]


def weighted_kappa(pairs: Pairs) -> float | None:
    """Cohen's kappa over whole scores with quadratic weights: 1 is full agreement, 0 what chance would give.

    A disagreement counts by its square, held against all that these two sets of scores could have met with by chance.
    """
    ones, others = [_whole(one) for one, _ in pairs], [_whole(other) for _, other in pairs]
    seen = sum((one - other) ** 2 for one, other in zip(ones, others, strict=True))
    by_chance = sum((one - other) ** 2 for one in ones for other in others)
    return 1 - len(ones) * seen / by_chance if by_chance else None


def _whole(score: float) -> int:
    """A half goes up, also where Python's own rounding would go to the even neighbour."""
    return math.floor(score + 0.5)
