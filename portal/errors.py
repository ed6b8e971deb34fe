"""Pages for requests that failed, were forbidden, or name no page. Below `/i/` they are pages of the portal."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from interviews.models import Invitation
from portal.access import CONTENT_SECURITY_POLICY, page_language
from portal.pages import render_page
from screener.api import problem_details
from screener.web import error_pages
from screener.web.secret_paths import without_traces

PREFIX = "/i/"
"""Of the addresses in `portal/urls.py`."""


def page_missing(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not request.path.startswith(PREFIX):
        return error_pages.page_missing(request, exception)
    token = request.path.removeprefix(PREFIX).split("/")[0]
    return _error_page(request, HTTPStatus.NOT_FOUND, Invitation.objects.find(token))


def page_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if not request.path.startswith(PREFIX):
        return error_pages.page_denied(request, exception)
    return _error_page(request, HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """No query is made: the database may be the reason."""
    if not request.path.startswith(PREFIX):
        return problem_details.server_error(request)
    return _error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _error_page(request: HttpRequest, status: HTTPStatus, invitation: Invitation | None = None) -> HttpResponseBase:
    with translation.override(page_language(request, invitation)):
        open_invitation = invitation if invitation and invitation.is_open else None
        response: HttpResponse = render_page(
            request, open_invitation, "portal/error.html", {"status": status}, status=status
        )
        response["Content-Language"] = translation.get_language()
    return without_traces(response, CONTENT_SECURITY_POLICY)
