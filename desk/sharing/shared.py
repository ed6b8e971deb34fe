"""The pages that a share link opens, without a login or a session. They change no row but the record of access."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.report.bar import BarLink, ReportBar
from desk.report.shortlist import NoReader, Shortlist
from desk.report.views import SHORTLIST_TEMPLATE, pdf_response
from interviews.models import AccessEvent, Recording, ShareLink
from interviews.reports.document import document_html, document_pdf
from interviews.reports.interview.document import TEMPLATE, report_context
from interviews.reports.sharing import open_link, record_access, shared_report
from screener.web.byte_ranges import ranged_response
from screener.web.client_address import client_address
from screener.web.rate_limit import is_over_limit
from screener.web.secret_paths import without_traces

MOST_REQUESTS, SECONDS = 60, 60
GONE, TOO_MANY = 410, 429
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
LinkView = Callable[..., HttpResponseBase]


def opened_by_link(view: LinkView) -> LinkView:
    """Make a view of an open link a view of its token. The response is neither stored nor indexed."""

    @require_safe
    @wraps(view)
    def guarded_view(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        if is_over_limit("shared", client_address(request), most=MOST_REQUESTS, seconds=SECONDS):
            response: HttpResponseBase = HttpResponse(_("Too many requests. Try again in a minute."), status=TOO_MANY)
            response["Retry-After"] = str(SECONDS)
        elif link := open_link(token):
            response = view(request, link, token, **kwargs)
        else:
            response = HttpResponse(render_to_string("reports/closed.html", {"bar": ReportBar()}), status=GONE)
        return without_traces(response, CONTENT_SECURITY_POLICY)

    return guarded_view


@opened_by_link
def shared_page(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    """Show the report, or the shortlist, that was shared."""
    _record(request, link, AccessEvent.Part.PAGE)
    return _page(link, token)


@opened_by_link
def shared_pdf(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    _record(request, link, AccessEvent.Part.PDF)
    template, context = _document(link)
    return pdf_response(
        lambda: document_pdf(template, context), "report.pdf", on_error=lambda error: _page(link, token, str(error))
    )


@opened_by_link
def shared_recording(request: HttpRequest, link: ShareLink, token: str, position: int) -> HttpResponseBase:
    """Send the recording of an answer, if recordings were shared."""
    recording = _recordings(link).filter(response__position=position).first()
    if recording is None:
        return HttpResponse(status=404)
    _record(request, link, AccessEvent.Part.RECORDING, position=position)
    try:
        file = recording.file.open("rb")
    except FileNotFoundError:
        return HttpResponse(status=404)
    range_header = request.headers.get("Range", "")
    return ranged_response(file, content_type="audio/wav", range_header=range_header)


def _page(link: ShareLink, token: str, problem: str = "") -> HttpResponse:
    template, context = _document(link)
    recordings = [
        {
            "number": recording.response.position + 1,
            "href": reverse("shared-recording", args=[token, recording.response.position]),
        }
        for recording in _recordings(link)
    ]
    by = link.created_by.get_full_name() or link.created_by.get_username()
    shared = _("Shared by %(name)s until %(day)s.") % {"name": by, "day": f"{link.expires_at:%Y-%m-%d}"}
    bar = ReportBar(note=f"{shared} {problem}".strip(), links=[BarLink("PDF", reverse("shared-pdf", args=[token]))])
    return HttpResponse(document_html(template, context | {"bar": bar, "recordings": recordings}))


def _document(link: ShareLink) -> tuple[str, dict[str, Any]]:
    if link.interview:
        return TEMPLATE, report_context(shared_report(link))
    shortlist = Shortlist.load(link.shared_job, NoReader(), QueryDict(), with_names=link.with_names)
    return SHORTLIST_TEMPLATE, {"shortlist": shortlist}


def _recordings(link: ShareLink) -> Any:
    """The recordings that the link plays, in the order of the questions."""
    recordings = Recording.objects.filter(chosen=True, status=Recording.Status.STORED).exclude(file="")
    if not link.with_recordings:
        return recordings.none()
    return (
        recordings.filter(response__interview=link.interview_id)
        .select_related("response")
        .order_by("response__position")
    )


def _record(request: HttpRequest, link: ShareLink, part: AccessEvent.Part, position: int | None = None) -> None:
    if request.method == "GET":
        record_access(link, part, address=client_address(request), position=position)
