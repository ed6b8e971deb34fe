"""API of campaigns."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from interviews.api.examples import CAMPAIGN_ID, CANDIDATE_ID, EVENT_ID, INTERVIEW_ID, JOB_ID
from interviews.api.views import count_rows
from interviews.campaigns.adding import UNKNOWN_CANDIDATE, AddResult, add_candidates
from interviews.models import Campaign, Interview
from interviews.planning import NOT_POSSIBLE_CODES
from jobs.models import JobDescription
from screener.api.authentication import request_actor
from screener.api.fields import IdField
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.api.viewsets import ApiViewSet

MAX_CANDIDATES = 500

_CAMPAIGN = {
    "id": CAMPAIGN_ID,
    "name": "Support, autumn",
    "job": JOB_ID,
    "created_by": "api key ATS",
    "interviews": 12,
    "created_at": "2026-11-21T08:00:00Z",
}
CAMPAIGN = [
    request_example("A campaign", {"name": "Support, autumn", "job": JOB_ID}),
    response_example("A campaign", _CAMPAIGN, 200),
    response_example("A new campaign", _CAMPAIGN | {"interviews": 0}, 201),
]
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

CAMPAIGN_PROBLEMS = {
    "create": {400: {"job": [f"There is nothing with the id {JOB_ID}. Check the id."]}},
    "add": {400: {"candidates.0": ["Must be a valid UUID."]}},
}


@extend_schema_serializer(examples=CAMPAIGN)
class CampaignSerializer(StrictModelSerializer[Campaign]):
    job = IdField(queryset=JobDescription.objects.all())
    interviews = serializers.IntegerField(source="interview_count", read_only=True)

    class Meta:
        model = Campaign
        fields = ["id", "name", "job", "created_by", "interviews", "created_at"]


@extend_schema_serializer(examples=ADDITION)
class AdditionSerializer(StrictSerializer):
    candidates = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MAX_CANDIDATES, help_text="Ids of candidates"
    )


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


class CampaignViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, ApiViewSet):
    """Campaigns: many candidates called for one job."""

    queryset = Campaign.objects.annotate(interview_count=count_rows(Interview, "campaign"))
    serializer_class = CampaignSerializer
    summaries = {
        "list": "List campaigns",
        "create": "Start a campaign",
        "retrieve": "Read a campaign",
        "add": "Add candidates to a campaign",
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
        added_candidates = add_candidates(
            campaign, addition_input.validated_data["candidates"], actor=request_actor(request)
        )
        return Response(AdditionReportSerializer({"results": added_candidates}).data)
