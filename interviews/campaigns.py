"""Calling many candidates for one job."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from candidates.models import Candidate
from interviews.models import Campaign
from interviews.planning import NotPossible, plan_interview
from jobs.models import JobDescription


@dataclass(frozen=True)
class Added:
    """What came of one candidate: an interview, or the reason why there is none."""

    candidate: UUID
    interview: UUID | None = None
    reason: str = ""


def add_candidates(campaign: Campaign, ids: Iterable[UUID], *, actor: str) -> list[Added]:
    """Plan an interview for each candidate of these. One that is not possible does not hold up the others."""
    wanted = list(dict.fromkeys(ids))
    found = Candidate.objects.filter(erased_at__isnull=True).in_bulk(wanted)
    job = JobDescription.objects.prefetch_related("question_sets").get(pk=campaign.job_id)
    return [_add(campaign, job, pk, found.get(pk), actor=actor) for pk in wanted]


def _add(campaign: Campaign, job: JobDescription, pk: UUID, candidate: Candidate | None, *, actor: str) -> Added:
    if candidate is None:
        return Added(pk, reason="There is no candidate with this id.")
    try:
        interview = plan_interview(candidate=candidate, job=job, actor=actor, campaign=campaign)
    except NotPossible as error:
        return Added(pk, reason=str(error))
    return Added(pk, interview=interview.pk)
