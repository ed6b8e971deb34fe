"""The address of the home page: the period and the job of its numbers. A link to it shows the same numbers."""

from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from interviews.reports.funnel import Period, Stage
from screener.models import parse_id


@dataclass(frozen=True)
class HomeAddress:
    """`job_id`: None for all jobs."""

    period: Period = Period.MONTH
    job_id: UUID | None = None

    @classmethod
    def parse(cls, query: QueryDict) -> "HomeAddress":
        """Read an address. Values that do not exist are ignored, so that an old link still shows a page."""
        period = query.get("period", "")
        return cls(Period(period) if period in Period.values else Period.MONTH, parse_id(query.get("job", "")))

    @property
    def parameters(self) -> dict[str, str]:
        period = {} if self.period == Period.MONTH else {"period": self.period.value}
        return period | ({"job": str(self.job_id)} if self.job_id else {})

    @property
    def path(self) -> str:
        return reverse("admin:index")

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path

    def change(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def list_of(self, stage: Stage) -> str:
        """The address of the list of the interviews that are counted at this stage."""
        job = {"job__id__exact": str(self.job_id)} if self.job_id else {}
        first_day = self.period.start(timezone.now()).date().isoformat()
        return list_address("interviews_interview", {"created_at_from": first_day, "stage": stage.value} | job)


def list_address(model: str, query: dict[str, str]) -> str:
    """The address of a filtered list of the admin."""
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(query)}"
