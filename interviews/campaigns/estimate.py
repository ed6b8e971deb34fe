"""The estimate of a campaign: calls, time and money, before its launch and while it runs. Writes no rows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import inf
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from interviews.calling.capacity import count_waiting_campaigns
from interviews.calling.hours import CallingHours
from interviews.calling.person.call_request import CallRequest
from interviews.calling.retries import attempt_spacings
from interviews.calling.rules import why_never_called_each
from interviews.campaigns.adding import CampaignPreview
from interviews.campaigns.measures import CallMeasures, measure_calls
from interviews.models import Campaign
from interviews.wait_reason import HELD_WITHOUT_CALL
from jobs.channels import Channel
from jobs.models import JobDescription

STEP = timedelta(minutes=15)
LARGEST_SAMPLE = 1000
"""The number of people, chosen by random ids, for whom the dial rules are evaluated in a larger campaign."""

LONGEST = timedelta(days=90)
"""The end of a longer campaign is not forecast."""


@dataclass(frozen=True)
class CampaignEstimate:
    """`people`: those who would be called. `left_out`: the number of the others, by the code of the reason.

    `evaluated`: the number of people in the sample of the dial rules; the figures of larger campaigns are scaled.
    `without_call`: those who are interviewed in another way, or have to choose first. `calls`: repeated ones included.
    `first_calls_end_at`: when each person was called once; `ends_at`: after the repeated calls. Both are None where it
    takes longer than LONGEST, or no call is left. `shared_with`: the number of other campaigns that wait for the same
    capacity, taken as constant. `cost`: of calls alone, in the currency of the carrier's account.
    """

    starts_at: datetime
    people: int
    left_out: dict[str, int]
    without_call: int
    evaluated: int
    calls: int
    measures: CallMeasures
    cost: Decimal
    shared_with: int
    first_calls_end_at: datetime | None
    ends_at: datetime | None


def estimate_campaign(campaign: Campaign) -> CampaignEstimate:
    """Estimate the calls that are left, as if they went on now. A fixed number of queries."""
    starts_at = _start_of(campaign)
    return _estimate(campaign, _PeopleLeft.of(campaign, starts_at), starts_at)


def estimate_new_campaign(campaign: Campaign, preview: CampaignPreview) -> CampaignEstimate:
    """Estimate a campaign that is not saved, for the people of its preview. A fixed number of queries."""
    starts_at = _start_of(campaign)
    return _estimate(campaign, _PeopleLeft.of_preview(campaign.job, preview, starts_at), starts_at)


def _start_of(campaign: Campaign) -> datetime:
    return max(campaign.starts_at or timezone.now(), timezone.now())


def _estimate(campaign: Campaign, left: "_PeopleLeft", starts_at: datetime) -> CampaignEstimate:
    job = campaign.job
    people = round(sum(left.by_zones.values()))
    measures, shared_with = measure_calls(job), count_waiting_campaigns(besides=campaign)
    calls_per_person = measures.calls_per_person.value
    calls = round(people * calls_per_person)
    rate = _CallRate.of(job, measures, calls_per_hour=campaign.calls_per_hour, shares=1 + shared_with)
    first_calls_end_at = _end_of_calls(left.by_zones, 1.0, rate, starts_at)
    ends_at = _end_of_calls(left.by_zones, float(calls_per_person), rate, starts_at)
    if first_calls_end_at and ends_at and calls > people:
        repeats = attempt_spacings(job)[: job.max_attempts - 1]
        ends_at = max(ends_at, first_calls_end_at + sum(repeats, timedelta()))
    return CampaignEstimate(
        starts_at=starts_at,
        people=people,
        left_out=left.left_out,
        without_call=left.without_call,
        evaluated=left.evaluated,
        calls=calls,
        measures=measures,
        cost=(calls * measures.cost.value).quantize(Decimal("0.01")),
        shared_with=shared_with,
        first_calls_end_at=first_calls_end_at,
        ends_at=ends_at,
    )


@dataclass(frozen=True)
class _PeopleLeft:
    """Those whose interviews are not over. `by_zones`: those who would be called, by the time zones they may be in."""

    by_zones: Mapping[tuple[str, ...], float]
    left_out: dict[str, int]
    without_call: int
    evaluated: int

    @classmethod
    def of(cls, campaign: Campaign, at: datetime) -> "_PeopleLeft":
        """Evaluate the dial rules for each person, or for a sample of them."""
        live = campaign.interviews.live()
        called = live.filter(channel=Channel.PHONE).exclude(wait_reason__in=HELD_WITHOUT_CALL)
        called_count = called.count()
        sample = {row.candidate_id: row for row in called.select_related("candidate").order_by("pk")[:LARGEST_SAMPLE]}
        candidates = [interview.candidate for interview in sample.values()]
        obstacles = why_never_called_each(candidates, campaign.job, interviews=sample)
        zones = Counter(
            CallRequest(candidate.phone, at, candidate).zone_names
            for candidate, obstacle in zip(candidates, obstacles, strict=True)
            if obstacle is None
        )
        left_out = Counter(str(obstacle.rule) for obstacle in obstacles if obstacle)
        scale = called_count / len(sample) if sample else 1.0
        return cls(
            by_zones={group: count * scale for group, count in zones.items()},
            left_out={code: round(count * scale) for code, count in left_out.items()},
            without_call=live.count() - called_count,
            evaluated=len(sample),
        )

    @classmethod
    def of_preview(cls, job: JobDescription, preview: CampaignPreview, at: datetime) -> "_PeopleLeft":
        """The people of a campaign that is not saved. Its preview has evaluated the rules for each of them."""
        called = preview.called if job.usual_channel == Channel.PHONE else []
        return cls(
            by_zones=Counter(CallRequest(candidate.phone, at, candidate).zone_names for candidate in called),
            left_out=dict(Counter(str(left_out.code) for left_out in preview.left_out)),
            without_call=len(preview.called) - len(called),
            evaluated=len(preview.called) + len(preview.left_out),
        )


@dataclass(frozen=True)
class _CallRate:
    """The most calls in an hour and in a day. inf: no limit."""

    per_hour: float
    per_day: float

    @classmethod
    def of(cls, job: JobDescription, measures: CallMeasures, *, calls_per_hour: int | None, shares: int) -> "_CallRate":
        capacity = min(settings.MAX_CONCURRENT_CALLS / shares, job.max_concurrent_calls or inf)
        by_capacity = capacity * 3600 / max(float(measures.seconds.value), 1)
        by_dial_rate = settings.CALLS_PER_SECOND * 3600 / shares
        cost = float(measures.cost.value)
        by_spend_limit = float(settings.DAILY_SPEND_LIMIT) / cost if settings.DAILY_SPEND_LIMIT and cost else inf
        return cls(min(by_capacity, by_dial_rate, calls_per_hour or inf), min(job.calls_per_day or inf, by_spend_limit))


def _end_of_calls(
    people_by_zones: Mapping[tuple[str, ...], float], calls_per_person: float, rate: _CallRate, starts_at: datetime
) -> datetime | None:
    """When the last call is placed, in steps, with the calling hours of each group of time zones."""
    hours = CallingHours.parse_hours(settings.CALLING_HOURS)
    left = {group: people * calls_per_person for group, people in people_by_zones.items()}
    moment, day_ends_at, placed_today, last_call_at = starts_at, starts_at, 0.0, None
    while left and moment < starts_at + LONGEST:
        if moment >= day_ends_at:
            day_ends_at, placed_today = day_ends_at + timedelta(days=1), 0.0
        open_groups = [group for group in left if _is_open(hours, group, moment)]
        wanted, per_step = sum(left[group] for group in open_groups), rate.per_hour * (STEP / timedelta(hours=1))
        placed = min(wanted, per_step, rate.per_day - placed_today)
        if placed > 0:
            placed_today += placed
            last_call_at = moment + STEP * (placed / per_step)
            for group in open_groups:
                left[group] -= left[group] * placed / wanted
            left = {group: calls for group, calls in left.items() if calls > 1e-6}
        moment += STEP
    return None if left else last_call_at


def _is_open(hours: CallingHours, zone_names: tuple[str, ...], moment: datetime) -> bool:
    return all(hours.are_open_at(moment.astimezone(ZoneInfo(name))) for name in zone_names)
