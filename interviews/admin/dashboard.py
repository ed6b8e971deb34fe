"""The front page of the admin: counts, and work for reviewers, in a fixed number of queries."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from candidates.checks import missing_keys
from candidates.models import Candidate
from interviews.models import DialRate, Interview, InterviewResponse, InterviewResult
from interviews.models.result import Recommendation
from interviews.presenters.interview import LABEL_COLOURS
from interviews.scoring.blind_review import interviews_with_scores, sees_all_scores
from jobs.models import JobDescription
from screener.access.viewer import Viewer
from screener.costs.monthly_budget import spent_budget_reason
from screener.models import Organisation

MAX_ROWS = 10


def add_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the context of the front page all sections that the user may view."""
    user = request.user
    context |= {"title": "Overview", "organisation_missing": Organisation.current() is None}
    context["unreadable_list"] = missing_keys()
    if user.has_perm("interviews.view_interview"):
        context |= {"budget_spent": spent_budget_reason(), "calls_held_up": DialRate.current_pause()}
        context |= {"counts": _count_tiles(user), "interviews_waiting": _interviews_waiting(user)}
        context["interviews_to_decide"] = _interviews_to_decide(user)
    if "counts" in context and user.has_perm("interviews.view_interviewresponse"):
        context["counts"].insert(0, _to_score_tile(user))
    if user.has_perm("jobs.view_jobdescription"):
        jobs = JobDescription.objects.visible_to(user)
        failed = jobs.filter(questions_status=JobDescription.QuestionsStatus.FAILED)
        to_approve = jobs.filter(questions_status=JobDescription.QuestionsStatus.READY, is_open=True)
        context |= {"jobs_failed": failed[:MAX_ROWS], "jobs_to_approve": to_approve[:MAX_ROWS]}
    if user.has_perm("candidates.view_candidate"):
        candidates = Candidate.objects.visible_to(user)
        unreadable = candidates.filter(resume_status=Candidate.ResumeStatus.UNREADABLE)
        context["resumes_unreadable"] = unreadable[:MAX_ROWS]
    return context


def _count_tiles(viewer: Viewer) -> list[dict[str, Any]]:
    """Return two tiles for the work of reviewers and one for each status. Each links to its list."""
    interviews = Interview.objects.visible_to(viewer)
    counts = dict(interviews.order_by().values_list("status").annotate(n=Count("pk")))
    statuses = [_count_tile(status.label, counts.get(status, 0), status__exact=status) for status in Interview.Status]
    waiting = interviews.needing_attention().count()
    return [
        _count_tile("Needs attention", waiting, attention="yes"),
        _count_tile("To decide", interviews.to_decide().count(), decision="none"),
        *statuses,
    ]


def _to_score_tile(viewer: Viewer) -> dict[str, Any]:
    address = reverse("admin:interviews_interviewresponse_to_score")
    count = InterviewResponse.objects.visible_to(viewer).waiting_for_person().count()
    return {"title": "To score", "count": count, "href": address}


def _count_tile(title: str, count: int, **query: str) -> dict[str, Any]:
    address = f"{reverse('admin:interviews_interview_changelist')}?{urlencode(query)}"
    return {"title": title, "count": count, "href": address}


def _current_results(viewer: Viewer) -> Any:
    """The result of the outer interview, if the viewer may see it."""
    current = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
    if sees_all_scores(viewer):
        return current
    return current.filter(interview__in=interviews_with_scores(viewer))


def _interviews_to_decide(viewer: Viewer) -> list[tuple[Any, str, str]]:
    """Return each interview with its recommendation and the colour of that, the longest wait first.

    In a blind review the recommendation is empty.
    """
    current = _current_results(viewer)
    interviews: Any = (
        Interview.objects.visible_to(viewer)
        .to_decide()
        .annotate(
            score=Subquery(current.values("overall_score")),
            judged_by=Subquery(current.values("label")),
            recommended=Subquery(current.values("recommendation")),
        )
    )
    longest_first = interviews.select_related("candidate", "job").order_by("completed_at")[:MAX_ROWS]
    return [
        (
            interview,
            str(dict(Recommendation.choices).get(interview.recommended, "")),
            LABEL_COLOURS.get(interview.recommended, ""),
        )
        for interview in longest_first
    ]


def _interviews_waiting(viewer: Viewer) -> Any:
    reasoning = Subquery(_current_results(viewer).values("reasoning"))
    waiting = Interview.objects.visible_to(viewer).needing_attention().annotate(why=reasoning)
    return waiting.select_related("candidate", "job").order_by("-completed_at")[:MAX_ROWS]
