"""Reports as pages that print on one sheet, as PDF and as JSON: of an interview, and of the candidates of a job."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.interviews import visible_interview
from desk.report.bar import BarLink, ReportBar
from desk.report.shortlist import Shortlist
from interviews.reports.document import document_html, document_pdf
from interviews.reports.interview.document import TEMPLATE, file_name, report_context, report_pdf
from interviews.reports.interview.loading import ReportScope, load_report
from interviews.reports.interview.report import InterviewReport
from jobs.models import JobDescription
from screener.access.blind_mode import is_blind
from screener.access.viewer import require_permissions
from screener.pdf.rendering import LibrariesMissing, PdfError

NO_NAMES = "names=no"
SHORTLIST_TEMPLATE = "reports/shortlist.html"


@require_safe
def report_page(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """Show the report. `?names=no` hides names and contact data."""
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


@require_safe
def shortlist_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show the ranked candidates of a job on one sheet, as the desk ranks and filters them for the same query."""
    return _shortlist_page(request, _shortlist(request, job_id))


@require_safe
def shortlist_pdf_file(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Download the shortlist as PDF. Where there is none, the page says why."""
    shortlist = _shortlist(request, job_id)
    context = {"shortlist": shortlist, "address": request.build_absolute_uri(str(shortlist.address))}
    return pdf_response(
        lambda: document_pdf(SHORTLIST_TEMPLATE, context),
        f"shortlist-{slugify(shortlist.job.title)[:60] or 'job'}-{shortlist.generated_at:%Y-%m-%d}.pdf",
        on_error=lambda error: _shortlist_page(request, shortlist, note=str(error)),
    )


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
    interview = visible_interview(request, interview_id)
    with_names = request.GET.get("names") != "no"
    return load_report(interview, ReportScope.of_viewer(request.user, interview, with_names=with_names))


def _shortlist(request: HttpRequest, job_id: UUID) -> Shortlist:
    require_permissions(request.user, "jobs.view_jobdescription", "interviews.view_interview")
    jobs = JobDescription.objects.visible_to(request.user).prefetch_related("question_sets")
    job = get_object_or_404(jobs, pk=job_id)
    return Shortlist.load(job, request.user, request.GET, with_names=request.GET.get("names") != "no")


def _shortlist_page(request: HttpRequest, shortlist: Shortlist, *, note: str = "") -> HttpResponse:
    parameters = urlencode(shortlist.address.parameters)
    names = [NO_NAMES] if shortlist.names_hidden else []
    page, pdf = (reverse(name, args=[shortlist.job.pk]) for name in ("desk-shortlist", "desk-shortlist-pdf"))
    without_names = BarLink(_("Without names"), _with_query(page, parameters, NO_NAMES))
    switch = BarLink(_("With names"), _with_query(page, parameters)) if shortlist.names_hidden else without_names
    links = [*([] if is_blind() else [switch]), BarLink("PDF", _with_query(pdf, parameters, *names))]
    context = {"shortlist": shortlist, "address": request.build_absolute_uri(str(shortlist.address))}
    bar = ReportBar(str(shortlist.address), note, links)
    return HttpResponse(document_html(SHORTLIST_TEMPLATE, context | {"bar": bar}))


def _with_query(path: str, *parameters: str) -> str:
    return f"{path}?{'&'.join(filter(None, parameters))}" if any(parameters) else path


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
    return [*([] if is_blind() else [switch]), BarLink("PDF", f"{pdf}{names}"), BarLink("JSON", f"{json}{names}")]


def _full_address(request: HttpRequest, report: InterviewReport) -> str:
    """The address of the review page, which leaves no part out."""
    return request.build_absolute_uri(reverse("admin:interviews_interview_change", args=[report.interview_id]))
