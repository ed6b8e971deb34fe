"""Calling many candidates for one job."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from candidates.models import Candidate
from interviews.calling.rules import why_never_called_each
from interviews.calling.verdicts import DialRule
from interviews.campaigns.bulk_planning import plan_interviews
from interviews.models import Campaign, Interview
from interviews.models.campaign import CampaignCancelled
from interviews.planning import NO_QUESTIONS, NotPossible, Obstacle
from jobs.models import JobDescription

NO_CANDIDATES = gettext_noop("No candidates were chosen. Choose them in their list first.")
UNKNOWN_CANDIDATE = gettext_noop("There is no candidate with this id.")
ALREADY_ADDED = gettext_noop("This candidate was added to this campaign before.")
SAME_NUMBER = gettext_noop(
    "Another selected candidate has this number and is called. One number is one person to call."
)


class AddResult(models.TextChoices):
    PLANNED = "planned", _("An interview was planned")
    ALREADY_ADDED = "already_added", _("Added before; nothing was changed")
    NOT_CALLED = "not_called", _("Will not be called")


@dataclass(frozen=True)
class CampaignAddition:
    """The result for one candidate. `interview`: planned now or before. `reason` and its code: why none was planned."""

    candidate: UUID
    result: AddResult
    interview: UUID | None = None
    reason_code: DialRule | Obstacle | str = ""
    reason: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A candidate chosen for a campaign who will not be called, and why."""

    candidate: Candidate
    code: DialRule | Obstacle
    reason: str


@dataclass(frozen=True)
class CampaignPreview:
    """Of the candidates chosen for a campaign, those that it would call and those that it would leave out."""

    called: list[Candidate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True)
class StartedCampaign:
    campaign: Campaign
    planned: list[CampaignAddition]
    refused: list[CampaignAddition]


def why_no_campaign(job: JobDescription) -> str:
    """Why no campaign can be started for this job; empty where one can."""
    return gettext(NO_QUESTIONS) if job.approved_questions is None else ""


def preview_campaign(*, job: JobDescription, candidates: Iterable[UUID]) -> CampaignPreview:
    """Sort the candidates into those that a campaign would call and those that it would leave out. Writes no rows.

    Of several candidates with one number the newest that may be called is called. A fixed number of queries.
    """
    preview_candidates = list(Candidate.objects.filter(pk__in=candidates).order_by("-created_at", "pk"))
    preview, seen_numbers = CampaignPreview(), set()
    for candidate, obstacle in zip(preview_candidates, why_never_called_each(preview_candidates, job), strict=True):
        if obstacle:
            preview.left_out.append(LeftOut(candidate, obstacle.rule, obstacle.verdict.reason))
        elif candidate.phone in seen_numbers:
            preview.left_out.append(LeftOut(candidate, Obstacle.SAME_NUMBER, gettext(SAME_NUMBER)))
        else:
            seen_numbers.add(candidate.phone)
            preview.called.append(candidate)
    preview.called.sort(key=_by_name)
    preview.left_out.sort(key=lambda left_out: _by_name(left_out.candidate))
    return preview


def _by_name(candidate: Candidate) -> tuple[str, UUID]:
    return candidate.full_name, candidate.pk


@transaction.atomic
def start_campaign(
    *,
    job: JobDescription,
    name: str,
    candidates: Iterable[UUID],
    actor: str,
    launch: bool = True,
    starts_at: datetime | None = None,
    calls_per_hour: int | None = None,
) -> StartedCampaign:
    """Create a campaign and plan an interview for each candidate, by the rules of `preview_campaign` as of now.

    It is launched at once, or at `starts_at`; with `launch` false, by a later launch. Raises NotPossible, without an
    effect, where no candidate can be called.
    """
    candidate_ids = list(dict.fromkeys(candidates))
    preview = preview_campaign(job=job, candidates=candidate_ids)
    refused_additions = [_not_called(row.candidate.pk, row.code, row.reason) for row in preview.left_out]
    left_out = {addition.candidate for addition in refused_additions}
    is_launched = launch and not starts_at
    campaign = Campaign.objects.start(
        actor=actor, launch=is_launched, name=name, job=job, calls_per_hour=calls_per_hour
    )
    campaign_additions = add_candidates(campaign, [pk for pk in candidate_ids if pk not in left_out], actor=actor)
    planned_additions = [addition for addition in campaign_additions if addition.interview]
    refused_additions += [addition for addition in campaign_additions if not addition.interview]
    if not planned_additions:
        first_refusal = (
            refused_additions[0]
            if refused_additions
            else _not_called(campaign.pk, Obstacle.NO_CANDIDATES, gettext(NO_CANDIDATES))
        )
        raise NotPossible(first_refusal.reason, first_refusal.reason_code)
    if starts_at:  # last, because it blocks the placing of calls until the end of the transaction
        campaign.launch(actor=actor, starts_at=starts_at)
    return StartedCampaign(campaign, planned_additions, refused_additions)


def add_candidates(campaign: Campaign, ids: Iterable[UUID], *, actor: str) -> list[CampaignAddition]:
    """Plan an interview for each candidate of these, once per campaign. One that is not possible stops no other."""
    candidate_ids = list(dict.fromkeys(ids))
    candidates = Candidate.objects.filter(erased_at__isnull=True).in_bulk(candidate_ids)
    job = JobDescription.objects.prefetch_related("question_sets").get(pk=campaign.job_id)
    planned_before = dict(campaign.interviews.filter(candidate__in=candidate_ids).values_list("candidate", "pk"))
    new_candidates = [candidates[pk] for pk in candidate_ids if pk in candidates and pk not in planned_before]
    try:
        with transaction.atomic():
            planned = plan_interviews(new_candidates, job=job, campaign=campaign, actor=actor)
            if any(isinstance(interview, Interview) for interview in planned.values()):
                campaign.reopen()
    except CampaignCancelled as error:
        refusal = NotPossible(str(error), Obstacle.CAMPAIGN_CANCELLED)
        planned = dict.fromkeys((candidate.pk for candidate in new_candidates), refusal)
    return [_addition(pk, planned_before.get(pk), planned.get(pk)) for pk in candidate_ids]


def _addition(candidate_id: UUID, before: UUID | None, planned: Interview | NotPossible | None) -> CampaignAddition:
    """`before`: the interview that was planned before. `planned`: None for a candidate who is not new or unknown."""
    if isinstance(planned, Interview):
        return CampaignAddition(candidate_id, AddResult.PLANNED, planned.pk)
    if planned:
        return _not_called(candidate_id, planned.code, str(planned))
    if before:
        return CampaignAddition(candidate_id, AddResult.ALREADY_ADDED, before, reason=gettext(ALREADY_ADDED))
    return _not_called(candidate_id, Obstacle.UNKNOWN_CANDIDATE, gettext(UNKNOWN_CANDIDATE))


def _not_called(candidate_id: UUID, code: DialRule | Obstacle | str, reason: str) -> CampaignAddition:
    return CampaignAddition(candidate_id, AddResult.NOT_CALLED, reason_code=code, reason=reason)
