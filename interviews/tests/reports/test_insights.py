"""Insights into a period: groups of candidates, questions, and overruled scores."""

from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User

from candidates.models import Consent
from interviews.models import Assessment, Decision, Interview, InterviewResponse, InterviewResult, lock_interview
from interviews.records import CriterionRecord
from interviews.reports import groups, job_questions
from interviews.reports.funnel import Stage
from interviews.reports.groups import Grouping, compare_groups
from interviews.reports.job_questions import QuestionFigures, Separation, question_figures
from interviews.reports.overruling import criterion_figures, decision_figures
from jobs.models import JobDescription
from jobs.models.bank_usage import MIN_SHOWN
from tests.support.factories import make_approved_job, make_interview

pytestmark = pytest.mark.django_db
Status = InterviewResponse.Status
NUMBERS = count()


FEW = 8
"""The least interviews or answers, lowered for these tests."""


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MIN_COMPARED", FEW)
    monkeypatch.setattr(job_questions, "MIN_COMPARED", FEW)


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job()


def plan(job: JobDescription) -> Interview:
    number = next(NUMBERS)
    return make_interview(job=job, phone=f"+1415555{number:04}", email=f"{number}@example.com", consents=False)


def plan_from(source: str, job: JobDescription, *, completed: int, declined: int) -> None:
    outcomes = [Interview.Outcome.COMPLETE] * completed + [Interview.Outcome.DECLINED] * declined
    for outcome in outcomes:
        interview = plan(job)
        interview.candidate.add_call_consent(True, given_by=Consent.GivenBy.UNKNOWN, source=source)
        with lock_interview(interview) as locked:
            locked.begin()
            locked.finish(outcome)


def score_answers(interview: Interview, *scores: float) -> None:
    for response, score in zip(interview.responses.order_by("position"), scores, strict=False):
        response.update_fields(status=Status.ASSESSED)
        assess(response, score)


def assess(response: InterviewResponse, score: float, **fields: Any) -> None:
    record = {"criterion": "clarity", "name": "Clarity", "weight": 1, "score": score, "reason": ""}
    criteria = [CriterionRecord.from_json({**record, "evidence": [], "flags": []})]
    usual = {"criteria": criteria, "score": Decimal(str(score)), "rubric_version": "1", "label": "a model"}
    Assessment.objects.create(response=response, **usual | fields)


def figures_of_first(job: JobDescription) -> QuestionFigures:
    return question_figures(Interview.objects.filter(job=job))[0]


def test_sources_are_compared_by_completion(job: JobDescription) -> None:
    plan_from("job board", job, completed=FEW // 2, declined=FEW // 2)
    plan_from("referral", job, completed=FEW, declined=0)
    comparison = compare_groups(Interview.objects.filter(job=job), Grouping.SOURCE)
    rates = {group.key: (group.completion_rate, group.over) for group in comparison.groups}
    assert rates == {"job board": (50, FEW), "referral": (100, FEW)}
    assert (comparison.lowest, comparison.highest) == tuple(sorted(comparison.groups, key=lambda group: group.key))


@pytest.mark.parametrize("declined", [1, FEW], ids=["within chance", "too few in one group"])
def test_no_group_stands_out(job: JobDescription, declined: int) -> None:
    plan_from("job board", job, completed=FEW, declined=1)
    plan_from("referral", job, completed=FEW - declined, declined=declined - 1)
    comparison = compare_groups(Interview.objects.filter(job=job), Grouping.SOURCE)
    assert (comparison.lowest, comparison.highest) == (None, None)


def test_of_many_groups_chance_drives_two_apart(job: JobDescription) -> None:
    plan_from("job board", job, completed=FEW // 2, declined=FEW // 2)
    plan_from("referral", job, completed=FEW, declined=0)
    for source in ("fair", "press", "own site"):
        plan_from(source, job, completed=FEW - 2, declined=2)
    comparison = compare_groups(Interview.objects.filter(job=job), Grouping.SOURCE)
    assert comparison.compared == 5
    assert (comparison.lowest, comparison.highest) == (None, None)


def test_words_in_a_call_are_no_source(job: JobDescription) -> None:
    interview = plan(job)
    interview.candidate.add_call_consent(False, given_by=Consent.GivenBy.VOICE, source="a call")
    comparison = compare_groups(Interview.objects.all(), Grouping.SOURCE)
    assert [(group.key, group.counts[Stage.INVITED]) for group in comparison.groups] == [("", 1)]


def test_question_separates_candidates(job: JobDescription) -> None:
    for number in range(FEW):
        score_answers(plan(job), number, number, 5, 5)
    figures = question_figures(Interview.objects.filter(job=job))
    assert [question.separation for question in figures[:3]] == [Separation.CLEAR, Separation.CLEAR, Separation.NONE]
    assert (figures[0].asked, figures[0].answered, figures[0].mean_score) == (FEW, FEW, 3.5)


def test_few_answers_have_no_figures(job: JobDescription) -> None:
    for _ in range(MIN_SHOWN - 1):
        score_answers(plan(job), 4, 6)
    figures = figures_of_first(job)
    assert (figures.scored, figures.mean_score, figures.spread, figures.correlation) == (4, None, None, None)
    assert figures.separation == Separation.UNKNOWN


def test_questions_that_were_not_reached_are_not_counted(job: JobDescription) -> None:
    skipped, silent, _ = (plan(job).responses.order_by("position")[0] for _ in range(3))
    skipped.update_fields(status=Status.SKIPPED, no_answer="skipped")
    silent.update_fields(status=Status.SILENT)
    figures = figures_of_first(job)
    assert (figures.asked, figures.answered, figures.left_out) == (2, 0, 2)


def test_criterion_that_people_overrule(job: JobDescription) -> None:
    for number in range(MIN_SHOWN):
        interview = plan(job)
        score_answers(interview, 4)
        person = {"source": "person", "is_current": False, "label": "Hanna", "role": "second_opinion"}
        assess(interview.responses.order_by("position")[0], 7 if number else 4.5, **person)
    (figures,) = criterion_figures(Interview.objects.filter(job=job))
    assert (figures.name, figures.compared, figures.overruled) == ("Clarity", MIN_SHOWN, MIN_SHOWN - 1)
    assert figures.mean_difference == pytest.approx(2.5)


def test_decisions_against_the_recommendation(job: JobDescription, reviewer: User) -> None:
    usual = {"coverage": 1, "hire_at": 7, "consider_at": 5}
    for recommended, verdict in (("hire", "hire"), ("hire", "reject"), ("consider", "hire"), ("", "hire")):
        interview = plan(job)
        InterviewResult.objects.create(
            interview=interview, recommendation=recommended, overall_score=6 if recommended else None, **usual
        )
        Decision.objects.create(interview=interview, verdict=verdict, reason="Pay", decided_by=reviewer)
    figures = decision_figures(Interview.objects.filter(job=job))
    assert (figures.decided, figures.overruled) == (3, 2)


def test_groups_of_other_candidates_are_summed(job: JobDescription, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviews.reports.groups.MOST_GROUPS", 1)
    plan_from("job board", job, completed=2, declined=0)
    plan_from("referral", job, completed=1, declined=0)
    plan_from("fair", job, completed=0, declined=1)
    comparison = compare_groups(Interview.objects.all(), Grouping.SOURCE)
    assert [group.key for group in comparison.groups] == ["job board"]
    assert comparison.others is not None
    assert (comparison.others.invited, comparison.others.completed) == (2, 1)
