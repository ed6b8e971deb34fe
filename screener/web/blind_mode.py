"""Opens blind mode for the pages of the admin, and keeps its readers out of pages that show who a candidate is."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from screener.access.blind_mode import Reader, is_blind, reading

MASKED_PAGES = frozenset(
    {
        "admin:interviews_campaign_changelist",
        "admin:login",
        "admin:logout",
        "admin:password_change",
        "admin:password_change_done",
        "admin:jsi18n",
        "admin:search",
        "admin:autocomplete",
        "admin:interviews_interview_changelist",
        "admin:interviews_interview_change",
        "admin:interviews_interview_export_csv",
        "admin:interviews_interview_export_xlsx",
        "admin:interviews_interview_decide",
        "admin:interviews_interview_try_again",
        "admin:interviews_interview_rescore",
        "admin:interviews_interview_cancel",
        "admin:interviews_interviewresponse_changelist",
        "admin:interviews_interviewresponse_export_csv",
        "admin:interviews_interviewresponse_export_xlsx",
        "admin:interviews_interviewresponse_to_score",
        "admin:interviews_interviewresponse_score",
        "admin:interviews_interviewresponse_opinions",
        "admin:interviews_interviewresponse_words",
        "admin:interviews_interviewresponse_choose",
        "admin:interviews_recording_audio",
        "desk-blind-mode",
        "desk-campaign",
        "desk-compare",
        "desk-home",
        "desk-job",
        "desk-job-columns",
        "desk-job-csv",
        "desk-job-xlsx",
        "desk-job-decide",
        "desk-job-feedback",
        "desk-job-scoring",
        "desk-job-watch",
        "desk-note-add",
        "desk-note-change",
        "desk-note-mentions",
        "desk-note-remove",
        "desk-notice-count",
        "desk-notice-read",
        "desk-notice-settings",
        "desk-notices",
        "desk-notices-read",
        "desk-job-questions",
        "desk-question-set",
        "desk-recording-peaks",
        "desk-report",
        "desk-reschedule",
        "desk-report-json",
        "desk-report-pdf",
        "desk-resume-place",
        "desk-review",
        "desk-session",
        "desk-share",
        "desk-share-job",
        "desk-share-revoke",
        "desk-shortlist",
        "desk-sound",
        "desk-shortlist-pdf",
        "spending",
    }
)
"""Pages that mask names. All others may show one, and are closed in blind mode."""
MASKED_PREFIXES = ("admin:auth_", "admin:jobs_", "admin:screener_organisation_", "account_", "mfa_")
"""Pages of models that know no candidate, and of the user's own account."""


class BlindModeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        with reading(Reader(request)):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Close the page if it may show a name that its reader must not see."""
        match = request.resolver_match
        page = match.view_name if match else ""
        if page in MASKED_PAGES or page.startswith(MASKED_PREFIXES) or not is_blind():
            return None
        context = admin.site.each_context(request) | {"title": _("Blind mode")}
        return render(request, "admin/blind_mode/closed.html", context, status=403)
