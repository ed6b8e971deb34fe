"""API of the decisions of reviewers."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.decisions import record_decision
from interviews.models import Decision, Interview
from interviews.models.result import Recommendation
from screener.api.authentication import request_actor
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.models.keys.scopes import Resource

UNKNOWN_REVIEWER = "No user with this name may decide on this interview. A person decides: name a user of Screener."
DECISION = {
    "verdict": "hire",
    "reason": "",
    "decided_by": "hanna",
    "decided_at": "2026-11-21T10:00:00Z",
    "result_created_at": "2026-11-21T09:00:00Z",
}


@extend_schema_serializer(examples=[response_example("A decision", DECISION)])
class DecisionSerializer(StrictModelSerializer[Decision]):
    decided_by = serializers.CharField(source="decided_by.username", help_text="The username of the reviewer")
    decided_at = serializers.DateTimeField(source="created_at")
    result_created_at = serializers.DateTimeField(
        source="result.created_at",
        allow_null=True,
        default=None,
        help_text="`created_at` of the result that the reviewer had read; null: there was none",
    )

    class Meta:
        model = Decision
        fields = [*DECISION]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        request_example(
            "As recommended", {"verdict": "hire", "decided_by": "hanna", "result_created_at": "2026-11-21T09:00:00Z"}
        )
    ]
)
class NewDecisionSerializer(StrictSerializer):
    verdict = serializers.ChoiceField(Recommendation.choices)
    reason = serializers.CharField(
        max_length=2000,
        allow_blank=True,
        default="",
        help_text="Required for a decision that differs from the recommendation, or without one",
    )
    decided_by = serializers.CharField(
        max_length=150, help_text="The username of the person who decided. They must be allowed to decide in the admin"
    )
    result_created_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        default=None,
        help_text="`created_at` of the result that the person has read. 409 if there is a newer one",
    )


class DecisionActions:
    """Actions of the interview viewset."""

    get_object: Any

    @extend_schema(responses=DecisionSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None, resource=Resource.RESULTS)
    def decisions(self, request: Request, **kwargs: Any) -> Response:
        """List the decisions of reviewers, the newest first: it counts."""
        decisions = self.get_object().decisions.select_related("decided_by", "result")
        return Response(DecisionSerializer(decisions, many=True).data)

    @extend_schema(request=NewDecisionSerializer, responses={201: DecisionSerializer})
    @decisions.mapping.post
    def decide(self, request: Request, **kwargs: Any) -> Response:
        """Record the decision of a person, made in another system. A program must not decide by itself."""
        interview = self.get_object()
        serializer = NewDecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        result = interview.results.filter(is_current=True, created_at=wanted["result_created_at"]).first()
        decision = record_decision(
            interview,
            by=_reviewer(wanted["decided_by"], interview),
            verdict=wanted["verdict"],
            reason=wanted["reason"],
            seen=result,
            via=request_actor(request),
        )
        return Response(DecisionSerializer(decision).data, status=201)


def _reviewer(username: str, interview: Interview) -> User:
    """Raises ValidationError unless the user may decide on this interview."""
    reviewer = User.objects.filter(username=username, is_active=True).first()
    may_decide = reviewer is not None and reviewer.has_perm("interviews.add_decision")
    if reviewer is None or not may_decide or not Interview.objects.visible_to(reviewer).contains(interview):
        raise ValidationError({"decided_by": [UNKNOWN_REVIEWER]})
    return reviewer
