"""The report of an interview as a document."""

from typing import Any

from django.utils.text import slugify

from interviews.reports.document import document_pdf
from interviews.reports.interview.report import InterviewReport
from interviews.reports.interview.sheet import fit_sheet

TEMPLATE = "reports/interview.html"
MOST_ATTEMPTS = 10


def report_context(report: InterviewReport, *, address: str = "") -> dict[str, Any]:
    """The context of the template. `address`: of the page, which leaves no part out."""
    return {
        "report": report,
        "sheet": fit_sheet(report),
        "shown_attempts": report.attempts[-MOST_ATTEMPTS:],
        "coverage_percent": round(report.result.coverage * 100) if report.result else 0,
        "address": address,
    }


def report_pdf(report: InterviewReport, *, address: str = "") -> bytes:
    """Raises PdfError where there is no PDF."""
    return document_pdf(TEMPLATE, report_context(report, address=address))


def file_name(report: InterviewReport, extension: str) -> str:
    """A name in ASCII, which every file system takes."""
    name = slugify(report.candidate_name)[:60] or report.interview_id[:8]
    return f"report-{name}-{report.generated_at:%Y-%m-%d}.{extension}"
