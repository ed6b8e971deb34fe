"""The page of the personal questions of a candidate for a job: have them written, approve or withdraw them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from candidates.models import Candidate
from desk.live_page import render_live_page
from desk.personal.page import PersonalPage
from interviews.models import PersonalQuestions
from interviews.personal.verbs import (
    approve_personal_questions,
    request_personal_questions,
    withdraw_personal_questions,
)
from jobs.models import JobDescription
from screener.access.viewer import require_permissions
from screener.models import InvalidTransition, parse_id

VIEW, ADD, CHANGE = (f"interviews.{verb}_personalquestions" for verb in ("view", "add", "change"))


@require_http_methods(["GET", "HEAD", "POST"])
def personal_questions_page(request: HttpRequest, job_id: UUID, candidate_id: UUID) -> HttpResponse:
    """GET shows the questions. POST has them written, approves or withdraws the set that the user was shown."""
    require_permissions(request.user, VIEW, "jobs.view_questionset", "candidates.view_candidate")
    jobs = JobDescription.objects.visible_to(request.user).prefetch_related("question_sets")
    job = get_object_or_404(jobs, pk=job_id)
    candidate = get_object_or_404(Candidate.objects.visible_to(request.user), pk=candidate_id)
    if request.method == "POST":
        return _act(request, candidate, job)
    page = PersonalPage.load(candidate, job, request.path)
    frame = {"title": _("Personal questions"), "opts": Candidate._meta, "original": candidate}
    return render_live_page(request, "desk/personal", {"page": page}, version=page.version, frame=lambda: frame)


def _act(request: HttpRequest, candidate: Candidate, job: JobDescription) -> HttpResponse:
    user = request.user.get_username()
    try:
        match request.POST.get("do"):
            case "write":
                require_permissions(request.user, ADD)
                request_personal_questions(candidate, job, by=user)
            case "approve":
                _change(request, candidate, job, approve_personal_questions)
                messages.success(request, _("Approved. Interviews that are planned from now on use these words."))
            case "withdraw":
                _change(request, candidate, job, withdraw_personal_questions)
                messages.success(request, _("Withdrawn. Interviews that are planned from now on use the job's words."))
            case _:
                raise Http404
    except InvalidTransition as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(request.path)


def _change(request: HttpRequest, candidate: Candidate, job: JobDescription, verb: Callable[..., Any]) -> None:
    """Apply the verb to the set that the user was shown, which may not be the newest any more."""
    require_permissions(request.user, CHANGE)
    rows = PersonalQuestions.objects.filter(candidate=candidate, question_set__job=job)
    verb(get_object_or_404(rows, pk=parse_id(request.POST.get("set", ""))), by=request.user.get_username())
