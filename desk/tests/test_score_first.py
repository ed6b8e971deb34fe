"""Reviewers who score before they see other scores, and their scores beside those that count."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from interviews.decisions import record_decision
from interviews.models import Assessment, Interview
from interviews.presenters.scorers import ScorersTable
from interviews.scoring.blind_review import may_see_scores
from interviews.scoring.person import Scorer, save_person_scores
from interviews.scoring.score_first import MOST_JOBS, choose_score_first, jobs_scored_first
from jobs.models import JobDescription
from screener.models import InvalidTransition, RoleKey
from tests.support.admin_client import admin_url, get_page, make_staff_client
from tests.support.factories import make_approved_job, make_assessed_interview
from tests.support.person_scores import make_scorer, person_scores, score_as_person
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import add_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview(db: None) -> Interview:
    """Assessed by the simulated model."""
    return make_assessed_interview()


@pytest.fixture
def recruiter(interview: Interview) -> User:
    return make_role_user(RoleKey.RECRUITER)


@pytest.fixture
def client(recruiter: User) -> Client:
    return login_client(recruiter)


def switch(client: Client, job: JobDescription, on: str) -> Any:
    return client.post(reverse("desk-job-scoring", args=[job.pk]), {"on": on, "next": admin_url(job)})


def score_all(interview: Interview, name: str, score: float = 6, **fields: Any) -> list[Assessment]:
    return [score_as_person(response, score, name=name, **fields) for response in interview.responses.all()]


class TestChoice:
    def test_scores_are_hidden_until_scored(self, interview: Interview) -> None:
        job, user = interview.job, make_scorer("Hanna Berg").user
        assert user is not None
        assert may_see_scores(user, interview)
        choose_score_first(user, job.pk, on=True)
        assert not may_see_scores(user, interview)
        first, *others = interview.responses.all()
        score_as_person(first)
        assert not may_see_scores(user, interview)
        for response in others:
            score_as_person(response)
        assert may_see_scores(user, interview)

    def test_own_decision_shows_scores(self, recruiter: User, interview: Interview) -> None:
        choose_score_first(recruiter, interview.job_id, on=True)
        seen = interview.results.get(is_current=True)
        record_decision(interview, by=recruiter, verdict="hire", reason="Convincing.", seen=seen)
        assert may_see_scores(recruiter, interview)

    def test_pages_hide_scores(self, client: Client, interview: Interview) -> None:
        desk = admin_url(interview.job)
        assert switch(client, interview.job, "yes")["Location"] == desk
        assert client.get(desk).context["desk"].rows[0].score is None
        review = client.get(admin_url(interview)).context
        assert review["review"].scores_first
        assert review["page"].result is None
        assert review["review"].to_score == interview.responses.all()[0]
        (row,) = client.get(reverse("admin:interviews_interview_changelist")).context["cl"].result_list
        assert row.current_score is None
        assert reverse("desk-job-scoring", args=[interview.job_id]) in get_page(client, admin_url(interview))

    def test_scores_are_shown_again(self, client: Client, recruiter: User, interview: Interview) -> None:
        switch(client, interview.job, "yes")
        switch(client, interview.job, "no")
        assert client.get(admin_url(interview)).context["page"].shows_scores
        assert jobs_scored_first(recruiter) == []

    def test_choice_is_personal(self, client: Client, interview: Interview) -> None:
        switch(client, interview.job, "yes")
        assert may_see_scores(make_role_user(RoleKey.RECRUITER), interview)

    def test_blind_review_stays_blind(self, interview: Interview) -> None:
        interview.job.update_fields(blind_review=True)
        manager = make_role_user(RoleKey.HIRING_MANAGER, interview.job)
        switch(login_client(manager), interview.job, "no")
        assert not may_see_scores(manager, interview)

    def test_scorers_alone_choose(self, interview: Interview) -> None:
        reader = make_staff_client("view_interview", "view_jobdescription")
        assert switch(reader, interview.job, "yes").status_code == 403
        stranger = login_client(make_role_user(RoleKey.HIRING_MANAGER))
        assert switch(stranger, interview.job, "yes").status_code == 404

    def test_number_of_jobs_is_bounded(self, recruiter: User) -> None:
        for _ in range(MOST_JOBS):
            choose_score_first(recruiter, make_approved_job().pk, on=True)
        with pytest.raises(InvalidTransition):
            choose_score_first(recruiter, make_approved_job().pk, on=True)
        stored = User.objects.get(pk=recruiter.pk)
        assert len(jobs_scored_first(stored)) == MOST_JOBS


class TestSideBySide:
    def table(self, interview: Interview) -> ScorersTable | None:
        responses = list(interview.responses.prefetch_related("assessments"))
        return ScorersTable.of(interview, responses, interview.results.get(is_current=True).overall_score)

    def test_no_table_without_second_opinion(self, interview: Interview) -> None:
        assert self.table(interview) is None

    def test_every_scorer_has_column(self, interview: Interview) -> None:
        score_all(interview, "Hanna Berg", 6)
        score_as_person(interview.responses.all()[0], 2, name="Tom Ruiz")
        table = self.table(interview)
        assert table is not None
        counts, *people = table.columns
        assert counts.counts
        assert counts.overall == interview.results.get(is_current=True).overall_score
        assert {column.label: column.overall for column in people} == {"Hanna Berg": Decimal("6.00"), "Tom Ruiz": None}
        assert [column.scores.count(None) for column in (counts, *people)].count(0) == 2

    def test_namesakes_are_not_mixed(self, interview: Interview) -> None:
        first, *others = interview.responses.all()
        score_as_person(first, 2, name="Hanna Berg")
        namesake = User.objects.create(username="hberg2")
        for response in others:
            save_person_scores(response, person_scores(response, 9), Scorer("Hanna Berg", "hberg2", namesake))
        table = self.table(interview)
        assert table is not None
        assert [column.overall for column in table.columns[1:]] == [None, None]

    def test_missing_result_leaves_no_overall(self, interview: Interview) -> None:
        score_all(interview, "Hanna Berg", 6)
        add_result(interview, score=None)
        table = self.table(interview)
        assert table is not None
        assert [column.overall for column in table.columns] == [None, None]

    def test_opinion_leaves_result(self, interview: Interview) -> None:
        before = interview.results.get(is_current=True)
        score_all(interview, "Hanna Berg", 1, quotes=["led the migration of twelve services"])
        assert interview.results.get(is_current=True) == before

    def test_agreement_compares_criteria(self, interview: Interview) -> None:
        response = interview.responses.all()[0]
        current = response.assessments.get(is_current=True)
        own = score_as_person(response, 7, name="Hanna Berg")
        table = self.table(interview)
        assert table is not None
        agreement = table.columns[1].agreement
        assert agreement is not None
        differences = [7 - criterion.score for criterion in current.criteria]
        assert agreement.criterion_count == len(own.criteria)
        assert agreement.mean_difference == pytest.approx(sum(differences) / len(differences))
        assert agreement.near_count == sum(abs(difference) <= 1 for difference in differences)

    def test_page_shows_table_to_those_who_may(self, client: Client, interview: Interview) -> None:
        score_as_person(interview.responses.all()[0], name="Hanna Berg")
        assert client.get(admin_url(interview)).context["review"].scorers is not None
        switch(client, interview.job, "yes")
        assert client.get(admin_url(interview)).context["review"].scorers is None

    def test_blind_score_is_marked(self, interview: Interview) -> None:
        first, second, *_ = interview.responses.all()
        score_as_person(first, name="Hanna Berg")
        score_as_person(second, name="Tom Ruiz", has_seen_others=True)
        table = self.table(interview)
        assert table is not None
        assert {column.label: column.is_blind for column in table.columns[1:]} == {
            "Hanna Berg": True,
            "Tom Ruiz": False,
        }
