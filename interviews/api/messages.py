"""API of the messages to the candidate of an interview."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.api.examples import EVENT_ID
from interviews.models import CandidateMessage, MessageProblem
from screener.api.schema import response_example
from screener.api.serializers import StrictModelSerializer

EXAMPLES = [
    response_example(
        "An invitation",
        {
            "id": EVENT_ID,
            "kind": "invitation",
            "occurrence": 1,
            "channel": "mail",
            "status": "sent",
            "problem": "",
            "error_code": "",
            "may_be_repeated": False,
            "created_by": "api key ats",
            "created_at": "2026-11-21T09:00:00Z",
            "waits_until": None,
            "sent_at": "2026-11-21T09:00:02Z",
        },
    )
]


@extend_schema_serializer(examples=EXAMPLES)
class MessageSerializer(StrictModelSerializer[CandidateMessage]):
    """A message to the candidate. Its text is not stored."""

    problem = serializers.ChoiceField(
        MessageProblem.choices, allow_blank=True, read_only=True, help_text="Why it was not sent, or did not arrive"
    )
    waits_until = serializers.DateTimeField(
        allow_null=True,
        read_only=True,
        help_text="When it is sent, if it waits for MESSAGE_HOURS or a retry",
    )

    class Meta:
        model = CandidateMessage
        fields = [
            "id",
            "kind",
            "occurrence",
            "channel",
            "status",
            "problem",
            "error_code",
            "may_be_repeated",
            "created_by",
            "created_at",
            "waits_until",
            "sent_at",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "error_code": {"help_text": "Of the carrier, where an SMS did not arrive"},
            "may_be_repeated": {"help_text": "It may have come twice: the mail server's answer was lost"},
            "occurrence": {"help_text": "Numbers the messages of one kind"},
        }


class MessageActions:
    """Actions of the interview viewset."""

    get_object: Any

    @extend_schema(responses=MessageSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def messages(self, request: Request, **kwargs: Any) -> Response:
        """List the messages to the candidate about this interview, the latest one first."""
        return Response(MessageSerializer(self.get_object().messages.all(), many=True).data)
