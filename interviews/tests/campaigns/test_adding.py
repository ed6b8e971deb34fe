"""Campaigns: who is called, who is left out and why, without the admin."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidates.models import Candidate, Consent, DoNotCall
from interviews.calling.verdicts import DialRule
from interviews.campaigns import bulk_planning
from interviews.campaigns.adding import AddResult, add_candidates, preview_campaign, start_campaign, why_no_campaign
from interviews.models import Campaign, EventKind, Interview, lock_interview
from interviews.planning import NotPossible, Obstacle
from jobs.models import JobDescription
from tests.support.factories import make_approved_job, make_candidate, make_interview, make_job, run_tasks
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db

UNKNOWN = UUID(int=1)


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job()


def start(job: JobDescription, *candidates: Candidate) -> tuple[set[UUID], set[UUID]]:
    """The ids of the candidates that a campaign calls and of those that it refuses."""
    ids = [candidate.pk for candidate in candidates]
    started = start_campaign(job=job, name="Autumn", candidates=ids, actor="hanna")
    return {added.candidate for added in started.planned}, {added.candidate for added in started.refused}


def test_preview_separates_called_from_left_out(job: JobDescription) -> None:
    callable_, silent = make_candidate(), make_candidate(full_name="Grace", phone="+14155550102", consents=False)
    preview = preview_campaign(job=job, candidates=[callable_.pk, silent.pk, UNKNOWN])
    assert preview.called == [callable_]
    assert [prospect.candidate for prospect in preview.left_out] == [silent]
    assert all(prospect.reason for prospect in preview.left_out)
    assert not Campaign.objects.exists()


def test_interviewed_candidate_is_left_out(job: JobDescription) -> None:
    interviewed, newcomer = make_completed_interview(job=job).candidate, make_candidate(phone="+14155550102")
    assert start(job, interviewed, newcomer) == ({newcomer.pk}, {interviewed.pk})


def test_one_number_is_called_once(job: JobDescription) -> None:
    """Of several records of one number the newest that may be called is called."""
    silent = make_candidate(full_name="Ada L.", consents=False)
    oldest, newest = make_candidate(), make_candidate(full_name="A. King")
    preview = preview_campaign(job=job, candidates=[silent.pk, oldest.pk, newest.pk])
    assert preview.called == [newest]
    codes = {left_out.candidate: left_out.code for left_out in preview.left_out}
    assert codes == {oldest: Obstacle.SAME_NUMBER, silent: DialRule.CONSENT}
    assert start(job, silent, oldest, newest) == ({newest.pk}, {silent.pk, oldest.pk})


def test_adding_twice_changes_nothing(job: JobDescription) -> None:
    ada, grace = make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
    campaign = Campaign.objects.create(name="Autumn", job=job)
    (first,) = add_candidates(campaign, [ada.pk], actor="hanna")
    with lock_interview(Interview.objects.get()) as interview:
        interview.finish(Interview.Outcome.UNREACHED)
    again, new = add_candidates(campaign, [ada.pk, grace.pk], actor="hanna")
    assert (again.result, again.interview) == (AddResult.ALREADY_ADDED, first.interview)
    assert new.result == AddResult.PLANNED
    assert Interview.objects.count() == 2


def test_adding_many_needs_few_queries(job: JobDescription) -> None:
    campaign, counts = Campaign.objects.create(name="Autumn", job=job), []
    for start_number in (1000, 2000):
        count = start_number // 500
        people = [make_candidate(phone=f"+1415555{start_number + n}") for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            additions = add_candidates(campaign, [person.pk for person in people], actor="hanna")
        assert [added.result for added in additions] == [AddResult.PLANNED] * count
        counts.append(len(queries))
    assert counts[0] == counts[1]
    for interview in Interview.objects.all():
        assert interview.responses.count() == len(interview.question_set.questions)
        assert [event.kind for event in interview.events.all()] == [EventKind.INTERVIEW_PLANNED]
    assert run_tasks(only="interviews.dial").count("interviews.dial") == Interview.objects.count()


def test_one_of_several_with_one_number_is_added(job: JobDescription) -> None:
    campaign, people = Campaign.objects.create(name="Autumn", job=job), [make_candidate() for _ in range(3)]
    additions = add_candidates(campaign, [person.pk for person in people], actor="hanna")
    assert [added.reason_code for added in additions] == ["", DialRule.OTHER_INTERVIEW, DialRule.OTHER_INTERVIEW]


def test_interview_planned_meanwhile_stops_no_other(job: JobDescription, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, new = make_interview(job=job).candidate, make_candidate(phone="+14155550102")
    monkeypatch.setattr(bulk_planning, "why_never_called_each", lambda candidates, job: [None] * len(candidates))
    campaign = Campaign.objects.create(name="Autumn", job=job)
    refused, added = add_candidates(campaign, [waiting.pk, new.pk], actor="hanna")
    assert (refused.reason_code, added.result) == (DialRule.OTHER_INTERVIEW, AddResult.PLANNED)
    assert Interview.objects.count() == 2


def test_preview_of_hundreds_needs_few_queries(job: JobDescription, django_assert_max_num_queries: Any) -> None:
    people = [Candidate(full_name=f"Person {n}", phone=f"+1415555{n:04}") for n in range(1000, 1500)]
    Candidate.objects.bulk_create(people)
    consents = [Consent(candidate=person, kind=Consent.Kind.CALL, given=True, source="a test") for person in people]
    Consent.objects.bulk_create(consents)
    DoNotCall.objects.add_number(people[0].phone, source="letter")
    with django_assert_max_num_queries(7):
        preview = preview_campaign(job=job, candidates=[person.pk for person in people])
    assert (len(preview.called), len(preview.left_out)) == (499, 1)


def test_start_names_refused_candidates(job: JobDescription) -> None:
    waiting, silent = make_interview(job=job).candidate, make_candidate(phone="+14155550102", consents=False)
    ids = [waiting.pk, silent.pk, UNKNOWN, make_candidate(phone="+14155550103").pk]
    started = start_campaign(job=job, name="Autumn", candidates=ids, actor="hanna")
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
