"""People who score answers by the rubric, as the form and the API let them."""

from typing import Any

from django.contrib.auth.models import Permission, User

from interviews.models import Assessment, InterviewResponse
from interviews.scoring.person import PersonCriterionScore, PersonScores, Scorer, save_person_scores, scoring_version

QUOTE = "led the migration of twelve services"
"""A quote from `factories.ANSWER`."""


def make_scorer(name: str = "Hanna Berg") -> Scorer:
    first, _, last = name.partition(" ")
    user, created = User.objects.get_or_create(
        username=name.replace(" ", ".").lower(), defaults={"first_name": first, "last_name": last, "is_staff": True}
    )
    if created:
        user.user_permissions.set(Permission.objects.filter(codename__in=["add_assessment", "view_interview"]))
    return Scorer(name=name, actor=user.username, user=user)


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
    response: InterviewResponse, score: float = 8, *, name: str = "Hanna Berg", **fields: Any
) -> Assessment:
    return save_person_scores(response, person_scores(response, score, **fields), make_scorer(name))
