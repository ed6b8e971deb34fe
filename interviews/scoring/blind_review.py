"""Blind reviews: scores are hidden from a reviewer until they have scored the answers or decided."""

from django.db.models import Exists, OuterRef, Q

from interviews.models import Assessment, Decision, EventKind, Interview, InterviewResponse
from interviews.models.interview import InterviewQuerySet
from interviews.models.response import ResponseQuerySet
from screener.access.viewer import VIEW_SCORES_AT_ONCE, Viewer

SCORE_EVENTS = (
    EventKind.RESPONSE_ASSESSED,
    EventKind.RESPONSE_SECOND_OPINION,
    EventKind.RESPONSE_SCORE_CHOSEN,
    EventKind.RESULT_READY,
    EventKind.RESULT_INCOMPLETE,
    EventKind.RESULT_NEEDS_REVIEW,
    EventKind.RESULT_REOPENED,
    EventKind.DECISION_HIRE,
    EventKind.DECISION_CONSIDER,
    EventKind.DECISION_REJECT,
)
"""Events whose kind or reason tells of scores, of the recommendation or of decisions by others."""


def interviews_with_scores(viewer: Viewer) -> InterviewQuerySet:
    """Interviews but practice whose scores, recommendation and reasons the viewer may see.

    For a job with blind reviews these are the interviews on which the viewer has decided, and those of which they have
    scored every answer that has a score.
    """
    interviews: InterviewQuerySet = Interview.objects.all()
    if viewer.has_perm(VIEW_SCORES_AT_ONCE):
        return interviews
    decided = Exists(Decision.objects.filter(interview=OuterRef("pk"), decided_by=viewer.pk))
    own = Assessment.objects.filter(response__interview=OuterRef("pk"), scored_by=viewer.pk)
    shown = Q(job__blind_review=False) | Q(decided) | (Q(Exists(own)) & ~Exists(_unscored_by(viewer)))
    return interviews.filter(shown)


def _unscored_by(viewer: Viewer) -> ResponseQuerySet:
    """The answers of the outer interview with a score, and without one by the viewer."""
    own = Assessment.objects.filter(response=OuterRef("pk"), scored_by=viewer.pk)
    scored = Assessment.objects.filter(response=OuterRef("pk"), is_current=True, score__isnull=False)
    unscored: ResponseQuerySet = InterviewResponse.objects.filter(
        Exists(scored), ~Exists(own), interview=OuterRef("pk")
    )
    return unscored


def may_see_scores(viewer: Viewer, interview: Interview) -> bool:
    """Whether the viewer may see the scores of this interview. At most one query."""
    if viewer.has_perm(VIEW_SCORES_AT_ONCE):
        return True
    return interviews_with_scores(viewer).filter(pk=interview.pk).exists()


def may_see_opinions(viewer: Viewer, response: InterviewResponse) -> bool:
    """Whether the viewer may see the assessments of this answer: those who have scored it may."""
    own = response.assessments.filter(scored_by=viewer.pk)
    return may_see_scores(viewer, response.interview) or own.exists()
