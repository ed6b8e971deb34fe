"""The pages for users of the admin in place of one that does not exist or that they may not open."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import defaults

from screener.labels import Label

MISSING, DENIED = 404, 403


def page_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_in_admin(request):
        return defaults.page_not_found(request, exception)
    title = _("This page does not exist")
    return _render(request, MISSING, title, _("The address is wrong, or what it showed was deleted or erased."))


def page_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_in_admin(request):
        return defaults.permission_denied(request, exception)
    title = _("You may not open this page")
    explanation = _("Your role does not include it. Ask an administrator for another role, or to be added to the job.")
    return _render(request, DENIED, title, explanation)


def _is_in_admin(request: HttpRequest) -> bool:
    user: Any = getattr(request, "user", None)
    return user is not None and user.is_staff and request.path.startswith(reverse("admin:index"))


def _render(request: HttpRequest, status: int, title: Label, explanation: Label) -> HttpResponse:
    context = admin.site.each_context(request) | {"title": title, "explanation": explanation}
    return render(request, "admin/error.html", context, status=status)
