"""Blind reviews: who sees scores before their own."""

import pytest
from django.contrib.auth.models import User

from interviews.decisions import record_decision
from interviews.models import Assessment, Interview, InterviewResponse
from interviews.scoring.blind_review import interviews_with_scores, may_see_opinions, may_see_scores
from screener.models import RoleKey
from tests.support.factories import make_approved_job
from tests.support.role_accounts import make_role_user
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview() -> Interview:
    return make_completed_interview(job=make_approved_job(blind_review=True))


@pytest.fixture
def manager(interview: Interview) -> User:
    return make_role_user(RoleKey.HIRING_MANAGER, interview.job)


def score_as(user: User, response: InterviewResponse) -> None:
    Assessment.objects.create(
        response=response,
        is_current=False,
        role=Assessment.Role.SECOND_OPINION,
        source=Assessment.Source.PERSON,
        scored_by=user,
        score=5,
        label="a test",
        rubric_version="1",
    )


def test_scores_are_hidden_from_members_at_first(interview: Interview, manager: User) -> None:
    assert not may_see_scores(manager, interview)
    assert not interviews_with_scores(manager).exists()
    for key in (RoleKey.ADMINISTRATOR, RoleKey.RECRUITER, RoleKey.AUDITOR):
        assert may_see_scores(make_role_user(key), interview)
        assert list(interviews_with_scores(make_role_user(key))) == [interview]


def test_scores_are_shown_without_blind_review(interview: Interview, manager: User) -> None:
    interview.job.update_fields(blind_review=False)
    assert may_see_scores(manager, interview)


def test_scores_are_shown_after_own_decision(interview: Interview, manager: User) -> None:
    seen = interview.results.get(is_current=True)
    record_decision(interview, by=make_role_user(RoleKey.RECRUITER), verdict="hire", reason="", seen=seen)
    assert not may_see_scores(manager, interview)
    record_decision(interview, by=manager, verdict="reject", reason="Not for us.", seen=seen)
    assert may_see_scores(manager, interview)


def test_scores_are_shown_after_own_scores(interview: Interview, manager: User) -> None:
    first, *others = interview.responses.all()
    score_as(manager, first)
    assert may_see_opinions(manager, first)
    assert not may_see_opinions(manager, others[0])
    assert not may_see_scores(manager, interview)
    for response in others:
        score_as(manager, response)
    assert may_see_scores(manager, interview)
    assert not may_see_scores(make_role_user(RoleKey.HIRING_MANAGER, interview.job), interview)
