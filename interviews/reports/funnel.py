"""How far interviews came, how many of those reached were completed, and how long results and decisions took.

Each number belongs to a stage, which the list of interviews knows as a filter: the number links to its rows. All
conditions read only the columns of the index `interviews_by_milestone`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from django.core.cache import cache
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, FloatField, Q, QuerySet, TextChoices
from django.db.models.functions import Extract
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interviews.models import Interview

LOWEST_COMPLETION_RATE = 70
"""In percent. Below it, the home page raises an alarm."""


class Period(TextChoices):
    """How many days back, today included. The dates are those of the invitation: when the interview was planned."""

    WEEK = "7", _("7 days")
    MONTH = "30", _("30 days")
    QUARTER = "90", _("90 days")
    YEAR = "365", _("12 months")

    def start(self, now: datetime) -> datetime:
        """The midnight at which the period begins."""
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=int(self.value) - 1)


KEPT_PERIODS = (Period.QUARTER, Period.YEAR)
KEPT_SECONDS = 300


class Stage(TextChoices):
    INVITED = "invited", _("Invited")
    REACHED = "reached", _("Reached")
    COMPLETED = "completed", _("Completed")
    RECOMMENDED = "recommended", _("With a recommendation")
    DECIDED = "decided", _("Decided")
    REACHED_AND_OVER = "reached_and_over", _("Reached, and over")
    NOT_COMPLETED = "not_completed", _("Reached, not completed")
    DECIDED_AFTER_RECOMMENDATION = "decided_after", _("Decided after the recommendation")


FUNNEL = (Stage.INVITED, Stage.REACHED, Stage.COMPLETED, Stage.RECOMMENDED, Stage.DECIDED)

OUTCOMES_OF_REACHED = (
    Interview.Outcome.DECLINED,
    Interview.Outcome.OPTED_OUT,
    Interview.Outcome.PERSON_REQUESTED,
    Interview.Outcome.TOO_LITTLE,
    Interview.Outcome.NOT_ELIGIBLE,
)
_REACHED = (
    Q(started_at__isnull=False)
    | Q(postponements__gt=0)
    | Q(person_requested_at__isnull=False)
    | Q(outcome__in=OUTCOMES_OF_REACHED)
)
"""The candidate spoke with the assistant: consented, declined, or asked for another time or for a person."""
_OVER = ~Q(status__in=Interview.LIVE)

CONDITIONS: dict[Stage, Q] = {
    Stage.INVITED: Q(),
    Stage.REACHED: _REACHED,
    Stage.COMPLETED: Q(status=Interview.Status.COMPLETED),
    Stage.RECOMMENDED: Q(recommended_at__isnull=False),
    Stage.DECIDED: Q(decided_at__isnull=False),
    Stage.REACHED_AND_OVER: _REACHED & _OVER,
    Stage.NOT_COMPLETED: _REACHED & _OVER & ~Q(status=Interview.Status.COMPLETED),
    Stage.DECIDED_AFTER_RECOMMENDATION: Q(recommended_at__isnull=False, decided_at__gte=F("recommended_at")),
}


class Median(Aggregate):
    """The median of numbers, of those that are not NULL."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def _seconds_between(start: str, end: str) -> Extract:
    duration = ExpressionWrapper(F(end) - F(start), output_field=DurationField())
    return Extract(duration, "epoch", output_field=FloatField())


@dataclass(frozen=True)
class FunnelNumbers:
    """`to_result`: the median time from the end of the call to the recommendation; `to_decision`: from there on."""

    counts: dict[Stage, int]
    to_result: timedelta | None
    to_decision: timedelta | None
    counted_at: datetime = field(default_factory=timezone.now, compare=False, repr=False)

    @classmethod
    def of_interviews(cls, interviews: QuerySet[Interview]) -> Self:
        """Count these interviews, in one query."""
        counts: dict[str, Any] = {stage.value: _count(CONDITIONS[stage]) for stage in Stage}
        medians = {
            "to_result": Median(
                _seconds_between("completed_at", "recommended_at"), filter=CONDITIONS[Stage.RECOMMENDED]
            ),
            "to_decision": Median(
                _seconds_between("recommended_at", "decided_at"), filter=CONDITIONS[Stage.DECIDED_AFTER_RECOMMENDATION]
            ),
        }
        row = interviews.order_by().aggregate(**counts, **medians)
        times = (_duration(row["to_result"]), _duration(row["to_decision"]))
        return cls({stage: row[stage.value] for stage in Stage}, *times)

    @classmethod
    def of_period(cls, interviews: QuerySet[Interview], period: Period, scope: str) -> Self:
        """Count those of the interviews that were planned in the period.

        Long periods are counted anew every five minutes, because that reads every row of a year. `scope` names the
        interviews: two callers with one scope get the same numbers.
        """
        start = period.start(timezone.now())
        counted = interviews.filter(created_at__gte=start)
        if period not in KEPT_PERIODS:
            return cls.of_interviews(counted)
        key = f"funnel:{start.date()}:{scope}"
        numbers: Self = cache.get_or_set(key, lambda: cls.of_interviews(counted), KEPT_SECONDS)  # type: ignore[assignment]
        return numbers

    @property
    def completion_rate(self) -> int | None:
        """In percent of those who were reached and whose interview is over. Rounded down: 69.9 is below 70."""
        over = self.counts[Stage.REACHED_AND_OVER]
        return 100 * self.counts[Stage.COMPLETED] // over if over else None

    @property
    def is_completion_low(self) -> bool:
        return self.completion_rate is not None and self.completion_rate < LOWEST_COMPLETION_RATE


def _count(condition: Q) -> Count:
    return Count("created_at", filter=condition) if condition else Count("created_at")


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
