"""Measures of agreement, compared with published and textbook values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.calibration.agreement import (
    Agreement,
    average_ranks,
    pearson_correlation,
    spearman_correlation,
    weighted_kappa,
)

Pairs = list[tuple[float, float]]
ANSCOMBE = [
    (10, 8.04), (8, 6.95), (13, 7.58), (9, 8.81), (11, 8.33), (14, 9.96), (6, 7.24), (4, 4.26), (12, 10.84), (7, 4.82),
    (5, 5.68),
]  # fmt: skip
IQ_AND_TELEVISION = [
    (106, 7), (100, 27), (86, 2), (101, 50), (99, 28), (103, 29), (97, 20), (113, 12), (112, 6), (110, 17),
]  # fmt: skip
CONSTANT = [(5.0, 4.0), (5.0, 6.0), (5.0, 9.0)]


def test_pearson_matches_published_value() -> None:
    assert pearson_correlation(ANSCOMBE) == pytest.approx(0.81642, abs=1e-5)


def test_spearman_matches_published_value() -> None:
    assert spearman_correlation(IQ_AND_TELEVISION) == pytest.approx(-29 / 165)


def test_spearman_handles_ties() -> None:
    assert spearman_correlation([(1, 5), (2, 6), (3, 7), (4, 8), (5, 7)]) == pytest.approx(0.8207826816681233)


def test_equal_values_share_rank() -> None:
    assert average_ranks([20, 10, 20, 30, 20]) == [3, 1, 3, 5, 3]


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([(1, 1), (2, 2), (3, 3), (4, 3)], 0.875),
        ([(0, 10), (10, 0)], -1),
        ([(0, 0), (10, 10)], 1),
        ([(2, 2), (2, 8), (8, 2), (8, 8)], 0),
        ([(2.5, 3), (7.4, 7)], 1),  # Scores are rounded, a half up.
    ],
)
def test_kappa_matches_hand_calculation(pairs: Pairs, kappa: float) -> None:
    assert weighted_kappa(pairs) == pytest.approx(kappa)


def textbook_kappa(pairs: list[tuple[int, int]]) -> float | None:
    """One minus the weighted sum of the observed frequencies over that of the expected ones."""
    scores, count = range(11), len(pairs)
    observed = {(first, second): pairs.count((first, second)) / count for first in scores for second in scores}
    firsts = {score: sum(observed[score, second] for second in scores) for score in scores}
    seconds = {score: sum(observed[first, score] for first in scores) for score in scores}
    weights = {(first, second): (first - second) ** 2 / 100 for first in scores for second in scores}
    expected = sum(weights[first, second] * firsts[first] * seconds[second] for first, second in observed)
    if expected <= 1e-12:
        return None
    return 1 - sum(weights[cell] * frequency for cell, frequency in observed.items()) / expected


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=30))
def test_kappa_matches_textbook(pairs: list[tuple[int, int]]) -> None:
    expected = textbook_kappa(pairs)
    assert weighted_kappa(pairs) == (expected if expected is None else pytest.approx(expected))


def test_constant_scores_have_no_correlation() -> None:
    agreement = Agreement.from_pairs(CONSTANT)
    assert (agreement.pearson, agreement.spearman) == (None, None)
    assert agreement.pair_count == 3
    assert agreement.mean_absolute_error == pytest.approx(2)
    assert agreement.mean_difference == pytest.approx(-4 / 3)


def test_constant_scores_have_no_kappa() -> None:
    assert weighted_kappa([(5, 5), (5, 5)]) is None


def test_no_pairs_have_no_values() -> None:
    assert Agreement.from_pairs([]) == Agreement(0, None, None, None, None, None)


def test_one_pair_has_no_correlation() -> None:
    assert Agreement.from_pairs([(7.0, 5.0)]) == Agreement(1, 2.0, 2.0, None, None, 0.0)
