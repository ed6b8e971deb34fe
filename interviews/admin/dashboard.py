"""The first page: how things stand, and what waits for a person. The number of queries does not depend on the data."""

from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from candidates.models import Candidate
from interviews.admin.page import COLOURS
from interviews.models import Interview
from jobs.models import JobDescription
from screener.budget import why_no_paid_work
from screener.models import ModelNotice

MOST = 10
NEEDS_A_PERSON = (Interview.ResultStatus.INCOMPLETE, Interview.ResultStatus.NEEDS_REVIEW)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds to the admin's front page what this user may look at."""
    user = request.user
    context["title"] = "Overview"
    notices = ModelNotice.objects.all()
    context["models_retiring"] = [one for one in notices if getattr(settings, one.setting, "") == one.model]
    if user.has_perm("interviews.view_interview"):
        context["budget_spent"] = why_no_paid_work()
        context |= {"counts": _counts(), "interviews_waiting": _interviews_waiting()}
    if user.has_perm("jobs.view_jobdescription"):
        failed = JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.FAILED)
        to_approve = JobDescription.objects.filter(questions_status=JobDescription.QuestionsStatus.READY, is_open=True)
        context |= {"jobs_failed": failed[:MOST], "jobs_to_approve": to_approve[:MOST]}
    if user.has_perm("candidates.view_candidate"):
        unreadable = Candidate.objects.filter(resume_status=Candidate.ResumeStatus.UNREADABLE)
        context["resumes_unreadable"] = unreadable[:MOST]
    return context


def _screenings() -> Any:
    return Interview.objects.filter(purpose=Interview.Purpose.SCREENING)


def _counts() -> list[dict[str, Any]]:
    """One tile for each status and for results that wait for a person, each linked to its list."""
    counted = {
        (row["status"], row["result_status"]): row["n"]
        for row in _screenings().order_by().values("status", "result_status").annotate(n=Count("pk"))
    }
    tiles = [
        _tile(status.label, sum(n for (one, _), n in counted.items() if one == status), status=status)
        for status in Interview.Status
    ]
    return tiles + [
        _tile(
            f"Result: {waiting.label.lower()}",
            sum(n for (_, one), n in counted.items() if one == waiting),
            result_status=waiting,
        )
        for waiting in NEEDS_A_PERSON
    ]


def _tile(title: str, count: int, **where: str) -> dict[str, Any]:
    query = urlencode({f"{field}__exact": value for field, value in where.items()})
    address = f"{reverse('admin:interviews_interview_changelist')}?{query}"
    colour = COLOURS.get(next(iter(where.values())), "default")
    return {"title": title, "count": count, "href": address, "colour": colour}


def _interviews_waiting() -> Any:
    waiting = _screenings().filter(result_status__in=NEEDS_A_PERSON)
    return waiting.select_related("candidate", "job").order_by("-completed_at")[:MOST]
