"""Blind reviews: scores are hidden from a reviewer until they have scored the answers or decided."""

from django.db.models import Exists, OuterRef, Q

from interviews.models import Assessment, Decision, EventKind, Interview, InterviewResponse
from interviews.models.interview import InterviewQuerySet
from interviews.models.response import ResponseQuerySet
from interviews.scoring.score_first import jobs_scored_first
from jobs.models import JobDescription
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

    For a job with blind reviews, and for one that the viewer scores first, these are the interviews on which the viewer
    has decided, and those of which they have scored every answer that has a score.
    """
    interviews: InterviewQuerySet = Interview.objects.all()
    hiding = _hiding_jobs(viewer)
    if hiding is None:
        return interviews
    decided = Exists(Decision.objects.filter(interview=OuterRef("pk"), decided_by=viewer.pk))
    own = Assessment.objects.filter(response__interview=OuterRef("pk"), scored_by=viewer.pk)
    shown = ~hiding | Q(decided) | (Q(Exists(own)) & ~Exists(_unscored_by(viewer)))
    return interviews.filter(shown)


def _hiding_jobs(viewer: Viewer) -> Q | None:
    """The condition that the interview's job hides scores from the viewer at first. None if no job does."""
    chosen = jobs_scored_first(viewer)
    own = Q(job__in=chosen) if chosen else None
    if viewer.has_perm(VIEW_SCORES_AT_ONCE):
        return own
    blind = Q(job__blind_review=True)
    return own | blind if own else blind


def sees_all_scores(viewer: Viewer) -> bool:
    """Whether no score is hidden from the viewer."""
    return _hiding_jobs(viewer) is None


def job_hides_scores(viewer: Viewer, job: JobDescription) -> bool:
    """Whether scores of this job are hidden from the viewer until they have scored or decided."""
    is_blind = job.blind_review and not viewer.has_perm(VIEW_SCORES_AT_ONCE)
    return is_blind or job.pk in jobs_scored_first(viewer)


def _unscored_by(viewer: Viewer) -> ResponseQuerySet:
    """The answers of the outer interview with a score, and without one by the viewer."""
    own = Assessment.objects.filter(response=OuterRef("pk"), scored_by=viewer.pk)
    scored = Assessment.objects.filter(response=OuterRef("pk"), is_current=True, score__isnull=False)
    unscored: ResponseQuerySet = InterviewResponse.objects.filter(
        Exists(scored), ~Exists(own), interview=OuterRef("pk")
    )
    return unscored


def may_see_scores(viewer: Viewer, interview: Interview) -> bool:
    """Whether the viewer may see the scores of this interview. At most two queries."""
    if not job_hides_scores(viewer, interview.job):
        return True
    return interviews_with_scores(viewer).filter(pk=interview.pk).exists()


def may_see_opinions(viewer: Viewer, response: InterviewResponse) -> bool:
    """Whether the viewer may see the assessments of this answer: those who have scored it may."""
    own = response.assessments.filter(scored_by=viewer.pk)
    return may_see_scores(viewer, response.interview) or own.exists()
