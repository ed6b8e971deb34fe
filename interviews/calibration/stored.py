"""Answers of interviews that people have scored blind: labels to compare a model with.

Scores that a person gave after seeing another one are left out, and so are scores by other rubrics.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Exists, OuterRef

from interviews.calibration.run import Evaluation, ScoringRun
from interviews.calibration.samples import Sample
from interviews.models import Assessment, Interview, InterviewResponse
from interviews.scoring.assessment import response_text
from interviews.scoring.rubric import job_rubric, rubric_version


@dataclass(frozen=True)
class StoredScores:
    """The stored scores of people: evaluations by the name of the model, and how many scores were not blind."""

    evaluations: dict[str, list[Evaluation]] = field(default_factory=dict)
    not_blind_count: int = 0


def stored_scores() -> StoredScores:
    """Pair the scores that models and people gave to the same answers by the same rubric. Asks no model."""
    evaluations: dict[str, list[Evaluation]] = {}
    for response in _responses_scored_blind():
        for assessment in _newest_of_models(response):
            if raters := _raters(response, assessment.rubric_version):
                run = ScoringRun(score=float(assessment.score or 0))
                pair = Evaluation(sample=_sample(response, raters), runs=[run])
                evaluations.setdefault(assessment.label, []).append(pair)
    not_blind = Assessment.objects.filter(
        source=Assessment.Source.PERSON, is_blind=False, response__interview__in=Interview.objects.all()
    )
    return StoredScores(evaluations, not_blind.count())


def people_samples() -> list[Sample]:
    """Return the answers that people scored blind by the rubric that their job has now, for a model to score."""
    scored = ((response, _raters(response, _current_version(response))) for response in _responses_scored_blind())
    return [_sample(response, raters) for response, raters in scored if raters]


def _responses_scored_blind() -> Iterator[InterviewResponse]:
    """Yield the responses of all interviews but practice that a person scored blind, the oldest first."""
    blind = Assessment.objects.filter(response=OuterRef("pk"), is_blind=True)
    responses = InterviewResponse.objects.filter(Exists(blind), interview__in=Interview.objects.all())
    related = responses.select_related("interview__job", "interview__candidate").prefetch_related("assessments")
    yield from related.order_by("created_at", "pk").iterator(chunk_size=500)


def _newest_of_models(response: InterviewResponse) -> list[Assessment]:
    """The newest score of each model."""
    newest: dict[str, Assessment] = {}
    for assessment in response.assessments.all():
        if not assessment.is_by_person and assessment.score is not None:
            newest.setdefault(assessment.label, assessment)
    return list(newest.values())


def _raters(response: InterviewResponse, version: str) -> dict[str, float]:
    """The blind scores of people by this rubric, by their names."""
    blind = [entry for entry in response.assessments.all() if entry.is_blind and entry.rubric_version == version]
    return {assessment.label: float(assessment.score or 0) for assessment in blind}


def _current_version(response: InterviewResponse) -> str:
    return rubric_version(job_rubric(response.interview.job))


def _sample(response: InterviewResponse, raters: dict[str, float]) -> Sample:
    interview_id: UUID = response.interview_id
    return Sample(
        name=f"question {response.position + 1} of interview {interview_id}",
        kind="",
        text=replace(response_text(response), transcript=response.transcript),
        raters=raters,
    )
