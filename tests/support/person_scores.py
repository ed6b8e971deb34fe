"""People who score answers by the rubric, as the form and the API let them."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import override_settings

from interviews.answers.locks import lock_recording
from interviews.models import Assessment, Interview, InterviewResponse, Recording
from interviews.scoring.person import PersonCriterionScore, PersonScores, Scorer, save_person_scores, scoring_version
from tests.support.factories import make_transcribed_interview, run_tasks
from tests.support.sample_rows import WAV

STORY = (
    "In my last project I led the migration of twelve services. The old cluster failed every week, so we moved one "
    "service at a time. I wrote the plan, and my colleague tested each step. In the end outages fell by half."
)
SCORER_PERMISSIONS = [
    "add_assessment",
    "view_interviewresponse",
    "view_interview",
    "view_assessment",
    "view_recording",
    "view_names",
]
QUOTE = "led the migration of twelve services"
"""A quote from `factories.ANSWER`."""


def make_scorer(name: str = "Hanna Berg") -> Scorer:
    first, _, last = name.partition(" ")
    user, created = User.objects.get_or_create(
        username=name.replace(" ", ".").lower(), defaults={"first_name": first, "last_name": last, "is_staff": True}
    )
    if created:
        user.user_permissions.set(Permission.objects.filter(codename__in=SCORER_PERMISSIONS))
    return Scorer(name=name, actor=user.username, user=user)


def make_waiting_interview(words: str = STORY, **fields: Any) -> Interview:
    """A completed interview of which every answer is recorded, transcribed and waits for a person."""
    with override_settings(JUDGE="person"):
        interview = make_transcribed_interview(words, **fields)
        for take in Recording.objects.filter(response__interview=interview):
            with lock_recording(take.pk) as recording:
                assert recording
                recording.mark_available(seconds=21)
                recording.mark_stored(take.save_audio(WAV))
        run_tasks()
    return Interview.objects.get(pk=interview.pk)


def person_scores(
    response: InterviewResponse, score: float = 8, *quotes: str, version: str = "", **fields: Any
) -> PersonScores:
    """The same score for each criterion, with these quotes or one of `factories.ANSWER`."""
    criteria = [
        PersonCriterionScore(criterion=criterion["key"], score=score, quotes=list(quotes or [QUOTE]))
        for criterion in response.interview.job.rubric
    ]
    return PersonScores(criteria=criteria, version=version or scoring_version(response), **fields)


def score_as_person(
    response: InterviewResponse,
    score: float = 8,
    *,
    name: str = "Hanna Berg",
    quotes: Sequence[str] = (),
    **fields: Any,
) -> Assessment:
    return save_person_scores(response, person_scores(response, score, *quotes, **fields), make_scorer(name))
