"""Campaigns with candidates of their own."""

from typing import Any

from interviews.campaigns.adding import add_candidates
from interviews.models import Campaign, Interview
from jobs.models import JobDescription
from tests.support.factories import make_approved_job, make_candidate


def make_campaign(count: int, *, first: int = 0, job: JobDescription | None = None, **fields: Any) -> Campaign:
    """A campaign with `count` candidates. `first`: the number of the first candidate, by which the phones differ."""
    campaign = Campaign.objects.create(name="Autumn", job=job or make_approved_job(), created_by="hanna", **fields)
    numbers = range(first, first + count)
    candidates = [make_candidate(full_name=f"Candidate {n}", phone=f"+1415555{n:04}") for n in numbers]
    add_candidates(campaign, [candidate.pk for candidate in candidates], actor="hanna")
    return campaign


def interviews_of(campaign: Campaign) -> list[Interview]:
    """The interviews of the campaign, in the order of planning."""
    return list(campaign.interviews.order_by("created_at"))
