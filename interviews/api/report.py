"""API of reports: an interview on one sheet as PDF, and all of it as JSON."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.api.examples import CANDIDATE_ID, FINISHED_DATA, INTERVIEW_ID, INTERVIEWER, JOB_ID, RESULT_DATA
from interviews.models import Interview
from interviews.reports.interview.document import file_name, report_pdf
from interviews.reports.interview.loading import ReportScope, load_report
from interviews.reports.interview.report import InterviewReport
from screener.api.problem_details import NotInstalled, TemporarilyUnavailable
from screener.api.record_serializer import serializer_of
from screener.api.schema import response_example
from screener.api.serializers import StrictSerializer
from screener.pdf.rendering import LibrariesMissing, PdfError

NAMES = OpenApiParameter(
    "names", OpenApiTypes.BOOL, description="`false` hides what identifies the candidate, in texts too", default=True
)
ReportSerializer = serializer_of(InterviewReport)


REPORTED_KEYS = (
    *("language", "status", "outcome", "outcome_reason", "result_status"),
    *("started_at", "completed_at", "duration_seconds"),
)
_NOT_REPORTED = ("opinion", "label", "judges", "prompt_hash")
_REPORTED_RESULT = {key: value for key, value in RESULT_DATA.items() if key not in _NOT_REPORTED} | {
    "recommendation_label": "Consider",
    "judged_by": INTERVIEWER,
}
REPORT = [
    response_example(
        "A report",
        {
            "interview_id": INTERVIEW_ID,
            "job_id": JOB_ID,
            "candidate_id": CANDIDATE_ID,
            "candidate_name": "Ada Lovelace",
            "names_hidden": False,
            "scores_hidden": False,
            "job_title": "Support engineer",
            "employer": "Babbage Ltd.",
            "status_label": "Completed",
            "result_status_label": "Ready",
            "answers_erased_at": None,
            "attempts": [
                {
                    "number": 1,
                    "channel": "phone",
                    "channel_label": "Phone",
                    "outcome": "answered",
                    "outcome_label": "Answered",
                    "started_at": "2026-11-21T09:00:01Z",
                }
            ],
            "result": _REPORTED_RESULT,
            "decision": {
                "verdict": "hire",
                "verdict_label": "Hire",
                "reason": "Convincing answers.",
                "decided_by": "hanna",
                "decided_at": "2026-11-21T10:00:00Z",
                "is_recommended": False,
            },
            "requirements": [
                {
                    "position": 0,
                    "question": "Can you work night shifts?",
                    "accepted": "yes",
                    "is_knock_out": False,
                    "status": "answered",
                    "status_label": "Answered",
                    "words": "Yes, no problem.",
                    "value": "yes",
                    "is_met": True,
                    "correction": "",
                }
            ],
            "answers": [],
            "generated_at": "2026-11-21T10:05:00Z",
            **{key: FINISHED_DATA[key] for key in REPORTED_KEYS},
        },
    )
]


class ReportQuerySerializer(StrictSerializer):
    names = serializers.BooleanField(default=True)


class ReportActions:
    """The reports of an interview. Their addresses end as files do: `report.json`, `report.pdf`."""

    @extend_schema(
        operation_id="interviews_report_json",
        responses=ReportSerializer,
        parameters=[NAMES],
        examples=REPORT,
    )
    def report_json(self: Any, request: Request, **kwargs: Any) -> Response:
        """Return the report: result, decision, and each answer with its criteria, reasons and verbatim quotes."""
        return Response(_load_report(self.get_object(), request).to_json())

    @extend_schema(
        operation_id="interviews_report_pdf",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        parameters=[NAMES],
        examples=[OpenApiExample("A PDF", value="%PDF-1.7 …", media_type="application/pdf")],
    )
    def report_pdf(self: Any, request: Request, **kwargs: Any) -> HttpResponse:
        """Return the report on one sheet of A4. It counts its omissions. 501 names the libraries to install."""
        report = _load_report(self.get_object(), request)
        try:
            response = HttpResponse(report_pdf(report), content_type="application/pdf")
        except PdfError as error:
            raise _problem_of(error) from None
        response["Content-Disposition"] = f'attachment; filename="{file_name(report, "pdf")}"'
        return response


def _load_report(interview: Interview, request: Request) -> InterviewReport:
    query = ReportQuerySerializer(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    scope = ReportScope.of_viewer(request.user, interview, with_names=query.validated_data["names"])
    return load_report(interview, scope)


def _problem_of(error: PdfError) -> APIException:
    return NotInstalled(str(error)) if isinstance(error, LibrariesMissing) else TemporarilyUnavailable(str(error))
