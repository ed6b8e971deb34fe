"""Calling many candidates for one job."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from candidates.models import Candidate
from interviews.calling.rules import may_ever_call_each
from interviews.calling.verdicts import Never
from interviews.models import Campaign, Interview
from interviews.planning import NO_QUESTIONS, NotPossible, plan_interview
from jobs.models import JobDescription

NO_CANDIDATES = "No candidates were chosen. Choose them in their list first."


@dataclass(frozen=True)
class Added:
    """What came of one candidate: an interview, or the reason why there is none."""

    candidate: UUID
    interview: UUID | None = None
    reason: str = ""


@dataclass(frozen=True)
class Prospect:
    """A candidate chosen for a campaign. `reason`: why they will not be called; empty where they will be."""

    candidate: Candidate
    reason: str = ""


@dataclass(frozen=True)
class Preview:
    """Of the candidates chosen for a campaign, those that it would call and those that it would leave out."""

    called: list[Candidate]
    left_out: list[Prospect]


@dataclass(frozen=True)
class StartedCampaign:
    campaign: Campaign
    planned: list[Added]
    refused: list[Added]


def why_no_campaign(job: JobDescription) -> str:
    """Why no campaign can be started for this job; empty where one can."""
    return NO_QUESTIONS if job.approved_questions is None else ""


def preview_campaign(*, job: JobDescription, candidates: Iterable[UUID], again: bool) -> Preview:
    """Sort the candidates into those that a campaign would call and those that it would not, and change nothing.

    `again`: also call candidates who completed an interview for this job.
    """
    prospects = _prospects(job, candidates, again=again)
    return Preview(
        called=[prospect.candidate for prospect in prospects if not prospect.reason],
        left_out=[prospect for prospect in prospects if prospect.reason],
    )


@transaction.atomic
def start_campaign(
    *, job: JobDescription, name: str, candidates: Iterable[UUID], again: bool, actor: str
) -> StartedCampaign:
    """Create a campaign and plan an interview for each candidate, by the rules of `preview_campaign` as of now.

    Raises NotPossible, and creates nothing, where no candidate can be called.
    """
    wanted = list(dict.fromkeys(candidates))
    preview = preview_campaign(job=job, candidates=wanted, again=again)
    left_out = {prospect.candidate.pk: prospect.reason for prospect in preview.left_out}
    campaign = Campaign.objects.create(name=name, job=job, created_by=actor)
    added = add_candidates(campaign, [pk for pk in wanted if pk not in left_out], actor=actor)
    planned = [addition for addition in added if addition.interview]
    refused = [Added(pk, reason=reason) for pk, reason in left_out.items()]
    refused += [addition for addition in added if not addition.interview]
    if not planned:
        raise NotPossible(refused[0].reason if refused else NO_CANDIDATES)
    return StartedCampaign(campaign, planned, refused)


def _prospects(job: JobDescription, ids: Iterable[UUID], *, again: bool) -> list[Prospect]:
    """The known candidates of these ids, each with the reason why not to call, in a fixed number of queries."""
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
