"""API of campaigns."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from candidates.models import Candidate
from interviews.api.examples import CAMPAIGN_ID, CANDIDATE_ID, EVENT_ID, INTERVIEW_ID, JOB_ID
from interviews.api.views import count_rows
from interviews.campaigns.adding import UNKNOWN_CANDIDATE, AddResult, add_candidates, preview_campaign, why_no_campaign
from interviews.campaigns.estimate import CampaignEstimate, estimate_campaign, estimate_new_campaign
from interviews.campaigns.measures import Source
from interviews.models import Campaign, Interview
from interviews.models.campaign import MAX_CALLS_PER_HOUR
from interviews.planning import NOT_POSSIBLE_CODES
from jobs.models import JobDescription
from screener.access.viewer import VIEW_ALL_JOBS, Viewer
from screener.api.authentication import request_actor
from screener.api.fields import IdField
from screener.api.key_rates import take_interviews
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.api.viewsets import ApiViewSet
from screener.models.keys.scopes import Resource

MAX_CANDIDATES = 500

_CAMPAIGN = {
    "id": CAMPAIGN_ID,
    "name": "Support, autumn",
    "job": JOB_ID,
    "created_by": "api key ATS",
    "status": "running",
    "starts_at": None,
    "calls_per_hour": 60,
    "history": [{"status": "running", "at": "2026-11-21T08:00:00Z", "actor": "api key ATS"}],
    "interviews": 12,
    "ended_at": None,
    "created_at": "2026-11-21T08:00:00Z",
}
CAMPAIGN = [
    request_example("A campaign", {"name": "Support, autumn", "job": JOB_ID, "calls_per_hour": 60}),
    request_example("A draft", {"name": "Support, autumn", "job": JOB_ID, "launch": False}),
    response_example("A campaign", _CAMPAIGN, 200),
    response_example("A new campaign", _CAMPAIGN | {"interviews": 0, "history": []}, 201),
]
LAUNCH = [request_example("At once", {}), request_example("On Monday", {"starts_at": "2030-01-07T09:00:00-08:00"})]
ADDITION = [request_example("Two candidates", {"candidates": [CANDIDATE_ID, EVENT_ID]})]
ADDED = [
    response_example(
        "One planned, one not",
        {
            "results": [
                {
                    "candidate": CANDIDATE_ID,
                    "result": "planned",
                    "interview": INTERVIEW_ID,
                    "reason_code": "",
                    "reason": "",
                },
                {
                    "candidate": EVENT_ID,
                    "result": "not_called",
                    "interview": None,
                    "reason_code": "unknown_candidate",
                    "reason": UNKNOWN_CANDIDATE,
                },
            ]
        },
    )
]

NEW_ESTIMATE = [request_example("Two candidates", {"job": JOB_ID, "candidates": [CANDIDATE_ID, EVENT_ID]})]
ESTIMATE = [
    response_example(
        "By calls of the job",
        {
            "starts_at": "2026-11-21T08:00:00Z",
            "people": 180,
            "left_out": [{"reason_code": "consent", "count": 12}],
            "without_call": 3,
            "evaluated": 195,
            "calls": 288,
            "calls_per_person": {"number": 1.6, "basis": "job", "calls": 640},
            "call_seconds": {"number": 150, "basis": "job", "calls": 640},
            "cost_per_call": {"number": 0.07, "basis": "all_jobs", "calls": 1000},
            "cost": 20.16,
            "currency": "USD",
            "shared_with": 1,
            "first_calls_end_at": "2026-11-21T09:10:00Z",
            "ends_at": "2026-11-22T11:30:00Z",
        },
    )
]

CAMPAIGN_PROBLEMS = {
    "create": {400: {"job": [f"There is nothing with the id {JOB_ID}. Check the id."]}},
    "add": {400: {"candidates.0": ["Must be a valid UUID."]}},
    "estimate_new": {400: {"job": [f"There is nothing with the id {JOB_ID}. Check the id."]}},
    "launch": {409: "This campaign is paused. Resume it."},
    "pause": {409: "This campaign is not launched. Launch it first."},
    "resume": {409: "This campaign is not launched. Launch it first."},
}


class CampaignChangeSerializer(StrictSerializer):
    status = serializers.ChoiceField(Campaign.Status.choices)
    at = serializers.DateTimeField()
    actor = serializers.CharField()


@extend_schema_serializer(examples=CAMPAIGN)
class CampaignSerializer(StrictModelSerializer[Campaign]):
    job = IdField(queryset=JobDescription.objects.all())
    launch = serializers.BooleanField(
        default=True,
        write_only=True,
        help_text="False: place no call before `launch/`. Here the default is true; for an import it is false",
    )
    starts_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When it is launched, with its time zone; empty: at once"
    )
    history = CampaignChangeSerializer(many=True, read_only=True, help_text="Each change of the status")
    interviews = serializers.IntegerField(source="interview_count", read_only=True)

    class Meta:
        model = Campaign
        fields = [
            "id",
            "name",
            "job",
            "created_by",
            "status",
            "launch",
            "starts_at",
            "calls_per_hour",
            "history",
            "interviews",
            "ended_at",
            "created_at",
        ]
        read_only_fields = ["status", "ended_at"]

    def create(self, validated_data: dict[str, Any]) -> Campaign:
        return Campaign.objects.start(actor=validated_data.pop("created_by"), **validated_data)


@extend_schema_serializer(examples=LAUNCH)
class LaunchSerializer(StrictSerializer):
    starts_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When to launch it, with its time zone; empty: at once"
    )


@extend_schema_serializer(examples=ADDITION)
class AdditionSerializer(StrictSerializer):
    candidates = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MAX_CANDIDATES, help_text="Ids of candidates"
    )


@extend_schema_serializer(examples=NEW_ESTIMATE)
class NewEstimateSerializer(AdditionSerializer):
    """A campaign as it would be created, with its candidates."""

    job = IdField(queryset=JobDescription.objects.all())
    calls_per_hour = serializers.IntegerField(
        min_value=1, max_value=MAX_CALLS_PER_HOUR, required=False, allow_null=True
    )
    starts_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate_job(self, job: JobDescription) -> JobDescription:
        if problem := why_no_campaign(job):
            raise serializers.ValidationError(problem)
        return job


class AddedSerializer(StrictSerializer):
    candidate = serializers.UUIDField()
    result = serializers.ChoiceField(AddResult.choices)
    interview = serializers.UUIDField(
        allow_null=True, help_text="The interview of this campaign, planned now or before"
    )
    reason_code = serializers.ChoiceField(NOT_POSSIBLE_CODES, allow_blank=True)
    reason = serializers.CharField(help_text="Why no interview was planned; empty if one was")


@extend_schema_serializer(examples=ADDED)
class AdditionReportSerializer(StrictSerializer):
    results = AddedSerializer(many=True)


class MeasureSerializer(StrictSerializer):
    number = serializers.FloatField(source="value")
    basis = serializers.ChoiceField(Source.choices, source="source")
    calls = serializers.IntegerField(help_text="The number of past calls that it rests on")


class LeftOutSerializer(StrictSerializer):
    reason_code = serializers.ChoiceField(NOT_POSSIBLE_CODES)
    count = serializers.IntegerField()


@extend_schema_serializer(examples=ESTIMATE)
class EstimateSerializer(StrictSerializer):
    starts_at = serializers.DateTimeField()
    people = serializers.IntegerField(help_text="Those who would be called")
    left_out = serializers.SerializerMethodField(help_text="Those who would not be called, by reason")
    without_call = serializers.IntegerField(help_text="Those who are interviewed in another way or choose first")
    evaluated = serializers.IntegerField(
        help_text="The people for whom the dial rules were checked, at most 1,000; they represent the campaign"
    )
    calls = serializers.IntegerField(help_text="Repeated calls included")
    calls_per_person = MeasureSerializer(source="measures.calls_per_person")
    call_seconds = MeasureSerializer(source="measures.seconds")
    cost_per_call = MeasureSerializer(source="measures.cost")
    cost = serializers.FloatField(help_text="Of the calls; models are not included")
    currency = serializers.CharField(source="measures.currency")
    shared_with = serializers.IntegerField(help_text="Other campaigns that wait for the same capacity now")
    first_calls_end_at = serializers.DateTimeField(allow_null=True, help_text="When each person was called once")
    ends_at = serializers.DateTimeField(
        allow_null=True, help_text="After repeated calls; null: in more than 90 days, or no call is left"
    )

    @extend_schema_field(LeftOutSerializer(many=True))
    def get_left_out(self, estimate: CampaignEstimate) -> list[dict[str, Any]]:
        return [{"reason_code": code, "count": count} for code, count in sorted(estimate.left_out.items())]


def annotated_campaigns() -> QuerySet[Campaign]:
    """Return all campaigns with the annotation that the serializer needs."""
    return Campaign.objects.annotate(interview_count=count_rows(Interview, "campaign"))


def _check_visible(ids: list[UUID], viewer: Viewer) -> None:
    """Raise ValidationError for candidates of jobs that the client may not see."""
    if viewer.has_perm(VIEW_ALL_JOBS):
        return
    visible = set(Candidate.objects.visible_to(viewer).filter(pk__in=ids).values_list("pk", flat=True))
    hidden = [str(candidate_id) for candidate_id in ids if candidate_id not in visible]
    if hidden:
        raise ValidationError({"candidates": [f"There is nothing with the id {hidden[0]}. Check the id."]})


class CampaignViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, ApiViewSet):
    """Campaigns: many candidates called for one job."""

    resource = Resource.CAMPAIGNS
    queryset = annotated_campaigns()
    serializer_class = CampaignSerializer
    summaries = {
        "list": "List campaigns",
        "create": "Start a campaign",
        "retrieve": "Read a campaign",
        "add": "Add candidates to a campaign",
        "launch": "Launch or schedule a campaign",
        "pause": "Pause a campaign",
        "resume": "Resume a campaign",
        "cancel": "Cancel a campaign",
        "estimate": "Estimate a campaign",
        "estimate_new": "Estimate a campaign before it is created",
    }
    problem_examples = CAMPAIGN_PROBLEMS

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        campaign = serializer.save(created_by=request_actor(self.request))
        serializer.instance = self.get_queryset().get(pk=campaign.pk)

    @extend_schema(request=AdditionSerializer, responses=AdditionReportSerializer)
    @action(detail=True, methods=["post"])
    def add(self, request: Request, **kwargs: Any) -> Response:
        """Plan an interview for each of these candidates. The reply says why for those that cannot be called."""
        campaign = self.get_object()
        addition_input = AdditionSerializer(data=request.data)
        addition_input.is_valid(raise_exception=True)
        _check_visible(addition_input.validated_data["candidates"], request.user)
        added_candidates = add_candidates(
            campaign, addition_input.validated_data["candidates"], actor=request_actor(request)
        )
        take_interviews(request, sum(added.result == AddResult.PLANNED for added in added_candidates))
        return Response(AdditionReportSerializer({"results": added_candidates}).data)

    @extend_schema(responses=EstimateSerializer)
    @action(detail=True)
    def estimate(self, request: Request, **kwargs: Any) -> Response:
        """Estimate the calls that are left, their time and their cost, before the launch or while it runs.

        Figures are measured from the newest calls of the job, or of all jobs if the job has too few calls. `basis` says
        which. `assumed`: all jobs have too few calls, so the figure is an assumption.
        """
        return Response(EstimateSerializer(estimate_campaign(self.get_object())).data)

    @extend_schema(request=NewEstimateSerializer, responses={200: EstimateSerializer})
    @action(detail=False, methods=["post"], url_path="estimate")
    def estimate_new(self, request: Request, **kwargs: Any) -> Response:
        """Estimate a campaign that is not created: time, money, and who would not be called. Stores nothing.

        Candidates that do not exist are not counted.
        """
        estimate_input = NewEstimateSerializer(data=request.data, context={"request": request})
        estimate_input.is_valid(raise_exception=True)
        settings = dict(estimate_input.validated_data)
        preview = preview_campaign(job=settings["job"], candidates=settings.pop("candidates"))
        return Response(EstimateSerializer(estimate_new_campaign(Campaign(**settings), preview)).data)

    @extend_schema(request=LaunchSerializer, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def launch(self, request: Request, **kwargs: Any) -> Response:
        """Launch a campaign that is not launched yet, at once or at `starts_at`. A scheduled launch can be moved.

        A campaign that runs stays as it is. Its calls begin within seconds, as the dial rules allow.
        """
        campaign = self.get_object()
        launch_input = LaunchSerializer(data=request.data)
        launch_input.is_valid(raise_exception=True)
        campaign.launch(actor=request_actor(request), **launch_input.validated_data)
        return self._campaign_response()

    @extend_schema(request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, **kwargs: Any) -> Response:
        """Begin no further call. Calls under way go on, and calls that were promised for a time are placed.

        The interviews wait with the `wait_reason` `campaign`. A scheduled launch is called off.
        """
        self.get_object().pause(actor=request_actor(request))
        return self._campaign_response()

    @extend_schema(request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **kwargs: Any) -> Response:
        """Go on after a pause. Waiting interviews get free capacity in turn with those of other campaigns."""
        self.get_object().resume(actor=request_actor(request))
        return self._campaign_response()

    @extend_schema(request=None, responses=CampaignSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Cancel the campaign. This can't be undone.

        Interviews that have not begun get no further calls, and are cancelled in the background. Interviews that have
        begun go on.
        """
        self.get_object().cancel(actor=request_actor(request))
        return self._campaign_response()

    def _campaign_response(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)
