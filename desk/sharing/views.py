"""The pages on which staff share a report: a link is made, shown once, and revoked."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from desk.interviews import visible_interview
from desk.sharing.forms import ShareForm
from interviews.models import Interview, Recording, ShareLink
from interviews.reports.sharing import share_report
from jobs.models import JobDescription
from screener.access.viewer import require_permissions

ADD_LINK, CHANGE_LINK = "interviews.add_sharelink", "interviews.change_sharelink"
MOST_LINKS = 50


@require_http_methods(["GET", "HEAD", "POST"])
def share_interview(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """GET shows the links to the report of an interview, and the form. POST makes a link and shows it once."""
    interview = visible_interview(request, interview_id, ADD_LINK)
    recordings = Recording.objects.filter(response__interview=interview, chosen=True, status=Recording.Status.STORED)
    may_share_recordings = request.user.has_perm("interviews.view_recording") and recordings.exists()
    form = ShareForm(request.POST or None, may_share_recordings=may_share_recordings)
    is_erased = bool(interview.candidate.erased_at or interview.answers_erased_at)
    return _share(request, form, {"interview": interview}, is_erased=is_erased)


@require_http_methods(["GET", "HEAD", "POST"])
def share_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The same for the shortlist of a job."""
    require_permissions(request.user, ADD_LINK, "interviews.view_interview", "jobs.view_jobdescription")
    job = get_object_or_404(JobDescription.objects.visible_to(request.user), pk=job_id)
    return _share(request, ShareForm(request.POST or None, may_share_recordings=False), {"job": job})


@require_POST
def revoke_link(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Close a link, and go back to the page of its report."""
    require_permissions(request.user, CHANGE_LINK)
    links = ShareLink.objects.visible_to(request.user).select_related("interview__job", "job")
    link = get_object_or_404(links, pk=link_id)
    if link.revoke(actor=request.user.get_username()):
        _log(request, link, "Revoked the link.")
    messages.success(request, _("The link is revoked. It opens nothing any more."))
    name, subject = ("desk-share", link.interview_id) if link.interview_id else ("desk-share-job", link.job_id)
    return HttpResponseRedirect(reverse(name, args=[subject]))


def _share(request: HttpRequest, form: ShareForm, subject: dict[str, Any], *, is_erased: bool = False) -> HttpResponse:
    address = ""
    if form.is_bound and form.is_valid() and not is_erased:
        assert isinstance(request.user, User)
        link, token = share_report(by=request.user, **subject, **form.cleaned_data)
        _log(request, link, f"Shared the report until {link.expires_at:%Y-%m-%d}.")
        address = request.build_absolute_uri(reverse("shared-report", args=[token]))
    interview: Any = subject.get("interview")
    job: Any = interview.job if interview else subject["job"]
    back = _change_url("interviews_interview", interview) if interview else _change_url("jobs_jobdescription", job)
    context = (
        admin.site.each_context(request)
        | subject
        | {
            "title": _("Share"),
            "form": form,
            "media": form.media,
            "address": address,
            "links": _with_accesses(ShareLink.objects.filter(**subject))[:MOST_LINKS],
            "is_erased": is_erased,
            "is_blind_review": job.blind_review,
            "back": back,
        }
    )
    response = render(request, "desk/sharing/page.html", context, status=200 if not form.errors else 422)
    response["Cache-Control"] = "no-store"
    return response


def _change_url(name: str, row: Any) -> str:
    return reverse(f"admin:{name}_change", args=[row.pk])


def _with_accesses(links: "QuerySet[ShareLink]") -> "QuerySet[ShareLink]":
    return links.select_related("created_by").annotate(
        opened=Count("accesses"),
        visitors=Count("accesses__visitor", distinct=True),
        last_opened=Max("accesses__created_at"),
    )


def _log(request: HttpRequest, link: ShareLink, message: str) -> None:
    model: Any = Interview if link.interview else JobDescription
    model_admin: Any = admin.site.get_model_admin(model)
    model_admin.log_change(request, link.interview or link.job, message)
