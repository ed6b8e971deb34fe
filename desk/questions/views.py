"""The pages of a job's questions: the current version, and any version."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from desk.live_page import render_live_page
from desk.questions.page import QuestionsPage
from desk.record_page import record_page
from jobs.models import JobDescription, QuestionSet
from screener.access.viewer import require_permissions


@require_http_methods(["GET", "HEAD"])
def questions_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show the questions that wait for approval, or those that are asked, while others are being written."""
    _require_permission(request)
    job = get_object_or_404(JobDescription.objects.visible_to(request.user), pk=job_id)
    return _render(request, QuestionsPage.load(job, request.path))


@record_page(QuestionSet)
def question_set_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one version of the questions."""
    _require_permission(request)
    question_set = QuestionSet.objects.visible_to(request.user).select_related("job").get(pk=pk)
    return _render(request, QuestionsPage.load(question_set.job, request.path, question_set))


def _require_permission(request: HttpRequest) -> None:
    require_permissions(request.user, "jobs.view_questionset")


def _render(request: HttpRequest, page: QuestionsPage) -> HttpResponse:
    frame = {"title": page.job.title, "opts": QuestionSet._meta, "original": page.shown}
    return render_live_page(request, "desk/questions", {"page": page}, version=page.version, frame=lambda: frame)
