"""The page of notices, the bell in the head of each page, the settings, and watching a job."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from desk.notices.forms import NoticeSettingsForm
from desk.notices.page import (
    MOST_COUNTED,
    NoticesPage,
    count_unread,
    gets_mail,
    mail_problem,
    watched_jobs,
)
from desk.request_values import parse_page_number
from interviews.models import Notice, NoticeSettings
from interviews.notices.readers import set_watching
from jobs.models import JobDescription
from screener.access.viewer import require_permissions
from screener.models import parse_id


@require_safe
def notices_page(request: HttpRequest) -> HttpResponse:
    """The user's notices. `show=all`: those that are read, too."""
    user = _user_of(request)
    number = parse_page_number(request.GET.get("page", ""))
    page = NoticesPage.load(user, number=number, shows_all=request.GET.get("show") == "all")
    context = admin.site.each_context(request) | {"title": _("Notices"), "page": page}
    return render(request, "desk/notices/page.html", context)


@require_POST
def read_notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one notice as read."""
    notices = Notice.objects.filter(recipient=_user_of(request).pk)
    notice = get_object_or_404(notices, pk=notice_id)
    notices.unread().filter(pk=notice.pk).update(read_at=timezone.now())
    return _back_to_notices(request)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all notices as read up to the one that the page began with, so that later ones stay unread."""
    own = Notice.objects.filter(recipient=_user_of(request).pk)
    latest_id = parse_id(request.POST.get("latest", ""))
    latest = own.filter(pk=latest_id).first() if latest_id else None
    if latest:
        own.unread().filter(occurred_at__lte=latest.occurred_at).update(read_at=timezone.now())
    return _back_to_notices(request)


@require_GET
def unread_count(request: HttpRequest) -> HttpResponse:
    """How many notices are unread, for the bell."""
    count = count_unread(_user_of(request))
    shown = f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")
    label = ngettext("Notices: %(count)d unread", "Notices: %(count)d unread", count) % {"count": count}
    response = JsonResponse({"count": shown, "label": label if count else _("Notices")})
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """When notices are mailed to the user, and which jobs they watch."""
    user = _user_of(request)
    form = NoticeSettingsForm(request.POST or None, instance=NoticeSettings.of(user.pk))
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        NoticeSettings.objects.update_or_create(user=user, defaults=values)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(request.path)
    context = admin.site.each_context(request) | {
        "title": _("Notices and mails"),
        "form": form,
        "problem": mail_problem(user),
        "gets_mail": gets_mail(user),
        "jobs": watched_jobs(user),
    }
    return render(request, "desk/notices/settings.html", context)


@require_POST
def watch_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Watch a job (`watch=yes`), or no longer."""
    user = _user_of(request)
    require_permissions(user, "jobs.view_jobdescription")
    job = get_object_or_404(JobDescription.objects.visible_to(user), pk=job_id)
    set_watching(user, job, is_watching=request.POST.get("watch") == "yes")
    if request.POST.get("back") == "settings":
        return HttpResponseRedirect(reverse("desk-notice-settings"))
    return HttpResponseRedirect(reverse("admin:jobs_jobdescription_change", args=[job.pk]))


def _user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # `admin_view` has asked for a login
    return request.user


def _back_to_notices(request: HttpRequest) -> HttpResponse:
    if request.headers.get("Accept") == "application/json":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    show = "?show=all" if request.POST.get("show") == "all" else ""
    return HttpResponseRedirect(reverse("desk-notices") + show)
