"""The address of the page of insights: period, job, and grouping of the candidates."""

from dataclasses import dataclass
from typing import Self

from django.http import QueryDict
from django.urls import reverse

from desk.home.address import HomeAddress
from interviews.reports.groups import Grouping


@dataclass(frozen=True)
class InsightsAddress(HomeAddress):
    grouping: Grouping = Grouping.SOURCE

    @classmethod
    def parse(cls, query: QueryDict) -> Self:
        """Read an address. Values that do not exist are ignored, so that an old link still shows a page."""
        common = HomeAddress.parse(query)
        by = query.get("by", "")
        grouping = Grouping(by) if by in Grouping.values else Grouping.SOURCE
        return cls(common.period, common.job_id, grouping)

    @property
    def parameters(self) -> dict[str, str]:
        grouping = {} if self.grouping == Grouping.SOURCE else {"by": self.grouping.value}
        return super().parameters | grouping

    @property
    def path(self) -> str:
        return reverse("desk-insights")
