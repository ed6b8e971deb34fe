"""The page on which staff try a job: they hear the prompts, and take a practice interview."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.trial.forms import PracticeForm
from desk.trial.page import TrialPage
from interviews.intake.practice import own_number, plan_practice
from interviews.invitations.links import invitation_url
from interviews.planning import NO_QUESTIONS
from jobs.channels import Channel
from jobs.models import JobDescription
from jobs.question_sets import current_question_set
from screener.access.viewer import require_permissions
from screener.models import InvalidTransition

PERMISSIONS = ("interviews.add_interview", "candidates.add_candidate")
SOUND = "sound"
INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
def trial_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """GET shows the prompts and the form. POST requests speech synthesis, or plans a practice interview."""
    require_permissions(request.user, *PERMISSIONS)
    visible_jobs = JobDescription.objects.visible_to(request.user).prefetch_related("question_sets")
    job = get_object_or_404(visible_jobs, pk=job_id)
    assert isinstance(request.user, User)
    page = TrialPage.load(job, current_question_set(job), request.user)
    if request.method != "POST":
        return _render(request, page, PracticeForm(job=job, initial={"phone": own_number(request.user)}))
    if request.POST.get("do") == SOUND:
        page.request_sound()
        messages.success(request, _("The audio is being created. Reload this page in a minute."))
        return HttpResponseRedirect(request.get_full_path())
    return _practise(request, page)


def _practise(request: HttpRequest, page: TrialPage) -> HttpResponse:
    form = PracticeForm(request.POST, job=page.job)
    if not form.is_valid():
        return _render(request, page, form, status=INVALID)
    assert isinstance(request.user, User)
    channel = form.cleaned_data["channel"]
    try:
        if page.question_set is None:
            raise InvalidTransition(_(NO_QUESTIONS))
        interview = plan_practice(
            page.job, page.question_set, user=request.user, phone=form.cleaned_data["phone"], channel=channel
        )
    except InvalidTransition as error:
        form.add_error(None, str(error))
        return _render(request, page, form, status=INVALID)
    if channel != Channel.PHONE:
        return HttpResponseRedirect(invitation_url(interview.invitations.get()))
    messages.success(request, _("You will be called as soon as the dial rules allow."))
    return HttpResponseRedirect(request.get_full_path())


def _render(request: HttpRequest, page: TrialPage, form: PracticeForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": _("Try it"),
        "page": page,
        "form": form,
        "media": form.media,
        "opts": JobDescription._meta,
        "original": page.job,
        "channels": [channel for channel in Channel if channel in page.job.channels],
    }
    response = render(request, "desk/trial/page.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
