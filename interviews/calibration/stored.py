"""Answers of interviews that people have scored blind: labels to compare a model with.

Scores that a person gave after seeing another one are left out, and so are scores by other rubrics.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Exists, OuterRef

from interviews.calibration.run import SampleEvaluation, ScoringRun
from interviews.calibration.samples import ScoredSample
from interviews.models import Assessment, Interview, InterviewResponse
from interviews.scoring.assessment import response_text
from interviews.scoring.rubric import job_rubric, rubric_version


@dataclass(frozen=True)
class StoredScores:
    """The stored scores of people: evaluations by the name of the model, and how many scores were not blind."""

    evaluations: dict[str, list[SampleEvaluation]] = field(default_factory=dict)
    not_blind_count: int = 0


def stored_scores() -> StoredScores:
    """Pair the scores that models and people gave to the same answers by the same rubric. Asks no model."""
    evaluations: dict[str, list[SampleEvaluation]] = {}
    for response in _responses_scored_blind():
        for assessment in _newest_of_models(response):
            if raters := _scores_by_rater(response, assessment.rubric_version):
                run = ScoringRun(score=float(assessment.score or 0))
                evaluation = SampleEvaluation(sample=_make_sample(response, raters), runs=[run])
                evaluations.setdefault(assessment.label, []).append(evaluation)
    not_blind = Assessment.objects.filter(
        source=Assessment.Source.PERSON, is_blind=False, response__interview__in=Interview.objects.all()
    )
    return StoredScores(evaluations, not_blind.count())


def people_samples() -> list[ScoredSample]:
    """Return the answers that people scored blind by the rubric that their job has now, for a model to score."""
    rated_responses = (
        (response, _scores_by_rater(response, _current_version(response))) for response in _responses_scored_blind()
    )
    return [_make_sample(response, raters) for response, raters in rated_responses if raters]


def _responses_scored_blind() -> Iterator[InterviewResponse]:
    """Yield the responses of all interviews but practice that a person scored blind, the oldest first."""
    blind_assessments = Assessment.objects.filter(response=OuterRef("pk"), is_blind=True)
    responses = InterviewResponse.objects.filter(Exists(blind_assessments), interview__in=Interview.objects.all())
    related_responses = responses.select_related("interview__job", "interview__candidate").prefetch_related(
        "assessments"
    )
    yield from related_responses.order_by("created_at", "pk").iterator(chunk_size=500)


def _newest_of_models(response: InterviewResponse) -> list[Assessment]:
    """The newest score of each model."""
    newest_assessments: dict[str, Assessment] = {}
    for assessment in response.assessments.all():
        if not assessment.is_by_person and assessment.score is not None:
            newest_assessments.setdefault(assessment.label, assessment)
    return list(newest_assessments.values())


def _scores_by_rater(response: InterviewResponse, rubric_version: str) -> dict[str, float]:
    """The blind scores of people by this rubric, by their names."""
    blind_assessments = [
        entry for entry in response.assessments.all() if entry.is_blind and entry.rubric_version == rubric_version
    ]
    return {assessment.label: float(assessment.score or 0) for assessment in blind_assessments}


def _current_version(response: InterviewResponse) -> str:
    return rubric_version(job_rubric(response.interview.job))


def _make_sample(response: InterviewResponse, raters: dict[str, float]) -> ScoredSample:
    interview_id: UUID = response.interview_id
    return ScoredSample(
        name=f"question {response.position + 1} of interview {interview_id}",
        kind="",
        text=replace(response_text(response), transcript=response.transcript),
        raters=raters,
    )
