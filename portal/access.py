"""The door of the portal: the views that an invitation opens, and its limits."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from interviews.models import Invitation
from portal.pages import CHOICE, render_page
from screener.telemetry.ids import bind_ids
from screener.web.client_address import client_address
from screener.web.rate_limit import is_over_limit
from screener.web.secret_paths import without_traces

MOST_REQUESTS, SECONDS = 120, 60
GONE, TOO_MANY = 410, 429
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PortalView = Callable[..., HttpResponseBase]


def opened_by_invitation(view: PortalView, *, scope: str = "portal", most: int = MOST_REQUESTS) -> PortalView:
    """Make a view of an open invitation a view of its token, in the language of the interview.

    The token in the address is the only credential. No cookie has a part in it, so that another site can make a
    browser send nothing that it could not send itself: the check against forged requests would add no protection.
    A view that has a Content-Security-Policy of its own keeps it. `most`: the requests per minute of one address to
    the views of this scope.
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded_view(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        if is_over_limit(scope, client_address(request), most=most, seconds=SECONDS):
            return without_traces(_refuse(request), CONTENT_SECURITY_POLICY)
        invitation = Invitation.objects.find(token)
        if invitation:
            bind_ids(interview_id=invitation.interview_id)
        with translation.override(page_language(request, invitation)):
            if invitation and invitation.is_open:
                response = view(request, invitation, **kwargs)
            else:
                response = render_page(request, invitation, "portal/closed.html", status=GONE)
            response["Content-Language"] = translation.get_language()
        return without_traces(response, CONTENT_SECURITY_POLICY)

    return guarded_view


def page_language(request: HttpRequest, invitation: Invitation | None) -> str:
    """The language that the candidate chose, else that of the interview, else one that the browser asks for."""
    own = [invitation.interview.language] if invitation else []
    browser = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    wanted = (request.GET.get(CHOICE, ""), *own, *(tag for tag, _quality in browser))
    supported = dict(settings.CANDIDATE_LANGUAGES)
    primary_tags = (tag.split("-")[0].lower() for tag in wanted)
    return next((tag for tag in primary_tags if tag in supported), settings.LANGUAGE_CODE)


def _refuse(request: HttpRequest) -> HttpResponse:
    with translation.override(page_language(request, None)):
        response = render_page(request, None, "portal/too_many.html", status=TOO_MANY)
        response["Content-Language"] = translation.get_language()
    response["Retry-After"] = str(SECONDS)
    return response
