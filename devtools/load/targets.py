"""The goals of the measurements, for a machine with two cores (docs/performance.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any


@dataclass(frozen=True)
class Goal:
    """A limit for one number of a report. `path` holds the keys that lead to it."""

    path: str
    limit: float
    at_least: bool = False

    def is_met_by(self, number: float) -> bool:
        return number >= self.limit if self.at_least else number <= self.limit

    def describe(self, number: float) -> str:
        sign, outcome = (">=" if self.at_least else "<="), "met" if self.is_met_by(number) else "MISSED"
        return f"goal {self.path.replace('_', ' ')} {sign} {self.limit:g}: {outcome} ({number:g})"


GOALS = (
    Goal("latency answer_ms p99", 50),
    Goal("throughput ratio_to_baseline", 0.4, at_least=True),
    Goal("interviews per_minute_and_core", 100, at_least=True),
    Goal("interviews violations", 0),
    Goal("answers available_to_assessed_ms p50", 500),
    Goal("answers available_to_assessed_ms p99", 2000),
    Goal("recovery first_assessment_s", 60),
    Goal("pages_over_limit", 0),
    Goal("with_rooms failures", 0),
    Goal("imports new_csv rows_per_second", 5000, at_least=True),
    Goal("imports new_csv memory_mb", 300),
    Goal("imports known_xlsx rows_per_second", 5000, at_least=True),
    Goal("imports known_xlsx memory_mb", 300),
    Goal("resumes ten_pages_s", 1.5),
    Goal("bank slowest_median_ms", 100),
    Goal("campaigns first_call_s", 10),
    Goal("campaigns calls_in_pause", 0),
    Goal("slowest_page_s", 2),
    Goal("backups tables_with_other_rows", 0),
    Goal("backups files_missing_or_different", 0),
)


def evaluate_goals(report: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each goal whose number is in the report. A list counts as its length."""
    for goal in GOALS:
        value: Any = reduce(lambda section, key: section.get(key, {}), goal.path.split(), report)
        if value != {}:
            yield goal.describe(len(value) if isinstance(value, list) else value)
