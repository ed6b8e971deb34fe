"""Serializers of webhooks, their deliveries and the feed of events."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from interviews.api.examples import FINISHED_DATA, JOB_ID
from interviews.models import PublicEventType
from jobs.models import JobDescription
from screener.api.fields import IdField
from screener.api.pagination import MAX_POSITION
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from webhooks.models import Delivery, PublicEvent, Subscription

WEBHOOK_ID = "4c5d6e7f-8091-4a2b-9c3d-4e5f60718293"
WEBHOOK_EXAMPLE: dict[str, Any] = {
    "id": WEBHOOK_ID,
    "url": "https://ats.example.com/screener",
    "description": "Our ATS",
    "events": ["result.ready", "candidate.erased"],
    "job": JOB_ID,
    "status": "active",
    "cause": "",
    "disabled_at": None,
    "failing_since": None,
    "created_at": "2026-11-21T08:00:00Z",
}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the example of the convention
EVENT_EXAMPLE: dict[str, Any] = {
    "position": 4711,
    "id": "5a4b3c2d-1e0f-4d9c-8b7a-6f5e4d3c2b1a",
    "type": "interview.completed",
    "timestamp": "2026-11-21T09:06:02Z",
    "data": {"interview": FINISHED_DATA},
}
DELIVERY_EXAMPLE: dict[str, Any] = {
    "id": 815,
    "position": 4711,
    "type": "interview.completed",
    "status": "delivered",
    "tries": 1,
    "problem": "",
    "response_status": 204,
    "duration_ms": 87,
    "created_at": "2026-11-21T09:06:05Z",
    "delivered_at": "2026-11-21T09:06:05Z",
    "retry_at": None,
}


@extend_schema_serializer(
    examples=[
        request_example(
            "Results of one job", {"url": WEBHOOK_EXAMPLE["url"], "events": ["result.ready"], "job": JOB_ID}
        ),
        response_example("A webhook", WEBHOOK_EXAMPLE, 200),
    ]
)
class WebhookSerializer(StrictModelSerializer[Subscription]):
    job = IdField(
        queryset=JobDescription.objects.all(),
        required=False,
        allow_null=True,
        help_text="Only events of this job. Erasures of candidates are always sent",
    )
    events = serializers.ListField(
        source="types",
        child=serializers.ChoiceField(PublicEventType.choices),
        required=False,
        help_text="Types of events that are sent; empty: all",
    )
    cause = serializers.ChoiceField(
        Subscription.Cause.choices, allow_blank=True, read_only=True, help_text="Why it is disabled"
    )

    class Meta:
        model = Subscription
        fields = [*WEBHOOK_EXAMPLE]
        read_only_fields = ["status", "disabled_at", "failing_since"]
        extra_kwargs = {"url": {"help_text": "An https address that is reachable from the internet"}}


@extend_schema_serializer(
    examples=[
        request_example("All events", {"url": WEBHOOK_EXAMPLE["url"]}),
        response_example("With its secret", WEBHOOK_EXAMPLE | {"secret": SECRET}),
    ]
)
class NewWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True, help_text="Verifies signatures. Shown here only")

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


@extend_schema_serializer(examples=[response_example("The next secret", {"secret": SECRET})])
class SecretSerializer(StrictSerializer):
    secret = serializers.CharField(
        help_text="Verifies signatures from now on. Shown here only. The one before signs, too, for 24 hours"
    )


@extend_schema_serializer(examples=[response_example("A delivery", DELIVERY_EXAMPLE)])
class DeliverySerializer(StrictModelSerializer[Delivery]):
    position = serializers.IntegerField(source="event_id", allow_null=True, help_text="In the feed; null: a test")
    type = serializers.CharField(source="event_type", help_text="The type of the event, or `webhook.test`")
    problem = serializers.ChoiceField(Delivery.Problem.choices, allow_blank=True, help_text="Why the last try failed")

    class Meta:
        model = Delivery
        fields = [*DELIVERY_EXAMPLE]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        request_example("These deliveries", {"deliveries": [815, 816]}),
        request_example("Everything since a position", {"after": 4700}),
    ]
)
class RedeliverySerializer(StrictSerializer):
    deliveries = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_POSITION),
        required=False,
        min_length=1,
        max_length=1000,
    )
    after = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_POSITION,
        help_text="A position of the feed: events behind it are sent, also if they were before, at most 10,000",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Send either `deliveries` or `after`.")
        return attrs


@extend_schema_serializer(examples=[response_example("Two deliveries", {"queued": 2})])
class QueuedSerializer(StrictSerializer):
    queued = serializers.IntegerField(help_text="How many messages will be sent")


@extend_schema_serializer(examples=[response_example("A completed interview", EVENT_EXAMPLE)])
class PublicEventSerializer(StrictModelSerializer[PublicEvent]):
    """An event as it is sent to webhooks, with its position in the feed."""

    position = serializers.IntegerField(source="pk", help_text="Send the last one as `after` to read on")
    id = serializers.UUIDField(source="message_id", help_text="The `webhook-id` of its deliveries")
    timestamp = serializers.DateTimeField(source="occurred_at")
    data = serializers.SerializerMethodField(  # type: ignore[assignment]  # hides a property of input serializers
        help_text="`interview`, with `result` or `decision`; `candidate`: an id; or `campaign`. Null: it was deleted"
    )

    class Meta:
        model = PublicEvent
        fields = [*EVENT_EXAMPLE]
        read_only_fields = fields

    def get_data(self, event: PublicEvent) -> dict[str, Any] | None:
        contents: dict[int, dict[str, Any]] = self.context["contents"]
        return contents.get(event.pk)
