"""Interviews by machine: planned, followed, called off, scored again, read."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db.models import Count, Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from interviews.api import examples, serializers
from interviews.campaigns import add_candidates
from interviews.models import Assessment, Attempt, Campaign, Interview, InterviewResponse, InterviewResult
from interviews.reports.monthly_costs import cost_of
from interviews.scoring.assessment import rescore, retry_failed
from screener.api.authentication import request_actor
from screener.api.viewsets import ApiViewSet

NEEDS_ATTENTION = "Whether the result waits for a person: to have it mended, or to decide without it"
F = TypeVar("F", bound=Callable[..., Response])


class InterviewFilter(filters.FilterSet):
    job = filters.UUIDFilter("job_id")
    candidate = filters.UUIDFilter("candidate_id")
    campaign = filters.UUIDFilter("campaign_id")
    created_after = filters.IsoDateTimeFilter("created_at", "gte")
    # A boolean filter takes what it does not understand for "no filter".
    needs_attention = extend_schema_field(OpenApiTypes.BOOL)(
        filters.TypedChoiceFilter(
            choices=[("true", "yes"), ("false", "no")],
            coerce="true".__eq__,
            method="waits_for_a_person",
            help_text=NEEDS_ATTENTION,
        )
    )
    created_before = filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Interview
        fields = ["status", "outcome", "result_status"]

    def waits_for_a_person(self, found: Any, name: str, wanted: bool) -> QuerySet[Interview]:
        waiting = Interview.objects.needing_attention()
        narrowed: QuerySet[Interview] = found.filter(pk__in=waiting) if wanted else found.exclude(pk__in=waiting)
        return narrowed


def how_many(model: type[Model], belonging_by: str) -> Coalesce:
    """Counted for the rows of a page, where a join would group the whole table first."""
    mine = model._default_manager.filter(**{belonging_by: OuterRef("pk")}).order_by()
    return Coalesce(Subquery(mine.values(belonging_by).annotate(found=Count("pk")).values("found")), 0)


def shown() -> QuerySet[Interview]:
    """The interviews that HR and clients see, with what a page of them shows, in one query."""
    current = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
    return Interview.objects.annotate(
        attempt_count=how_many(Attempt, "interview"), judged_by=Subquery(current.values("label"))
    )


def sublist_action(serializer: type[BaseSerializer[Any]]) -> Callable[[F], F]:
    """A list of what belongs to one interview: whole, in its own order."""

    def declare(method: F) -> F:
        listed = action(detail=True, pagination_class=None, filterset_class=None)(method)
        return cast(F, extend_schema(responses=serializer(many=True))(listed))

    return declare


def why_no_result(interview: Interview) -> str:
    if interview.is_live:
        state = interview.get_status_display().lower()
        return f"There is no result yet: the interview is {state}. Ask again when it is over."
    if interview.status == Interview.Status.COMPLETED:
        if interview.results.exists():
            return "The answers are being assessed again. What was found before comes with the new result, as earlier."
        return "There is no result yet: the answers are being assessed. Ask again in a few seconds."
    outcome = interview.get_outcome_display().lower()
    return f"There is no result and there will be none: {outcome}. {interview.outcome_reason}".strip()


class InterviewViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, ApiViewSet):
    """Posting one calls the candidate, at once or when it is scheduled for."""

    queryset = shown()
    serializer_class = serializers.InterviewSerializer
    filterset_class = InterviewFilter
    summaries = {
        "list": "List interviews",
        "create": "Call a candidate, at once or later",
        "retrieve": "Read how an interview stands",
        "responses": "Read the answers with their scores",
        "result": "Read the result",
        "events": "Read the history",
        "attempts": "Read the calls",
        "cost": "Read what an interview has cost",
        "cancel": "Call an interview off",
        "rescore": "Have the answers scored again",
    }
    problem_examples = examples.INTERVIEW_PROBLEMS

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        serializer.instance = shown().get(pk=serializer.save().pk)

    @sublist_action(serializers.ResponseSerializer)
    def responses(self, request: Request, **kwargs: Any) -> Response:
        """Each question with its answer and what that was found to be worth."""
        counts = Q(is_current=True, response__status=InterviewResponse.Status.ASSESSED)
        current = Prefetch("assessments", Assessment.objects.filter(counts))
        earlier = Prefetch("assessments", Assessment.objects.exclude(counts), to_attr="earlier_assessments")
        found = self.get_object().responses.prefetch_related(current, earlier)
        return Response(serializers.ResponseSerializer(found, many=True).data)

    @sublist_action(serializers.EventSerializer)
    def events(self, request: Request, **kwargs: Any) -> Response:
        """The history: who moved what from where to where, when and why."""
        return Response(serializers.EventSerializer(self.get_object().events.all(), many=True).data)

    @sublist_action(serializers.AttemptSerializer)
    def attempts(self, request: Request, **kwargs: Any) -> Response:
        """Each try to hold the interview, with its phone call."""
        found = self.get_object().attempts.select_related("call")
        return Response(serializers.AttemptSerializer(found, many=True).data)

    @extend_schema(responses=serializers.CostSerializer)
    @action(detail=True)
    def cost(self, request: Request, **kwargs: Any) -> Response:
        """What it has cost so far: models by published prices, the phone as Twilio tells some minutes after a call."""
        return Response(serializers.CostSerializer(cost_of(self.get_object())).data)

    @extend_schema(responses=serializers.ResultSerializer)
    @action(detail=True)
    def result(self, request: Request, **kwargs: Any) -> Response:
        """What the answers add up to; 404 says why there is none. The program recommends, a person decides."""
        interview = self.get_object()
        current = interview.results.filter(is_current=True).select_related("interview").first()
        if current is None:
            raise NotFound(why_no_result(interview))
        return Response(serializers.ResultSerializer(current).data)

    @extend_schema(
        request=serializers.CancellationSerializer,
        responses=serializers.InterviewSerializer,
        examples=examples.CANCELLATION,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Call it off. Nobody is called for it any more; it can't be undone."""
        interview = self.get_object()
        wish = serializers.CancellationSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        interview.cancel(
            Interview.Outcome.BY_CLIENT, actor=request_actor(request), reason=wish.validated_data["reason"]
        )
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        request=serializers.RescoringSerializer,
        responses={202: serializers.InterviewSerializer},
        examples=examples.RESCORING,
    )
    @action(detail=True, methods=["post"])
    def rescore(self, request: Request, **kwargs: Any) -> Response:
        """Have the answers scored again by the job's rubric as it is now. Earlier results stay visible."""
        interview = self.get_object()
        wish = serializers.RescoringSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        again = retry_failed if wish.validated_data["only_failed"] else rescore
        again(interview, actor=request_actor(request))
        return Response(self.get_serializer(self.get_object()).data, status=202)


class CampaignViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, ApiViewSet):
    """Many candidates called for one job."""

    queryset = Campaign.objects.annotate(interview_count=how_many(Interview, "campaign"))
    serializer_class = serializers.CampaignSerializer
    summaries = {
        "list": "List campaigns",
        "create": "Start a campaign",
        "retrieve": "Read a campaign",
        "add": "Add candidates to a campaign, to be called",
    }
    problem_examples = examples.CAMPAIGN_PROBLEMS

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        made = serializer.save(created_by=request_actor(self.request))
        serializer.instance = self.get_queryset().get(pk=made.pk)

    @extend_schema(request=serializers.AdditionSerializer, responses=serializers.AdditionReportSerializer)
    @action(detail=True, methods=["post"])
    def add(self, request: Request, **kwargs: Any) -> Response:
        """Plan an interview for each of these candidates, where that is possible, and say why where it is not."""
        campaign = self.get_object()
        wish = serializers.AdditionSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        added = add_candidates(campaign, wish.validated_data["candidates"], actor=request_actor(request))
        return Response(serializers.AdditionReportSerializer({"results": added}).data)
