"""The first page: how things stand, and what waits for a person. The number of queries does not depend on the data."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from candidates.models import Candidate
from interviews.models import DialRate, Interview, InterviewResult
from interviews.models.result import Recommendation
from interviews.presenters.interview import LABEL_COLOURS
from jobs.models import JobDescription
from screener.costs.monthly_budget import spent_budget_reason

MOST = 10


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds to the admin's front page what this user may look at."""
    user = request.user
    context["title"] = "Overview"
    if user.has_perm("interviews.view_interview"):
        context |= {"budget_spent": spent_budget_reason(), "calls_held_up": DialRate.current_pause()}
        context |= {"counts": _counts(), "interviews_waiting": _interviews_waiting()}
        context["interviews_to_decide"] = _interviews_to_decide()
    if user.has_perm("jobs.view_jobdescription"):
        failed = JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.FAILED)
        to_approve = JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.READY, is_open=True)
        context |= {"jobs_failed": failed[:MOST], "jobs_to_approve": to_approve[:MOST]}
    if user.has_perm("candidates.view_candidate"):
        unreadable = Candidate.objects.filter(resume_status=Candidate.ResumeStatus.UNREADABLE)
        context["resumes_unreadable"] = unreadable[:MOST]
    return context


def _counts() -> list[dict[str, Any]]:
    """Two tiles for what waits for a person and one for each status, each linked to its list."""
    counted = dict(Interview.objects.order_by().values_list("status").annotate(n=Count("pk")))
    statuses = [_tile(status.label, counted.get(status, 0), status__exact=status) for status in Interview.Status]
    waiting = Interview.objects.needing_attention().count()
    return [
        _tile("Needs attention", waiting, attention="yes"),
        _tile("To decide", Interview.objects.to_decide().count(), decision="none"),
        *statuses,
    ]


def _tile(title: str, count: int, **query: str) -> dict[str, Any]:
    address = f"{reverse('admin:interviews_interview_changelist')}?{urlencode(query)}"
    return {"title": title, "count": count, "href": address}


def _interviews_to_decide() -> list[tuple[Any, str, str]]:
    """(interview with its score, what is recommended, in which colour). Who has waited longest comes first."""
    current = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
    advised: Any = Interview.objects.to_decide().annotate(
        score=Subquery(current.values("overall_score")), advice=Subquery(current.values("recommendation"))
    )
    found = advised.select_related("candidate", "job").order_by("completed_at")[:MOST]
    return [(one, Recommendation(one.advice).label, LABEL_COLOURS[one.advice]) for one in found]


def _interviews_waiting() -> Any:
    current = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
    waiting = Interview.objects.needing_attention().annotate(why=Subquery(current.values("reasoning")))
    return waiting.select_related("candidate", "job").order_by("-completed_at")[:MOST]
