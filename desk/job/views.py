"""A job's page: its candidates, and the actions of reviewers on several of them at once."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from candidates.admin.candidate import JOB_TO_CALL_FOR
from desk.job.columns import Column, show_columns
from desk.job.decisions import DecideManyForm, DecisionsPage, decide_many
from desk.job.page import JobDesk
from desk.job.ranking import latest_interviews
from desk.live_page import render_live_page
from desk.record_page import record_page
from desk.request_values import parse_ids
from interviews.campaigns.adding import preview_campaign, why_no_campaign
from interviews.models import Interview
from interviews.scoring.score_first import choose_score_first, jobs_scored_first
from jobs.models import JobDescription
from screener.access.viewer import require_permissions
from screener.admin.base import return_address
from screener.labels import in_sentence
from screener.models import InvalidTransition

MAX_SELECTED = 100


@record_page(JobDescription)
def job_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the desk of a job; lead users who may not see interviews, and pop-ups, to its form."""
    if "_popup" in request.GET or not request.user.has_perm("interviews.view_interview"):
        edit = reverse("admin:jobs_jobdescription_edit", args=[pk])
        return HttpResponseRedirect(f"{edit}?{request.GET.urlencode()}")
    job = _visible_jobs(request).get(pk=pk)
    assert isinstance(request.user, User)
    desk = JobDesk.load(job, request.user, request.GET)
    return render_live_page(
        request,
        "desk/job",
        {"desk": desk, "job": job},
        version=desk.version,
        address=str(desk.address),
        frame=lambda: _about(job) | {"columns": Column, "scores_first": job.pk in jobs_scored_first(request.user)},
    )


@require_POST
def choose_columns(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Remember the columns that this user wants to see."""
    show_columns(request.user.pk, request.POST.getlist("column"))
    return HttpResponseRedirect(_next_address(request, job_id))


@require_POST
def choose_scoring(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Hide the scores of the job from this user until they have scored or decided, or show them again."""
    job = _job_or_404(request, job_id, "interviews.add_assessment")
    try:
        choose_score_first(request.user, job.pk, on=request.POST.get("on") == "yes")
    except InvalidTransition as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(_next_address(request, job_id))


@require_http_methods(["GET", "HEAD", "POST"])
def decide_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """GET shows the selected interviews with a form for one decision. POST records it for each of them."""
    job = _job_or_404(request, job_id, "interviews.add_decision")
    back = _next_address(request, job_id)
    assert isinstance(request.user, User)
    page = DecisionsPage.load(job, request.user, _selected(request))
    form = DecideManyForm(request.POST or None, page=page)
    if request.method == "POST" and form.is_valid():
        outcome = decide_many(page, by=request.user, **form.cleaned_data)
        for decision in outcome.decisions:
            _log(request, decision.interview, f"Decided: {decision.get_verdict_display()}")
        if outcome.decisions:
            messages.success(request, _describe_decisions(len(outcome.decisions), outcome.verdict_label))
        if not outcome.refusals:
            return HttpResponseRedirect(back)
        page = DecisionsPage.load(job, request.user, outcome.refusals, refusals=outcome.refusals)
        form = form.for_rest(page)
    context = _context(request, job) | {"page": page, "form": form, "back": back, "media": form.media}
    return render(request, "desk/job/decide.html", context | {"title": gettext("Decide")})


def _describe_decisions(count: int, verdict_label: str) -> str:
    recorded = ngettext(
        "%(count)s decision is recorded: %(verdict)s.", "%(count)s decisions are recorded: %(verdict)s.", count
    )
    return recorded % {"count": count, "verdict": in_sentence(verdict_label)}


@require_GET
def call_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show which of the selected candidates a new campaign for the job would call. It calls none of them yet."""
    job = _job_or_404(request, job_id, "interviews.add_campaign", "interviews.add_interview")
    selected = latest_interviews(job).filter(pk__in=_selected(request)).values_list("candidate", flat=True)
    problem = why_no_campaign(job)
    preview = None if problem else preview_campaign(job=job, candidates=selected)
    name = f"{job.title[:150]}, {timezone.now():%Y-%m-%d}"
    context = {"preview": preview, "problem": problem, "name": name, "back": _next_address(request, job_id)}
    return render(
        request, "desk/job/call.html", _context(request, job) | context | {"title": gettext("Call for this job")}
    )


@require_GET
def call_many(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Lead to the list of candidates. The next ones who are selected there are called for this job."""
    needed = ("interviews.add_campaign", "interviews.add_interview", "candidates.view_candidate")
    job = _job_or_404(request, job_id, *needed)
    request.session[JOB_TO_CALL_FOR] = str(job.pk)
    return HttpResponseRedirect(reverse("admin:candidates_candidate_changelist"))


def _visible_jobs(request: HttpRequest) -> "QuerySet[JobDescription]":
    require_permissions(request.user, "jobs.view_jobdescription")
    return JobDescription.objects.visible_to(request.user).prefetch_related("question_sets")


def _job_or_404(request: HttpRequest, job_id: UUID, *permissions: str) -> JobDescription:
    require_permissions(request.user, "interviews.view_interview", *permissions)
    return get_object_or_404(_visible_jobs(request), pk=job_id)


def _selected(request: HttpRequest) -> list[UUID]:
    """The ids of the selected interviews, at most MAX_SELECTED."""
    values = (request.POST if request.method == "POST" else request.GET).getlist("i")
    return parse_ids(values[:MAX_SELECTED])


def _next_address(request: HttpRequest, job_id: UUID) -> str:
    """The page that the user came from, or the desk without filters."""
    return return_address(request, reverse("admin:jobs_jobdescription_change", args=[job_id]))


def _context(request: HttpRequest, job: JobDescription) -> dict[str, Any]:
    context: dict[str, Any] = admin.site.each_context(request)
    return context | _about(job)


def _about(job: JobDescription) -> dict[str, Any]:
    return {"title": job.title, "job": job, "opts": JobDescription._meta, "original": job}


def _log(request: HttpRequest, interview: Interview, message: str) -> None:
    interviews: Any = admin.site.get_model_admin(Interview)
    interviews.log_change(request, interview, message)
