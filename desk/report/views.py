"""The report of an interview: as a page that prints on one sheet, as PDF and as JSON."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.report.bar import BarLink, ReportBar
from interviews.models import Interview
from interviews.reports.document import document_html
from interviews.reports.interview.document import TEMPLATE, file_name, report_context, report_pdf
from interviews.reports.interview.loading import ReportScope, load_report
from interviews.reports.interview.report import InterviewReport
from screener.pdf.rendering import LibrariesMissing, PdfError

NO_NAMES = "names=no"


@require_safe
def report_page(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """Show the report. `?names=no` hides what identifies the candidate."""
    return _page(request, _report(request, interview_id))


@require_safe
def report_pdf_file(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """Download the report as PDF. Where there is none, the page says why: it prints from the browser."""
    report = _report(request, interview_id)
    return pdf_response(
        lambda: report_pdf(report, address=_full_address(request, report)),
        file_name(report, "pdf"),
        on_error=lambda error: _page(request, report, note=str(error)),
    )


@require_safe
def report_json_file(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """Download the whole report as JSON."""
    report = _report(request, interview_id)
    response = JsonResponse(report.to_json(), json_dumps_params={"ensure_ascii": False, "indent": 2})
    return as_download(response, file_name(report, "json"))


def pdf_response(make: Callable[[], bytes], name: str, *, on_error: Callable[[PdfError], HttpResponse]) -> HttpResponse:
    """Return the PDF as a download. Without one, `on_error` makes the page, which gets a status of an error."""
    try:
        return as_download(HttpResponse(make(), content_type="application/pdf"), name)
    except PdfError as error:
        response = on_error(error)
        response.status_code = 501 if isinstance(error, LibrariesMissing) else 503
        return response


def as_download(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _report(request: HttpRequest, interview_id: UUID) -> InterviewReport:
    if not request.user.has_perm("interviews.view_interview"):
        raise PermissionDenied
    interviews = Interview.objects.visible_to(request.user).select_related("candidate", "job")
    interview = get_object_or_404(interviews, pk=interview_id)
    with_names = request.GET.get("names") != "no"
    return load_report(interview, ReportScope.of_viewer(request.user, interview, with_names=with_names))


def _page(request: HttpRequest, report: InterviewReport, *, note: str = "") -> HttpResponse:
    context = report_context(report, address=_full_address(request, report))
    bar = ReportBar(reverse("admin:interviews_interview_change", args=[report.interview_id]), note, _links(report))
    return HttpResponse(document_html(TEMPLATE, context | {"bar": bar}))


def _links(report: InterviewReport) -> list[BarLink]:
    names = f"?{NO_NAMES}" if report.names_hidden else ""
    page, pdf, json = (
        reverse(name, args=[report.interview_id]) for name in ("desk-report", "desk-report-pdf", "desk-report-json")
    )
    without_names = BarLink(_("Without names"), f"{page}?{NO_NAMES}")
    switch = BarLink(_("With names"), page) if report.names_hidden else without_names
    return [switch, BarLink("PDF", f"{pdf}{names}"), BarLink("JSON", f"{json}{names}")]


def _full_address(request: HttpRequest, report: InterviewReport) -> str:
    """The address of the review page, which has everything."""
    return request.build_absolute_uri(reverse("admin:interviews_interview_change", args=[report.interview_id]))
