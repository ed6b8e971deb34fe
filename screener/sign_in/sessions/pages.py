"""The page with a user's sessions."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from screener.sign_in.sessions.limits import end_sessions, open_sessions


@never_cache
@require_safe
def sessions_page(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": _("Your sessions"),
        "sessions": open_sessions(request.user),
        "own_key": request.session.session_key,
    }
    return render(request, "account/sessions.html", context)


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of the user's other sessions, that of this id."""
    session_id = request.POST.get("session", "")
    for session in open_sessions(request.user):
        if session.public_id == session_id and session.session_key != request.session.session_key:
            session.delete()
            messages.success(request, _("The session has ended."))
    return HttpResponseRedirect(reverse("account_sessions"))


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    number = end_sessions(request.user.pk, but=request.session.session_key)
    ended = ngettext("%(number)s session has ended.", "%(number)s sessions have ended.", number)
    messages.success(request, ended % {"number": number})
    return HttpResponseRedirect(reverse("account_sessions"))
