"""Calling many candidates for one job."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from candidates.models import Candidate
from interviews.calling import Never, may_ever_call_each
from interviews.models import Campaign, Interview
from interviews.planning import NotPossible, plan_interview
from jobs.models import JobDescription


@dataclass(frozen=True)
class Added:
    """What came of one candidate: an interview, or the reason why there is none."""

    candidate: UUID
    interview: UUID | None = None
    reason: str = ""


@dataclass(frozen=True)
class Prospect:
    """A candidate who was chosen for a campaign. `reason`: why they will not be called; empty where they will be."""

    candidate: Candidate
    reason: str = ""


def prospects(job: JobDescription, ids: Iterable[UUID], *, again: bool) -> list[Prospect]:
    """Who of these would be called for this job, in a fixed number of queries; `again`: also who was interviewed."""
    candidates = list(Candidate.objects.filter(pk__in=ids).prefetch_related("consents").order_by("full_name", "pk"))
    held = job.interviews.filter(candidate__in=candidates)
    statuses = defaultdict(set)
    for candidate_id, status in held.values_list("candidate_id", "status"):
        statuses[candidate_id].add(status)
    verdicts = may_ever_call_each(candidates, job)
    return [
        Prospect(one, (verdict.reason if isinstance(verdict, Never) else "") or _why_not_again(statuses[one.pk], again))
        for one, verdict in zip(candidates, verdicts, strict=True)
    ]


def _why_not_again(statuses: set[str], again: bool) -> str:
    if statuses.intersection(Interview.LIVE):
        return "There is an interview for this job already that is not over."
    if Interview.Status.COMPLETED in statuses and not again:
        return "Has been interviewed for this job."
    return ""


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
