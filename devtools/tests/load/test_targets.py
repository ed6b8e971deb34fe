import pytest

from devtools.load.calls import percentiles
from devtools.load.targets import GOALS, Goal, evaluate_goals


@pytest.mark.parametrize(
    ("limit", "at_least", "is_met"),
    [(50, False, False), (50.1, False, True), (50.2, True, False), (50.1, True, True)],
)
def test_goal_compares_number(limit: float, at_least: bool, is_met: bool) -> None:
    goal = Goal("latency answer_ms p99", limit, at_least)
    assert goal.is_met_by(50.1) is is_met
    assert ("MISSED" in goal.describe(50.1)) is not is_met


def test_report_is_evaluated_by_path() -> None:
    report = {
        "machine": {"cores": 2},
        "latency": {"answer_ms": {"p50": 9.0, "p99": 50.1}},
        "interviews": {"per_minute_and_core": 99.9, "violations": []},
    }
    lines = list(evaluate_goals(report))
    expected = {GOALS[0]: 50.1, GOALS[2]: 99.9, GOALS[3]: 0}
    assert lines == [goal.describe(number) for goal, number in expected.items()]


def test_missing_numbers_are_skipped() -> None:
    assert list(evaluate_goals({"machine": {"cores": 2}})) == []


def test_percentiles_are_milliseconds() -> None:
    measured = percentiles([number / 1000 for number in range(1, 102)])
    assert measured == {"p50": 51.0, "p95": 96.0, "p99": 100.0, "max": 101.0}
