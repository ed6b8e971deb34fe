"""API of the time of the next call."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.api.serializers import InterviewSerializer
from interviews.invitations.scheduling import reschedule
from screener.api.authentication import request_actor
from screener.api.schema import request_example
from screener.api.serializers import StrictSerializer

RESCHEDULING = [request_example("Call on Monday", {"scheduled_for": "2030-01-07T15:00:00-08:00"})]


@extend_schema_serializer(examples=RESCHEDULING)
class ReschedulingSerializer(StrictSerializer):
    scheduled_for = serializers.DateTimeField(help_text="When to call, with its time zone; within the next 90 days")


class SchedulingActions:
    """Actions of the interview viewset."""

    get_object: Any
    get_serializer: Any

    @extend_schema(request=ReschedulingSerializer, responses=InterviewSerializer)
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, **kwargs: Any) -> Response:
        """Have the next call placed at another time.

        409 says why the dial rules do not allow a call then, and names the first allowed moment.
        """
        interview = self.get_object()
        rescheduling = ReschedulingSerializer(data=request.data)
        rescheduling.is_valid(raise_exception=True)
        reschedule(interview, rescheduling.validated_data["scheduled_for"], actor=request_actor(request))
        return Response(self.get_serializer(self.get_object()).data)
