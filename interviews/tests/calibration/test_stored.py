"""Scores of people as labels: stored pairs, and answers for a model to score."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from interviews.calibration.run import SampleEvaluation
from interviews.calibration.stored import people_samples, stored_scores
from interviews.models import Assessment, Interview, InterviewResponse
from interviews.scoring.rubric import job_rubric, rubric_version
from screener.models import ModelCall
from tests.support.factories import make_candidate
from tests.support.person_scores import STORY, make_waiting_interview, score_as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview() -> Interview:
    return make_waiting_interview()


def answer_of(interview: Interview, position: int) -> InterviewResponse:
    return interview.responses.select_related("interview__job").get(position=position)


def add_model_score(response: InterviewResponse, score: float, **fields: object) -> Assessment:
    """As a model that scored the answer before people did, or beside them."""
    version = rubric_version(job_rubric(response.interview.job))
    values = {"model": "m-1", "label": "Model 1", "rubric_version": version, "is_current": False} | fields
    return response.assessments.create(score=score, **values)


def pairs_of(evaluations: list[SampleEvaluation]) -> list[tuple[list[float], dict[str, float]]]:
    return [(evaluation.sample_scores, evaluation.sample.raters) for evaluation in evaluations]


def test_blind_scores_are_paired(interview: Interview) -> None:
    for position, (by_model, by_person) in enumerate([(8, 6), (5, 5)]):
        score_as_person(answer_of(interview, position), by_person)
        add_model_score(answer_of(interview, position), by_model)
    score_as_person(answer_of(interview, 0), 7, name="Tom Reed")
    stored = stored_scores()
    assert {label: pairs_of(rows) for label, rows in stored.evaluations.items()} == {
        "Model 1": [([8.0], {"Hanna Berg": 6.0, "Tom Reed": 7.0}), ([5.0], {"Hanna Berg": 5.0})]
    }
    assert stored.not_blind_count == 0


def test_seen_scores_are_left_out(interview: Interview) -> None:
    score_as_person(answer_of(interview, 0), 6, has_seen_others=True)
    add_model_score(answer_of(interview, 0), 8)
    stored = stored_scores()
    assert (stored.evaluations, stored.not_blind_count) == ({}, 1)
    assert people_samples() == []


def test_other_rubrics_are_left_out(interview: Interview) -> None:
    score_as_person(answer_of(interview, 0), 6)
    add_model_score(answer_of(interview, 0), 8, rubric_version="another")
    assert stored_scores().evaluations == {}
    interview.job.update_fields(rubric=[{**interview.job.rubric[0], "weight": 9}, *interview.job.rubric[1:]])
    assert people_samples() == []


def test_newest_score_of_model_is_paired(interview: Interview) -> None:
    score_as_person(answer_of(interview, 0), 6)
    add_model_score(answer_of(interview, 0), 2)
    add_model_score(answer_of(interview, 0), 7)
    assert pairs_of(stored_scores().evaluations["Model 1"]) == [([7.0], {"Hanna Berg": 6.0})]


def test_practice_is_left_out(interview: Interview) -> None:
    score_as_person(answer_of(interview, 0), 6)
    Interview.objects.filter(pk=interview.pk).update(purpose="practice")
    assert people_samples() == []


def test_sample_is_what_people_read(interview: Interview) -> None:
    score_as_person(answer_of(interview, 1), 6)
    (sample,) = people_samples()
    assert (sample.text.transcript, sample.raters) == (STORY, {"Hanna Berg": 6.0})
    assert "Ada Lovelace" in sample.text.private
    assert sample.text.question == answer_of(interview, 1).question


def test_command_reports_pairs_without_model(interview: Interview) -> None:
    for position in range(3):
        score_as_person(answer_of(interview, position), 4 + position)
        add_model_score(answer_of(interview, position), 5 + position)
    report = StringIO()
    call_command("evaluate_scoring", "--stored", stdout=report)
    (line,) = [line for line in report.getvalue().splitlines() if line.startswith("interviewer and Hanna Berg")]
    assert line.split()[-6:] == ["3", "+1.00", "1.00", "1.00", "1.00", "0.57"]
    assert "Ada" not in report.getvalue()
    assert not ModelCall.objects.exists()


@pytest.mark.parametrize("option", ["--stored", "--people"])
def test_command_without_scores_fails(option: str) -> None:
    make_candidate()
    with pytest.raises(CommandError):
        call_command("evaluate_scoring", option, stdout=StringIO())
