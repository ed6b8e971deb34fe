"""The list of interviews, the page of an interview, and its actions."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.enums import ActionVariant

from candidates.admin.candidate_search import FindsCandidates
from candidates.masked_text import mask_text
from interviews.admin.forms import CancelForm, ChannelForm, DecideForm
from interviews.admin.interview_filters import AttentionFilter, DecisionFilter, NowFilter, StageFilter
from interviews.decisions import next_to_decide, record_decision
from interviews.models import (
    Decision,
    EventKind,
    Interview,
    InterviewEvent,
    InterviewResult,
    WaitReason,
    lock_interview,
)
from interviews.models.result import Recommendation
from interviews.presenters.interview import LABEL_COLOURS, status_label
from interviews.scoring import assessment
from interviews.scoring.blind_review import interviews_with_scores, may_see_scores, sees_all_scores
from screener.admin.actions import object_action
from screener.admin.base import ReadOnlyAdmin, badge
from screener.admin.lists import PeriodFilter
from screener.labels import in_sentence

MAX_REASON_LENGTH = 100
NEXT_BUTTON = "and_next"


def _can_be_rescored(interview: Interview) -> bool:
    return interview.status == Interview.Status.COMPLETED and interview.can_be_decided


def _can_be_retried(interview: Interview) -> bool:
    return interview.result_status in Interview.NEEDS_A_PERSON and not interview.answers_erased_at


def _if_shown(is_shown: Q, field_name: str) -> F | Case:
    return Case(When(is_shown, then=F(field_name))) if is_shown else F(field_name)


@admin.register(Interview)
class InterviewAdmin(FindsCandidates, ReadOnlyAdmin):
    """Read-only: an interview changes by events and by the actions below."""

    list_display = [
        "candidate",
        "job",
        "status_badge",
        "result_badge",
        "score",
        "recommendation_badge",
        "decision_badge",
        "attention_reason",
        "created_at",
    ]
    exported_instead = {"score": {_("Score"): "current_score", _("Judged by"): "judged_by"}}
    list_filter = [
        ("created_at", PeriodFilter),
        DecisionFilter,
        AttentionFilter,
        NowFilter,
        StageFilter,
        ("status", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("result_status", ChoicesDropdownFilter),
        ("job", AutocompleteSelectFilter),
        ("campaign", AutocompleteSelectFilter),
    ]
    search_fields = ["job__title", "=id"]
    search_help_text = _("Name, phone, e-mail or job")
    contact_fields = ("candidate__phone", "candidate__email")
    list_select_related = ["candidate", "job"]
    actions = ["try_again_all"]
    actions_detail = ["decide", "try_again", "rescore", "more_time", "usual_time", "move_channel", "cancel"]
    fields = ["candidate", "job"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interview]:
        current = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
        last = Decision.objects.filter(interview=OuterRef("pk")).order_by("-created_at")
        is_shown = Q()
        if not sees_all_scores(request.user):
            shown = interviews_with_scores(request.user)
            current, last = current.filter(interview__in=shown), last.filter(interview__in=shown)
            is_shown = Q(Exists(shown.filter(pk=OuterRef("pk"))))
        calls = InterviewEvent.objects.filter(interview=OuterRef("pk"), kind=EventKind.CANDIDATE_CALLED)
        interviews: QuerySet[Interview] = super().get_queryset(request)
        return interviews.annotate(
            current_score=_if_shown(is_shown, "overall_score"),
            judged_by=Subquery(current.values("label")),
            current_recommendation=_if_shown(is_shown, "recommended"),
            current_reasoning=Subquery(current.values("reasoning")),
            decided=Subquery(last.values("verdict")[:1]),
            call_reason=Subquery(calls.values("reason")[:1]),
            is_uninvited=Exists(Interview.objects.uninvited().filter(pk=OuterRef("pk"))),
        )

    @badge(_("Status"), LABEL_COLOURS, ordering="status")
    def status_badge(self, interview: Interview) -> tuple[str, str]:
        return interview.status, status_label(interview)

    @badge(_("Result"), LABEL_COLOURS, ordering="result_status")
    def result_badge(self, interview: Interview) -> tuple[str, str] | None:
        if interview.result_status == Interview.ResultStatus.NONE:
            return None
        return interview.result_status, interview.get_result_status_display()

    @admin.display(description=_("Score"), ordering="current_score", empty_value="-")
    def score(self, interview: Any) -> str | None:
        """The score, and whose it is."""
        if interview.current_score is None:
            return None
        score = floatformat(interview.current_score, 1)
        judge = gettext(interview.judged_by)
        return format_html('{}<br><span class="s-nowrap text-xs text-subtle">{}</span>', score, judge)

    @badge(_("Recommended"), LABEL_COLOURS, ordering="current_recommendation")
    def recommendation_badge(self, interview: Any) -> tuple[str, str] | None:
        value = interview.current_recommendation
        return (value, str(Recommendation(value).label)) if value else None

    @badge(_("Decision"), LABEL_COLOURS, ordering="decided")
    def decision_badge(self, interview: Any) -> tuple[str, str] | None:
        return (interview.decided, str(Recommendation(interview.decided).label)) if interview.decided else None

    @admin.display(description=_("Attention"), empty_value="-")
    def attention_reason(self, interview: Any) -> str | None:
        if interview.person_requested_at:
            return str(Interview.Outcome.PERSON_REQUESTED.label)
        if interview.wait_reason == WaitReason.ADJUSTMENT:
            return str(WaitReason.ADJUSTMENT.label)
        if interview.is_uninvited:
            return gettext("The invitation did not arrive")
        if interview.call_reason:
            return mask_text(gettext(interview.call_reason), interview.candidate)
        if interview.result_status not in Interview.NEEDS_A_PERSON:
            return None
        reasoning = mask_text(interview.current_reasoning or "", interview.candidate)
        return Truncator(reasoning).chars(MAX_REASON_LENGTH) or None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("interviews.add_interview")

    def address_after_action(self, request: HttpRequest, subject: Any) -> str:
        """Go on to the next interview to decide where the reviewer asks for it; see the review page of the desk."""
        following = next_to_decide(subject, request.user) if NEXT_BUTTON in request.POST else None
        return self.change_url(following or subject)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The log of the admin names decisions, which a blind review hides."""
        interview = self.get_object(request, object_id)
        if interview and not may_see_scores(request.user, interview):
            raise PermissionDenied
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    @object_action(
        _("Decide"),
        explanation=_("The program recommends; you decide. Your decision is kept with the result that you have read."),
        permission="interviews.add_decision",
        icon="gavel",
        form=DecideForm,
        is_available=lambda interview: bool(interview.can_be_decided),
        variant=ActionVariant.PRIMARY,
    )
    def decide(self, request: HttpRequest, interview: Interview, data: dict[str, Any]) -> str:
        assert isinstance(request.user, User)
        decision = record_decision(interview, by=request.user, **data)
        return gettext("Your decision is recorded: %(verdict)s.") % {
            "verdict": in_sentence(decision.get_verdict_display())
        }

    @object_action(
        _("Try again"),
        explanation=_(
            "Answers that failed, or that were left to a reviewer, are fetched, transcribed or assessed again. "
            "Answers that have a score keep it."
        ),
        permission="interviews.change_interview",
        icon="replay",
        is_available=_can_be_retried,
    )
    def try_again(self, request: HttpRequest, interview: Interview, data: dict[str, Any]) -> str:
        assessment.retry_failed(interview, actor=request.user.get_username())
        return gettext("What failed is being tried again. Reload the page in a moment.")

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("interviews.change_interview")

    @admin.action(description=_("Try again what failed"), permissions=["try_again"])
    def try_again_all(self, request: HttpRequest, selected: QuerySet[Interview]) -> None:
        """Retry the selected interviews whose result is unclear. The others stay as they are."""
        waiting = list(selected.with_unclear_result())  # type: ignore[attr-defined]
        for interview in waiting:
            assessment.retry_failed(interview, actor=request.user.get_username())
            self.log_change(request, interview, "What failed is being tried again.")
        done = gettext("What failed in %(count)s of %(total)s interviews is being tried again.") % {
            "count": len(waiting),
            "total": selected.count(),
        }
        self.message_user(request, done)

    @object_action(
        _("Score again"),
        explanation=_(
            "Each transcribed answer that no person scored is assessed again by the current rubric of the job. "
            "Earlier assessments stay on the page."
        ),
        permission="interviews.change_interview",
        icon="refresh",
        is_available=_can_be_rescored,
    )
    def rescore(self, request: HttpRequest, interview: Interview, data: dict[str, Any]) -> str:
        assessment.rescore_interview(interview, actor=request.user.get_username())
        return gettext("The answers are being scored again. Reload the page in a moment.")

    @object_action(
        _("Give more time"),
        explanation=_(
            "From the next call on, the assistant speaks more slowly, waits longer, and gives twice the time for each "
            "answer. For candidates who have asked for it, or who need it because of a disability."
        ),
        permission="interviews.change_interview",
        icon="more_time",
        is_available=lambda interview: bool(interview.is_live and not interview.more_time),
    )
    def more_time(self, request: HttpRequest, interview: Interview, data: dict[str, Any]) -> str:
        with lock_interview(interview) as locked:
            locked.set_more_time(True, actor=request.user.get_username())
        return gettext("The candidate has more time from the next call on.")

    @object_action(
        _("Give the usual time"),
        explanation=_("From the next call on, the assistant speaks and waits as usual."),
        permission="interviews.change_interview",
        icon="schedule",
        is_available=lambda interview: bool(interview.is_live and interview.more_time),
    )
    def usual_time(self, request: HttpRequest, interview: Interview, data: dict[str, Any]) -> str:
        with lock_interview(interview) as locked:
            locked.set_more_time(False, actor=request.user.get_username())
        return gettext("The candidate has the usual time from the next call on.")

    @object_action(
        _("Move to another channel"),
        explanation=_(
            "On the phone the candidate is called at once, if the dial rules allow it. Elsewhere no call is placed: "
            "the candidate begins, by the link of the invitation. Answers that were given stay."
        ),
        permission="interviews.change_interview",
        icon="swap_horiz",
        form=ChannelForm,
        is_available=lambda interview: bool(interview.is_live and len(interview.job.channels) > 1),
    )
    def move_channel(self, request: HttpRequest, interview: Interview, data: dict[str, Any]) -> str:
        with lock_interview(interview) as locked:
            locked.choose_channel(data["channel"], actor=request.user.get_username())
        return gettext("The interview is now held on this channel: %(channel)s.") % {
            "channel": in_sentence(interview.get_channel_display())
        }

    @object_action(
        _("Cancel interview"),
        explanation=_("There will be no more calls for this interview. This can't be undone; plan a new one instead."),
        permission="interviews.change_interview",
        icon="call_end",
        form=CancelForm,
        is_available=lambda interview: bool(interview.is_live),
        variant=ActionVariant.DANGER,
    )
    def cancel(self, request: HttpRequest, interview: Interview, data: dict[str, Any]) -> str:
        with lock_interview(interview) as locked:
            locked.cancel(data["outcome"], actor=request.user.get_username(), reason=data["reason"])
        return gettext("The interview is cancelled.")
