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
from jobs.models import JobDescription
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
        context |= {"counts": _count_tiles(), "interviews_waiting": _interviews_waiting()}
        context["interviews_to_decide"] = _interviews_to_decide()
    if "counts" in context and user.has_perm("interviews.view_interviewresponse"):
        context["counts"].insert(0, _to_score_tile())
    if user.has_perm("jobs.view_jobdescription"):
        failed = JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.FAILED)
        to_approve = JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.READY, is_open=True)
        context |= {"jobs_failed": failed[:MAX_ROWS], "jobs_to_approve": to_approve[:MAX_ROWS]}
    if user.has_perm("candidates.view_candidate"):
        unreadable = Candidate.objects.filter(resume_status=Candidate.ResumeStatus.UNREADABLE)
        context["resumes_unreadable"] = unreadable[:MAX_ROWS]
    return context


def _count_tiles() -> list[dict[str, Any]]:
    """Return two tiles for the work of reviewers and one for each status. Each links to its list."""
    counts = dict(Interview.objects.order_by().values_list("status").annotate(n=Count("pk")))
    statuses = [_count_tile(status.label, counts.get(status, 0), status__exact=status) for status in Interview.Status]
    waiting = Interview.objects.needing_attention().count()
    return [
        _count_tile("Needs attention", waiting, attention="yes"),
        _count_tile("To decide", Interview.objects.to_decide().count(), decision="none"),
        *statuses,
    ]


def _to_score_tile() -> dict[str, Any]:
    address = reverse("admin:interviews_interviewresponse_to_score")
    return {"title": "To score", "count": InterviewResponse.objects.waiting_for_person().count(), "href": address}


def _count_tile(title: str, count: int, **query: str) -> dict[str, Any]:
    address = f"{reverse('admin:interviews_interview_changelist')}?{urlencode(query)}"
    return {"title": title, "count": count, "href": address}


def _interviews_to_decide() -> list[tuple[Any, str, str]]:
    """Return each interview with its recommendation and the colour of that, the longest wait first."""
    current = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
    interviews: Any = Interview.objects.to_decide().annotate(
        score=Subquery(current.values("overall_score")),
        judged_by=Subquery(current.values("label")),
        recommended=Subquery(current.values("recommendation")),
    )
    longest_first = interviews.select_related("candidate", "job").order_by("completed_at")[:MAX_ROWS]
    return [
        (interview, Recommendation(interview.recommended).label, LABEL_COLOURS[interview.recommended])
        for interview in longest_first
    ]


def _interviews_waiting() -> Any:
    current = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
    waiting = Interview.objects.needing_attention().annotate(why=Subquery(current.values("reasoning")))
    return waiting.select_related("candidate", "job").order_by("-completed_at")[:MAX_ROWS]
