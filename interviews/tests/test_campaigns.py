"""Campaigns: who is called, who is left out and why, without the admin."""

from uuid import UUID

import pytest

from candidates.models import Candidate
from interviews.campaigns import preview_campaign, start_campaign, why_no_campaign
from interviews.models import Campaign, Interview
from interviews.planning import NotPossible
from jobs.models import JobDescription
from tests.support.factories import make_approved_job, make_candidate, make_interview, make_job
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db

UNKNOWN = UUID(int=1)


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job()


def start(job: JobDescription, *candidates: Candidate, again: bool = False) -> tuple[set[UUID], set[UUID]]:
    """The ids of the candidates that a campaign calls and of those that it refuses."""
    ids = [candidate.pk for candidate in candidates]
    started = start_campaign(job=job, name="Autumn", candidates=ids, again=again, actor="hanna")
    return {added.candidate for added in started.planned}, {added.candidate for added in started.refused}


def test_preview_separates_called_from_left_out(job: JobDescription) -> None:
    callable_, silent = make_candidate(), make_candidate(full_name="Grace", phone="+14155550102", consents=False)
    preview = preview_campaign(job=job, candidates=[callable_.pk, silent.pk, UNKNOWN], again=False)
    assert preview.called == [callable_]
    assert [prospect.candidate for prospect in preview.left_out] == [silent]
    assert all(prospect.reason for prospect in preview.left_out)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("again", [True, False])
def test_start_calls_interviewed_candidates_only_again(job: JobDescription, again: bool) -> None:
    interviewed, newcomer = make_completed_interview(job=job).candidate, make_candidate(phone="+14155550102")
    planned, refused = start(job, interviewed, newcomer, again=again)
    assert planned == ({interviewed.pk, newcomer.pk} if again else {newcomer.pk})
    assert refused == (set() if again else {interviewed.pk})


def test_start_names_refused_candidates(job: JobDescription) -> None:
    waiting, silent = make_interview(job=job).candidate, make_candidate(phone="+14155550102", consents=False)
    ids = [waiting.pk, silent.pk, UNKNOWN, make_candidate(phone="+14155550103").pk]
    started = start_campaign(job=job, name="Autumn", candidates=ids, again=False, actor="hanna")
    assert {added.candidate for added in started.refused} == {waiting.pk, silent.pk, UNKNOWN}
    assert all(added.reason for added in started.refused)
    assert [added.candidate for added in started.planned] == ids[-1:]
    assert (started.campaign.name, started.campaign.created_by) == ("Autumn", "hanna")


def test_start_plans_interviews_of_campaign(job: JobDescription) -> None:
    candidate = make_candidate()
    start(job, candidate, candidate)
    interview = Interview.objects.get()
    assert (interview.candidate, interview.campaign) == (candidate, Campaign.objects.get())


@pytest.mark.parametrize("chosen", [True, False])
def test_start_without_anyone_to_call_is_refused(job: JobDescription, chosen: bool) -> None:
    candidates = [make_candidate(consents=False)] if chosen else []
    with pytest.raises(NotPossible):
        start(job, *candidates)
    assert not Campaign.objects.exists()


def test_campaign_needs_approved_questions(job: JobDescription) -> None:
    assert not why_no_campaign(job)
    assert why_no_campaign(make_job())
    with pytest.raises(NotPossible):
        start(make_job(), make_candidate())
