"""API views of webhooks and of the feed of events."""

from typing import Any, cast

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.models import PublicEventType
from screener.api.idempotency import replayed_by
from screener.api.pagination import INVALID_PAGE_SIZE, CreatedCursorPagination, PositionPagination
from screener.api.viewsets import ApiViewSet
from screener.models.keys.scopes import Resource
from webhooks.api.serializers import (
    DeliverySerializer,
    NewWebhookSerializer,
    PublicEventSerializer,
    QueuedSerializer,
    RedeliverySerializer,
    SecretSerializer,
    WebhookSerializer,
)
from webhooks.models import Delivery, PublicEvent, Subscription
from webhooks.outgoing.contents import read_contents
from webhooks.outgoing.delivering import enable
from webhooks.outgoing.redelivery import queue_test, send_again, send_since
from webhooks.outgoing.signing import require_secret, rotate_secret, subscribe

INVALID_URL = {400: {"url": ["Enter a URL that begins with https://. Events hold personal data."]}}
NOT_ACTIVE = "This webhook is disabled: nothing was delivered for a day. Enable it first."


class PublicEventFilter(filters.FilterSet):
    type = filters.ChoiceFilter(choices=PublicEventType.choices)
    job = filters.UUIDFilter("job")
    subject = filters.UUIDFilter("subject", help_text="The id of an interview, a candidate or a campaign")


class PublicEventViewSet(ListModelMixin, ApiViewSet):
    """What happened, oldest first: the same events that webhooks get. Kept for 90 days.

    Keep the `position` of the last event that you have processed, and send it as `after` the next time. Positions have
    gaps, and never become visible out of their order.
    """

    resource = Resource.EVENTS
    queryset = PublicEvent.objects.all()
    serializer_class = PublicEventSerializer
    pagination_class = PositionPagination
    filterset_class = PublicEventFilter
    summaries = {"list": "Read the feed of events"}
    problem_examples: dict[str, Any] = {}

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = cast("list[PublicEvent]", self.paginate_queryset(self.filter_queryset(self.get_queryset())))
        context = {"contents": read_contents(page)}
        return self.get_paginated_response(PublicEventSerializer(page, many=True, context=context).data)


class WebhookViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin, ApiViewSet):
    """Addresses of your systems to which events are sent as they happen.

    Messages follow the Standard Webhooks convention: verify `webhook-signature` with the secret, and ignore a
    `webhook-id` that you have processed. Reply with 2xx within ten seconds. A message that is not taken is sent again
    for a day. Messages about one interview, candidate or campaign keep their order.
    """

    resource = Resource.WEBHOOKS
    queryset = Subscription.objects.all()
    serializer_class = WebhookSerializer
    filterset_class = None
    summaries = {
        "list": "List webhooks",
        "create": "Add a webhook",
        "retrieve": "Read a webhook",
        "partial_update": "Change a webhook",
        "disable": "End the deliveries to a webhook",
        "enable": "Begin deliveries to a webhook again",
        "deliveries": "List the deliveries of a webhook",
        "test": "Send a test message",
        "redeliver": "Send messages again",
        "rotate_secret": "Replace the secret",
    }
    problem_examples = {
        "create": INVALID_URL,
        "partial_update": INVALID_URL,
        "deliveries": {400: {"page_size": [INVALID_PAGE_SIZE]}},
        "enable": {409: "SECRET_KEY was changed, and the secret with it. Rotate it first."},
        "test": {409: NOT_ACTIVE},
        "redeliver": {400: {"non_field_errors": ["Send either `deliveries` or `after`."]}, 409: NOT_ACTIVE},
    }

    @extend_schema(request=NewWebhookSerializer, responses={201: NewWebhookSerializer})
    @replayed_by("replay_creation")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a webhook. The response has its secret, which is not shown again. From now on events are sent to it."""
        webhook = self._read_new(request)
        secret = subscribe(webhook)
        return self._with_secret(webhook, secret)

    def replay_creation(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        wanted = self._read_new(request)
        same = Subscription.objects.filter(
            url=wanted.url, types=wanted.types, job=wanted.job_id, description=wanted.description
        )
        webhook = same.latest("created_at")
        return self._with_secret(webhook, require_secret(webhook))

    @extend_schema(request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def disable(self, request: Request, **kwargs: Any) -> Response:
        """End deliveries. What waits is sent once it is enabled; later events are in the feed alone."""
        webhook = self.get_object()
        webhook.disable(Subscription.Cause.PERSON)
        return Response(self.get_serializer(webhook).data)

    @extend_schema(request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def enable(self, request: Request, **kwargs: Any) -> Response:
        """Begin again, at first with what waits. To get the events of the meantime, redeliver from a position."""
        webhook = self.get_object()
        enable(webhook)
        return Response(self.get_serializer(webhook).data)

    @extend_schema(responses=DeliverySerializer(many=True))
    @action(detail=True, filterset_class=None, pagination_class=CreatedCursorPagination)
    def deliveries(self, request: Request, **kwargs: Any) -> Response:
        """List deliveries, newest first, with the reason why the last try failed. Kept for 90 days."""
        rows = Delivery.objects.filter(subscription=self.get_object()).select_related("event")
        page = cast("list[Delivery]", self.paginate_queryset(rows))
        return self.get_paginated_response(DeliverySerializer(page, many=True).data)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, **kwargs: Any) -> Response:
        """Send a message of the type `webhook.test` without data. How it went is in the list of deliveries."""
        return Response(DeliverySerializer(queue_test(self.get_object())).data, status=202)

    @extend_schema(request=RedeliverySerializer, responses={202: QueuedSerializer})
    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, **kwargs: Any) -> Response:
        """Send messages again, also delivered ones, or all since a position of the feed."""
        choice = RedeliverySerializer(data=request.data)
        choice.is_valid(raise_exception=True)
        webhook, chosen = self.get_object(), choice.validated_data
        if "deliveries" in chosen:
            queued = send_again(webhook, chosen["deliveries"])
        else:
            queued = send_since(webhook, chosen["after"])
        return Response({"queued": queued}, status=202)

    @extend_schema(request=None, responses=SecretSerializer)
    @replayed_by("replay_rotation")
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, **kwargs: Any) -> Response:
        """Replace the secret. For 24 hours messages carry the signatures of both."""
        return Response({"secret": rotate_secret(self.get_object())})

    def replay_rotation(self, request: Request, **kwargs: Any) -> Response:
        return Response({"secret": require_secret(self.get_object())})

    def _read_new(self, request: Request) -> Subscription:
        new = NewWebhookSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        return Subscription(**new.validated_data)

    def _with_secret(self, webhook: Subscription, secret: str) -> Response:
        return Response({**WebhookSerializer(webhook).data, "secret": secret}, status=201)
