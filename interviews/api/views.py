"""API views of interviews."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from django.db.models import Count, F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from candidates.api.merged_ids import CandidateIdFilter
from interviews.api import examples, serializers
from interviews.api.eligibility.actions import EligibilityActions
from interviews.api.invitation import InvitationActions
from interviews.api.messages import MessageActions
from interviews.api.notes import NoteActions
from interviews.api.outcome.audio import AudioActions
from interviews.api.outcome.decision import DecisionActions
from interviews.api.question import QuestionActions
from interviews.api.report import ReportActions
from interviews.api.scheduling import SchedulingActions
from interviews.api.scoring import ScoringActions
from interviews.api.serializers import may_read_results
from interviews.eligibility.requirements import RequirementFilter, requirement_condition
from interviews.models import (
    Attempt,
    Decision,
    Interview,
    InterviewEvent,
    InterviewResult,
    lock_interview,
)
from interviews.models.result import Recommendation
from interviews.reports.monthly_costs import interview_cost
from interviews.scoring.assessment import rescore_interview, retry_failed
from screener.api.authentication import MISSING_SCOPE, request_actor
from screener.api.key_rates import take_interviews, take_model_task
from screener.api.viewsets import ApiViewSet
from screener.models.keys.scopes import Resource, Verb, scope_name

NEEDS_ATTENTION = (
    "Whether the interview needs attention: a retry of failed answers, a reviewer, the person that the candidate asked "
    "for, a reply to a candidate who called after the last attempt, or another way to a candidate whose invitation did "
    "not arrive"
)
RESULT_LOOKUPS = {
    "recommendation": "recommended",
    "decision": "decision",
    "min_score": "overall_score__gte",
    "max_score": "overall_score__lte",
}
ViewMethod = TypeVar("ViewMethod", bound=Callable[..., Response])


class InterviewFilter(filters.FilterSet):
    job = filters.UUIDFilter("job_id")
    candidate = CandidateIdFilter("candidate_id")
    campaign = filters.UUIDFilter("campaign_id")
    created_after = filters.IsoDateTimeFilter("created_at", "gte")
    # A boolean filter would ignore invalid values.
    needs_attention = extend_schema_field(OpenApiTypes.BOOL)(
        filters.TypedChoiceFilter(
            choices=[("true", "yes"), ("false", "no")],
            coerce="true".__eq__,
            method="filter_attention",
            help_text=NEEDS_ATTENTION,
        )
    )
    requirements = filters.ChoiceFilter(
        choices=RequirementFilter.choices,
        method="filter_requirements",
        help_text="An answer to an eligibility question that is flagged, open or fails a knock-out; `met`: all are met",
    )
    updated_after = filters.IsoDateTimeFilter(
        method="filter_updated", help_text="Interviews with an event in their history after this moment"
    )
    recommendation = filters.ChoiceFilter(choices=Recommendation.choices, method="filter_results")
    decision = filters.ChoiceFilter(
        choices=Recommendation.choices, method="filter_results", help_text="The last decision of a reviewer"
    )
    min_score = filters.NumberFilter(min_value=0, max_value=10, method="filter_results")
    max_score = filters.NumberFilter(min_value=0, max_value=10, method="filter_results")
    created_before = filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Interview
        fields = ["status", "outcome", "result_status"]

    def filter_updated(self, queryset: Any, name: str, value: datetime) -> QuerySet[Interview]:
        events = InterviewEvent.objects.filter(created_at__gt=value).order_by()
        filtered_interviews: QuerySet[Interview] = queryset.filter(pk__in=events.values("interview"))
        return filtered_interviews

    def filter_results(self, queryset: Any, name: str, value: Any) -> QuerySet[Interview]:
        """Only for clients that may read results: which interviews are found tells their scores."""
        if not may_read_results(self.request):
            scope = scope_name(Resource.RESULTS, Verb.READ)
            raise PermissionDenied(MISSING_SCOPE.format(scope=scope))
        decided = {"decided_at__isnull": False} if name == "decision" else {}
        filtered_interviews: QuerySet[Interview] = queryset.filter(**{RESULT_LOOKUPS[name]: value}, **decided)
        return filtered_interviews

    def filter_attention(self, queryset: Any, name: str, value: bool) -> QuerySet[Interview]:
        waiting_interviews = Interview.objects.needing_attention()
        filtered_interviews: QuerySet[Interview] = (
            queryset.filter(pk__in=waiting_interviews) if value else queryset.exclude(pk__in=waiting_interviews)
        )
        return filtered_interviews

    def filter_requirements(self, queryset: Any, name: str, value: str) -> QuerySet[Interview]:
        filtered_interviews: QuerySet[Interview] = queryset.filter(requirement_condition(RequirementFilter(value)))
        return filtered_interviews


def count_rows(model_class: type[Model], foreign_key: str) -> Coalesce:
    """Return a count of related rows as a subquery. A join would group the whole table before it is paginated."""
    related_rows = model_class._default_manager.filter(**{foreign_key: OuterRef("pk")}).order_by()
    return Coalesce(Subquery(related_rows.values(foreign_key).annotate(count=Count("pk")).values("count")), 0)


def annotated_interviews() -> QuerySet[Interview]:
    """Return all interviews but practice, with the annotations that the serializer needs."""
    current_results = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
    return Interview.objects.annotate(
        attempt_count=count_rows(Attempt, "interview"),
        judged_by=Subquery(current_results.values("label")),
        candidate_locale=F("candidate__locale"),
        decision=Subquery(
            Decision.objects.filter(interview=OuterRef("pk")).order_by("-created_at").values("verdict")[:1]
        ),
    )


def sublist_action(
    serializer: type[BaseSerializer[Any]], resource: Resource = Resource.INTERVIEWS
) -> Callable[[ViewMethod], ViewMethod]:
    """Declare an action that lists records of an interview, without pagination."""

    def decorate(method: ViewMethod) -> ViewMethod:
        list_action = action(detail=True, pagination_class=None, filterset_class=None, resource=resource)(method)
        return cast(ViewMethod, extend_schema(responses=serializer(many=True))(list_action))

    return decorate


def missing_result_reason(interview: Interview) -> str:
    if interview.is_live:
        status_label = interview.get_status_display().lower()
        return f"There is no result yet: the interview is {status_label}. Poll its status until it is over."
    if interview.status == Interview.Status.COMPLETED:
        if interview.results.exists():
            return "The answers are being assessed again. The new result will contain the old one as `earlier`."
        return "There is no result yet: the answers are being assessed. Retry in a few seconds."
    outcome_label = interview.get_outcome_display().lower()
    return f"There will be no result: {outcome_label}. {interview.outcome_reason}".strip()


class InterviewViewSet(
    InvitationActions,
    AudioActions,
    DecisionActions,
    QuestionActions,
    MessageActions,
    SchedulingActions,
    ScoringActions,
    ReportActions,
    NoteActions,
    EligibilityActions,
    CreateModelMixin,
    ListModelMixin,
    RetrieveModelMixin,
    ApiViewSet,
):
    """POST calls a candidate, at once or at a scheduled time."""

    resource = Resource.INTERVIEWS
    queryset = annotated_interviews()
    serializer_class = serializers.InterviewSerializer
    filterset_class = InterviewFilter
    summaries = {
        "list": "List interviews",
        "create": "Call a candidate, at once or later",
        "retrieve": "Read an interview",
        "responses": "Read the answers with their scores",
        "result": "Read the result",
        "events": "Read the history",
        "attempts": "Read the attempts",
        "cost": "Read the cost of an interview",
        "cancel": "Cancel an interview",
        "rescore": "Score the answers again",
        "question": "Read the present question",
        "answer": "Send a candidate's answer",
        "channel": "Move an interview to another channel",
        "scoring": "Read an answer that a person is to score",
        "score": "Score an answer as a person",
        "report_json": "Read the report",
        "report_pdf": "Read the report on one sheet",
        "eligibility": "Read the answers about requirements",
        "correct_eligibility": "Correct an answer about a requirement",
        "reschedule": "Call at another time",
        "invitation": "Read the invitation",
        "invite": "Invite the candidate",
        "revoke_invitation": "Revoke the invitation",
        "messages": "Read the messages to the candidate",
        "notes": "Read the notes of colleagues",
        "add_note": "Add a note",
        "audio": "Listen to an answer",
        "decisions": "Read the decisions",
        "decide": "Record a decision",
    }
    problem_examples = examples.INTERVIEW_PROBLEMS

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        take_interviews(self.request)
        serializer.instance = annotated_interviews().get(pk=serializer.save().pk)

    @sublist_action(serializers.ResponseSerializer, Resource.RESULTS)
    def responses(self, request: Request, **kwargs: Any) -> Response:
        """List the questions with their answers and assessments."""
        responses = self.get_object().responses.prefetch_related("assessments")
        return Response(serializers.ResponseSerializer(responses, many=True).data)

    @sublist_action(serializers.EventSerializer)
    def events(self, request: Request, **kwargs: Any) -> Response:
        """List the history: each change with its actor, time and reason."""
        return Response(serializers.EventSerializer(self.get_object().events.all(), many=True).data)

    @sublist_action(serializers.AttemptSerializer)
    def attempts(self, request: Request, **kwargs: Any) -> Response:
        """List the attempts to hold the interview, each with its phone call."""
        attempts = self.get_object().attempts.select_related("call")
        return Response(serializers.AttemptSerializer(attempts, many=True).data)

    @extend_schema(responses=serializers.CostSerializer)
    @action(detail=True)
    def cost(self, request: Request, **kwargs: Any) -> Response:
        """Return the cost so far: models by published prices, phone calls as Twilio reports minutes after a call."""
        return Response(serializers.CostSerializer(interview_cost(self.get_object())).data)

    @extend_schema(responses=serializers.ResultSerializer)
    @action(detail=True, resource=Resource.RESULTS)
    def result(self, request: Request, **kwargs: Any) -> Response:
        """Return the current result. 404 says why there is none. The program recommends, a reviewer decides."""
        interview = self.get_object()
        current_result = interview.results.filter(is_current=True).select_related("interview").first()
        if current_result is None:
            raise NotFound(missing_result_reason(interview))
        return Response(serializers.ResultSerializer(current_result).data)

    @extend_schema(
        request=serializers.CancellationSerializer,
        responses=serializers.InterviewSerializer,
        examples=examples.CANCELLATION,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Cancel the interview. There will be no more calls for it. This can't be undone."""
        interview = self.get_object()
        cancellation = serializers.CancellationSerializer(data=request.data)
        cancellation.is_valid(raise_exception=True)
        reason = cancellation.validated_data["reason"]
        with lock_interview(interview) as locked_interview:
            locked_interview.cancel(Interview.Outcome.BY_CLIENT, actor=request_actor(request), reason=reason)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        request=serializers.RescoringSerializer,
        responses={202: serializers.InterviewSerializer},
        examples=examples.RESCORING,
    )
    @action(detail=True, methods=["post"], resource=Resource.RESULTS)
    def rescore(self, request: Request, **kwargs: Any) -> Response:
        """Score the answers again by the current rubric, but those that people scored. Earlier results stay visible."""
        interview = self.get_object()
        rescoring = serializers.RescoringSerializer(data=request.data)
        rescoring.is_valid(raise_exception=True)
        take_model_task(request)
        start_scoring = retry_failed if rescoring.validated_data["only_failed"] else rescore_interview
        start_scoring(interview, actor=request_actor(request))
        return Response(self.get_serializer(self.get_object()).data, status=202)
