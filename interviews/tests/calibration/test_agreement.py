"""Measures of agreement, held against published and textbook values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.calibration.agreement import Agreement, pearson, ranks, spearman, weighted_kappa

Pairs = list[tuple[float, float]]
ANSCOMBE = [
    (10, 8.04), (8, 6.95), (13, 7.58), (9, 8.81), (11, 8.33), (14, 9.96), (6, 7.24), (4, 4.26), (12, 10.84), (7, 4.82),
    (5, 5.68),
]  # fmt: skip
IQ_AND_TELEVISION = [
    (106, 7), (100, 27), (86, 2), (101, 50), (99, 28), (103, 29), (97, 20), (113, 12), (112, 6), (110, 17),
]  # fmt: skip
CONSTANT = [(5.0, 4.0), (5.0, 6.0), (5.0, 9.0)]


def test_pearson_of_a_published_example() -> None:
    assert pearson(ANSCOMBE) == pytest.approx(0.81642, abs=1e-5)


def test_spearman_of_a_published_example() -> None:
    assert spearman(IQ_AND_TELEVISION) == pytest.approx(-29 / 165)


def test_spearman_with_ties() -> None:
    assert spearman([(1, 5), (2, 6), (3, 7), (4, 8), (5, 7)]) == pytest.approx(0.8207826816681233)


def test_equal_values_share_the_mean_of_their_places() -> None:
    assert ranks([20, 10, 20, 30, 20]) == [3, 1, 3, 5, 3]


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([(1, 1), (2, 2), (3, 3), (4, 3)], 0.875),
        ([(0, 10), (10, 0)], -1),
        ([(0, 0), (10, 10)], 1),
        ([(2, 2), (2, 8), (8, 2), (8, 8)], 0),
        ([(2.5, 3), (7.4, 7)], 1),  # Over whole scores; a half goes up.
    ],
)
def test_weighted_kappa_worked_out_by_hand(pairs: Pairs, kappa: float) -> None:
    assert weighted_kappa(pairs) == pytest.approx(kappa)


def kappa_by_the_textbook(pairs: list[tuple[int, int]]) -> float | None:
    """One minus the weighted sum of what was seen over that of what the margins would give."""
    scores, count = range(11), len(pairs)
    seen = {(one, other): pairs.count((one, other)) / count for one in scores for other in scores}
    ones = {score: sum(seen[score, other] for other in scores) for score in scores}
    others = {score: sum(seen[one, score] for one in scores) for score in scores}
    weight = {(one, other): (one - other) ** 2 / 100 for one in scores for other in scores}
    by_chance = sum(weight[one, other] * ones[one] * others[other] for one, other in seen)
    return 1 - sum(weight[cell] * share for cell, share in seen.items()) / by_chance if by_chance > 1e-12 else None


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=30))
def test_weighted_kappa_is_that_of_the_textbook(pairs: list[tuple[int, int]]) -> None:
    expected = kappa_by_the_textbook(pairs)
    assert weighted_kappa(pairs) == (expected if expected is None else pytest.approx(expected))


def test_what_does_not_vary_has_no_correlation() -> None:
    found = Agreement.of(CONSTANT)
    assert (found.pearson, found.spearman) == (None, None)
    assert found.pairs == 3
    assert found.mean_absolute_error == pytest.approx(2)
    assert found.higher == pytest.approx(-4 / 3)


def test_the_same_score_all_over_leaves_nothing_for_kappa_to_tell() -> None:
    assert weighted_kappa([(5, 5), (5, 5)]) is None


def test_of_nothing_nothing_is_known() -> None:
    assert Agreement.of([]) == Agreement(0, None, None, None, None, None)


def test_of_one_pair_only_the_difference_is_known() -> None:
    assert Agreement.of([(7.0, 5.0)]) == Agreement(1, 2.0, 2.0, None, None, 0.0)
