"""The estimate of a campaign as pages show it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from interviews.calling.verdicts import DialRule
from interviews.campaigns.estimate import LONGEST, CampaignEstimate


@dataclass(frozen=True)
class Forecast:
    estimate: CampaignEstimate

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """The reasons why people would not be called, with their number. The most frequent reason comes first."""
        reasons = sorted(self.estimate.left_out.items(), key=lambda reason: (-reason[1], reason[0]))
        return [(str(DialRule(code).label), count) for code, count in reasons]

    @property
    def duration(self) -> timedelta | None:
        return self.estimate.ends_at - self.estimate.starts_at if self.estimate.ends_at else None

    @property
    def longest_days(self) -> int:
        return LONGEST.days

    @property
    def basis(self) -> list[Any]:
        """The measures of past calls behind the estimate: name and figure."""
        measures = self.estimate.measures
        return [
            ("calls_per_person", measures.calls_per_person),
            ("seconds", measures.seconds),
            ("cost", measures.cost),
        ]
