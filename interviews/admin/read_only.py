"""Records of interviews, to be viewed and never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from candidates.admin.candidate_search import FindsCandidates
from interviews.admin.recording_view import stream_recording
from interviews.admin.scoring import ScoringFilter, ScoringPages
from interviews.flags import flag_labels
from interviews.models import (
    Assessment,
    Attempt,
    Call,
    Decision,
    InterviewEvent,
    InterviewResponse,
    InterviewResult,
    Recording,
)
from interviews.models.interview import visible_records
from interviews.presenters.interview import LABEL_COLOURS
from interviews.scoring.blind_review import interviews_with_scores, sees_all_scores
from screener.admin.base import ReadOnlyAdmin, badge
from screener.admin.lists import PeriodFilter
from screener.labels import in_sentence

INTERVIEW_RELATIONS = ["interview__candidate", "interview__job"]
OUTCOME_COLOURS = {"answered": "success", "carrier_error": "danger", "unknown": "warning"}


class InterviewRecordAdmin(FindsCandidates, ReadOnlyAdmin):
    """Records that belong to an interview which the user may see, without those of practice interviews."""

    interview_path = "interview"

    def candidate_path(self) -> str:
        return f"{self.interview_path}__candidate"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible_records(super().get_queryset(request), request.user, path=self.interview_path)


class ScoreRecordAdmin(InterviewRecordAdmin):
    """Records that tell of scores. In a blind review they are left out until the user may see them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if sees_all_scores(request.user):
            return rows
        return rows.filter(**{f"{self.interview_path}__in": interviews_with_scores(request.user)})


@admin.register(Attempt)
class AttemptAdmin(InterviewRecordAdmin):
    list_display = [
        "interview",
        "number",
        "channel",
        "outcome_badge",
        "reason",
        "created_at",
        "answered_at",
        "ended_at",
    ]
    list_filter = [("created_at", PeriodFilter), ("outcome", ChoicesDropdownFilter)]
    search_fields = ["=id", "=interview__id"]
    list_select_related = INTERVIEW_RELATIONS

    @badge(_("Outcome"), OUTCOME_COLOURS, ordering="outcome")
    def outcome_badge(self, attempt: Attempt) -> tuple[str, str] | str:
        label = attempt.get_outcome_display()
        return (attempt.outcome, label) if attempt.outcome in OUTCOME_COLOURS else label


@admin.register(Call)
class CallAdmin(InterviewRecordAdmin):
    interview_path = "attempt__interview"
    list_display = [
        "twilio_sid",
        "interview",
        "number",
        "status",
        "answered_by",
        "error_code",
        "created_at",
        "ended_at",
    ]
    list_filter = [
        ("created_at", PeriodFilter),
        ("status", ChoicesDropdownFilter),
        ("error_code", admin.EmptyFieldListFilter),
    ]
    search_fields = ["=number", "=twilio_sid", "=attempt__id"]
    contact_fields = ("number",)
    list_select_related = ["attempt__interview__candidate", "attempt__interview__job"]

    @admin.display(description=_("Interview"))
    def interview(self, call: Call) -> str:
        return str(call.attempt.interview)


@admin.register(InterviewResponse)
class ResponseAdmin(ScoringPages, InterviewRecordAdmin):
    list_display = [
        "interview",
        "number",
        "shown_question",
        "status_badge",
        "transcript_source",
        "updated_at",
        "scoring",
    ]
    exported_instead = {"number": {_("Position"): "position"}, "scoring": {}}
    list_filter = [("created_at", PeriodFilter), ScoringFilter, ("status", ChoicesDropdownFilter)]
    search_fields = ["=interview__id"]
    list_select_related = INTERVIEW_RELATIONS

    @admin.display(description=_("Question"), ordering="question")
    def shown_question(self, response: InterviewResponse) -> str:
        return response.shown_question

    @badge(_("Status"), LABEL_COLOURS | {"planned": "default", "asked": "default"}, ordering="status")
    def status_badge(self, response: InterviewResponse) -> tuple[str, str]:
        return response.status, response.get_status_display()

    @admin.display(description=_("No."), ordering="position")
    def number(self, response: InterviewResponse) -> int:
        return response.position + 1

    @admin.display(description=_("Score"), empty_value="-")
    def scoring(self, response: InterviewResponse) -> str | None:
        """A link to the form, without a score: people who give a second opinion must not see one."""
        if not response.is_scorable:
            return None
        address = reverse("admin:interviews_interviewresponse_score", args=[response.pk])
        return format_html(
            '<a class="text-link" href="{}">{}</a>',
            address,
            gettext("Score question %(number)s") % {"number": response.position + 1},
        )


@admin.register(Recording)
class RecordingAdmin(InterviewRecordAdmin):
    """The only page that plays the audio. Its address in the storage is never shown."""

    interview_path = "response__interview"
    list_display = ["interview", "turn", "status", "ended", "seconds", "chosen", "created_at"]
    list_filter = [
        ("created_at", PeriodFilter),
        ("status", ChoicesDropdownFilter),
        ("ended", ChoicesDropdownFilter),
        "chosen",
    ]
    search_fields = ["=sid", "=attempt__id"]
    list_select_related = ["response__interview__candidate", "response__interview__job"]
    exclude = ["file"]
    readonly_fields = ["listen"]

    def get_urls(self) -> list[URLPattern]:
        stream = self.admin_site.admin_view(stream_recording)
        urls: list[URLPattern] = super().get_urls()
        return [path("<uuid:pk>/audio/", stream, name="interviews_recording_audio"), *urls]

    @admin.display(description=_("Interview"))
    def interview(self, recording: Recording) -> str:
        return str(recording.response.interview)

    @admin.display(description=_("Listen"))
    def listen(self, recording: Recording) -> str:
        if recording.status != Recording.Status.STORED:
            return gettext("No audio: %(status)s.") % {"status": in_sentence(recording.get_status_display())}
        address = reverse("admin:interviews_recording_audio", args=[recording.pk])
        return format_html(
            '<audio controls preload="none" src="{}" aria-label="{}"></audio>', address, gettext("Recording")
        )


@admin.register(Assessment)
class AssessmentAdmin(ScoreRecordAdmin):
    interview_path = "response__interview"
    list_display = ["interview", "response", "score", "is_current", "role", "flag_list", "label", "created_at"]
    list_filter = [("created_at", PeriodFilter), "is_current", "source", "role"]
    search_fields = ["=response__id"]
    list_select_related = ["response__interview__candidate", "response__interview__job"]

    @admin.display(description=_("Interview"))
    def interview(self, assessment: Assessment) -> str:
        return str(assessment.response.interview)

    @admin.display(description=_("Flags"), empty_value="-")
    def flag_list(self, assessment: Assessment) -> str:
        return ", ".join(flag_labels(assessment.flags))


@admin.register(InterviewResult)
class ResultAdmin(ScoreRecordAdmin):
    list_display = [
        "interview",
        "overall_score",
        "coverage",
        "recommendation_badge",
        "is_current",
        "label",
        "created_at",
    ]
    list_filter = [("created_at", PeriodFilter), ("recommendation", ChoicesDropdownFilter), "is_current"]
    search_fields = ["interview__job__title", "=interview__id"]
    list_select_related = INTERVIEW_RELATIONS

    @badge(_("Recommendation"), LABEL_COLOURS, ordering="recommendation")
    def recommendation_badge(self, result: InterviewResult) -> tuple[str, str] | None:
        return (result.recommendation, result.get_recommendation_display()) if result.recommendation else None


@admin.register(Decision)
class DecisionAdmin(ScoreRecordAdmin):
    list_display = ["interview", "decision_badge", "recommendation_badge", "decided_by", "reason", "created_at"]
    list_filter = [
        ("created_at", PeriodFilter),
        ("verdict", ChoicesDropdownFilter),
        ("decided_by", AutocompleteSelectFilter),
    ]
    search_fields = ["interview__job__title", "=interview__id"]
    list_select_related = [*INTERVIEW_RELATIONS, "decided_by", "result"]

    @badge(_("Decision"), LABEL_COLOURS, ordering="verdict")
    def decision_badge(self, decision: Decision) -> tuple[str, str]:
        return decision.verdict, decision.get_verdict_display()

    @badge(_("Recommended"), LABEL_COLOURS)
    def recommendation_badge(self, decision: Decision) -> tuple[str, str] | None:
        result = decision.result
        return (
            (result.recommendation, result.get_recommendation_display()) if result and result.recommendation else None
        )


@admin.register(InterviewEvent)
class EventAdmin(ScoreRecordAdmin):
    list_display = ["created_at", "interview", "kind", "actor", "before", "after", "reason"]
    list_filter = [("created_at", PeriodFilter), ("kind", ChoicesDropdownFilter)]
    search_fields = ["=interview__id"]
    ordering = ["-created_at"]
    list_select_related = INTERVIEW_RELATIONS
