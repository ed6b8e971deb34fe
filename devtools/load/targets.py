"""What the measurements have to reach, on two cores (docs/performance.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any


@dataclass(frozen=True)
class Goal:
    """`measure`: the names under which a number stands in a report, from the outside in."""

    measure: str
    limit: float
    at_least: bool = False

    def is_met_by(self, number: float) -> bool:
        return number >= self.limit if self.at_least else number <= self.limit


GOALS = (
    Goal("latency take_ms p99", 50),
    Goal("throughput share_of_bare", 0.4, at_least=True),
    Goal("interviews per_minute_and_core", 100, at_least=True),
    Goal("interviews findings", 0),
    Goal("answers available_to_assessed_ms p50", 500),
    Goal("answers available_to_assessed_ms p99", 2000),
    Goal("recovery first_work_done_after_s", 60),
)


def verdicts(report: dict[str, Any]) -> Iterator[str]:
    """A line for each goal that this report has a number for."""
    for goal in GOALS:
        found: Any = reduce(lambda part, name: part.get(name, {}), goal.measure.split(), report)
        if found != {}:
            number = len(found) if isinstance(found, list) else found
            sign, met = (">=" if goal.at_least else "<="), "met" if goal.is_met_by(number) else "MISSED"
            yield f"goal {goal.measure.replace('_', ' ')} {sign} {goal.limit:g}: {met} ({number:g})"
