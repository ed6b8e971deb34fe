"""The estimate of a campaign: people, time and money, and the measures behind them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from candidates.models import Candidate, DoNotCall
from interviews.calling.verdicts import DialRule
from interviews.campaigns import estimate as estimates
from interviews.campaigns.adding import add_candidates, preview_campaign
from interviews.campaigns.estimate import LONGEST, estimate_campaign, estimate_new_campaign
from interviews.campaigns.measures import ASSUMED_COST, FEWEST_CALLS, Measure, Source
from interviews.models import Call, Campaign, Interview, lock_interview
from tests.support.campaigns import interviews_of, make_campaign
from tests.support.factories import make_approved_job, make_candidate

pytestmark = pytest.mark.django_db
NOON_IN_CALIFORNIA = datetime(2026, 11, 30, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(settings: Any, time_machine: Any) -> None:
    """Noon for the numbers of the campaign, with one call at a time."""
    settings.CALLING_HOURS, settings.MAX_CONCURRENT_CALLS, settings.CALLS_PER_SECOND = "08:00-21:00", 1, 1
    settings.DAILY_SPEND_LIMIT = 0
    time_machine.move_to(NOON_IN_CALIFORNIA)


def add_past_calls(campaign: Campaign, *, calls_each: int, seconds: int, price: str) -> None:
    """End each interview of the campaign after `calls_each` calls."""
    for interview in interviews_of(campaign):
        for number in range(1, calls_each + 1):
            attempt = interview.attempts.create(number=number, send_before=timezone.now(), ended_at=timezone.now())
            call = Call.objects.create(
                attempt=attempt,
                number=interview.candidate.phone,
                twilio_sid=f"CA{attempt.pk.hex}",
                status=Call.Status.COMPLETED,
                price=Decimal(price),
                ended_at=timezone.now(),
            )
            Call.objects.filter(pk=call.pk).update(created_at=timezone.now() - timedelta(seconds=seconds))
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.UNREACHED)


def test_assumptions_are_named_as_such() -> None:
    estimate = estimate_campaign(make_campaign(2))
    measures = (estimate.measures.calls_per_person, estimate.measures.seconds, estimate.measures.cost)
    assert {(figure.source, figure.calls) for figure in measures} == {(Source.ASSUMED, 0)}
    assert estimate.cost == estimate.calls * ASSUMED_COST


def test_past_calls_of_job_are_measured() -> None:
    job = make_approved_job(max_attempts=2, attempt_spacing=[60])
    add_past_calls(make_campaign(FEWEST_CALLS // 2, job=job), calls_each=2, seconds=60, price="-0.05")
    other = make_approved_job()
    assert estimate_campaign(make_campaign(1, first=200, job=other)).measures.seconds.source == Source.ALL_JOBS
    estimate = estimate_campaign(make_campaign(30, first=100, job=job, status=Campaign.Status.DRAFT))
    assert (estimate.people, estimate.calls, estimate.cost) == (30, 60, Decimal("3.00"))
    seconds = estimate.measures.seconds
    assert seconds == Measure(Decimal(60), Source.JOB, FEWEST_CALLS)
    assert estimate.first_calls_end_at
    assert estimate.ends_at
    first_calls_take = estimate.first_calls_end_at - NOON_IN_CALIFORNIA
    assert abs(first_calls_take - timedelta(minutes=30)) < timedelta(minutes=1), "one call a minute"
    assert abs(estimate.ends_at - estimate.first_calls_end_at - timedelta(hours=1)) < timedelta(minutes=1)


def test_practice_is_not_measured() -> None:
    campaign = make_campaign(FEWEST_CALLS // 2)
    add_past_calls(campaign, calls_each=2, seconds=60, price="-0.05")
    Interview.objects.update(purpose=Interview.Purpose.PRACTICE)
    estimate = estimate_campaign(make_campaign(1, first=100, job=campaign.job))
    assert estimate.measures.seconds.source == Source.ASSUMED


def test_those_never_called_are_counted_by_reason() -> None:
    campaign = make_campaign(3)
    refused, invited, _ = interviews_of(campaign)
    DoNotCall.objects.add_number(refused.candidate.phone, source="letter")
    Interview.objects.filter(pk=invited.pk).update(channel="text", next_attempt_at=None)
    estimate = estimate_campaign(campaign)
    assert (estimate.people, estimate.without_call) == (1, 1)
    assert estimate.left_out == {DialRule.DO_NOT_CALL: 1}


def test_slower_limits_make_it_longer(settings: Any) -> None:
    """Calls per hour, the calls of the job in a day, the spend limit, and calling hours that are over for today."""
    campaign = make_campaign(20)
    ends = [estimate_campaign(campaign).first_calls_end_at]
    campaign.update_fields(calls_per_hour=10)
    ends.append(estimate_campaign(campaign).first_calls_end_at)
    settings.DAILY_SPEND_LIMIT = 15 * ASSUMED_COST
    ends.append(estimate_campaign(campaign).first_calls_end_at)
    campaign.job.update_fields(calls_per_day=5)
    ends.append(estimate_campaign(campaign).first_calls_end_at)
    assert all(ends)
    assert ends == sorted(ends, key=lambda end: end or NOON_IN_CALIFORNIA)
    assert len(set(ends)) == 4
    Candidate.objects.update(timezone="Europe/Berlin")
    late = estimate_campaign(campaign).first_calls_end_at
    assert late
    assert late > NOON_IN_CALIFORNIA + timedelta(days=3)
    campaign.job.update_fields(calls_per_day=1)
    campaign.update_fields(calls_per_hour=1)
    settings.DAILY_SPEND_LIMIT = ASSUMED_COST / 10
    assert estimate_campaign(campaign).ends_at is None, f"longer than {LONGEST}"


def test_queries_do_not_grow() -> None:
    counts = []
    for first, people in ((0, 1), (20, 5)):
        campaign = make_campaign(people, first=first)
        with CaptureQueriesContext(connection) as queries:
            estimate_campaign(campaign)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_sample_stands_for_large_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "LARGEST_SAMPLE", 3)
    estimate = estimate_campaign(make_campaign(9))
    assert (estimate.evaluated, estimate.people) == (3, 9)


def test_estimate_before_saving_is_that_of_saved_draft() -> None:
    job = make_approved_job()
    candidates = [make_candidate(full_name=f"Candidate {n}", phone=f"+1415555{n:04}") for n in range(3)]
    refused = make_candidate(full_name="Grace Hopper", phone="+14155559999", consents=False)
    ids = [candidate.pk for candidate in [*candidates, refused]]
    before = estimate_new_campaign(Campaign(job=job, calls_per_hour=2), preview_campaign(job=job, candidates=ids))
    assert (before.people, before.left_out) == (3, {DialRule.CONSENT: 1})
    assert not Interview.objects.exists()
    campaign = Campaign.objects.create(job=job, name="Autumn", calls_per_hour=2, status=Campaign.Status.DRAFT)
    add_candidates(campaign, ids, actor="hanna")
    saved = estimate_campaign(campaign)
    assert (before.calls, before.cost) == (saved.calls, saved.cost)
    assert before.ends_at
    assert saved.ends_at
    assert abs(saved.ends_at - before.ends_at) < timedelta(minutes=1)
    in_writing = make_approved_job(channels=["text"])
    preview = preview_campaign(job=in_writing, candidates=ids[:2])
    assert (len(preview.called), estimate_new_campaign(Campaign(job=in_writing), preview).without_call) == (2, 2)
