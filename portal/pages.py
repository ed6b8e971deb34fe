"""How pages of the portal are made: what all of them show, and how they link to each other."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.translation import get_language

from interviews.conversation.sentences import end_once
from interviews.models import Invitation
from interviews.reception.employer import name_employer, written_name
from screener.models import Organisation

CHOICE = "lang"
"""The parameter with the language that the candidate chose. Each link of a page repeats it: there is no session."""


def render_page(
    request: HttpRequest,
    invitation: Invitation | None,
    template: str,
    context: dict[str, Any] | None = None,
    **kwargs: Any,
) -> HttpResponse:
    """Render a page. `invitation`: None where the token is forged, so that the page names no employer."""
    organisation = Organisation.current() if invitation else None
    job = invitation.interview.job if invitation else None
    base = {
        "invitation": invitation,
        "interview": invitation.interview if invitation else None,
        "organisation": organisation,
        "employer_as_written": written_name(job, organisation),
        "employer_name": name_employer(job, organisation).name,
        "callback_number": (job and job.callback_number) or (organisation and organisation.callback_number) or "",
        "languages": settings.CANDIDATE_LANGUAGES,
        "language_choice": CHOICE,
    }
    response = render(request, template, base | (context or {}), **kwargs)
    response.content = end_once(response.text, escape(base["employer_name"])).encode()
    return response


def page_tag() -> str:
    """The language of the page."""
    return get_language() or settings.LANGUAGE_CODE


def page_address(request: HttpRequest, invitation: Invitation, name: str = "portal") -> str:
    """The address of another page of the portal, in the language of this one."""
    chosen = {CHOICE: request.GET[CHOICE]} if request.GET.get(CHOICE) in dict(settings.CANDIDATE_LANGUAGES) else {}
    address = reverse(name, args=[invitation.token])
    return f"{address}?{urlencode(chosen)}" if chosen else address


def go_to(request: HttpRequest, invitation: Invitation, name: str = "portal") -> HttpResponseRedirect:
    """Show the page by GET, so that it can be reloaded without a second effect."""
    return HttpResponseRedirect(page_address(request, invitation, name))
