"""Messages that a person or a client wants to be sent: tests, and repetitions."""

from collections.abc import Sequence
from uuid import uuid4

from django.db import transaction

from webhooks.models import DELIVER, Delivery, PublicEvent, Subscription
from webhooks.models.delivery import DeliveryQuerySet
from webhooks.outgoing.publishing import plan_deliveries

MOST_EVENTS = 10_000


def queue_test(subscription: Subscription) -> Delivery:
    """Queue a test message. Raises InvalidTransition if the subscription is disabled."""
    subscription.require_active()
    delivery = Delivery.objects.create(subscription=subscription, subject=uuid4())
    DELIVER.defer(subscription.pk)
    return delivery


def send_again(subscription: Subscription, delivery_ids: Sequence[int]) -> int:
    """Queue these deliveries of the subscription, also delivered and failed ones. Returns their number."""
    subscription.require_active()
    again = Delivery.objects.filter(subscription=subscription, pk__in=delivery_ids)
    return _queue(subscription, again)


def send_since(subscription: Subscription, position: int) -> int:
    """Queue the wanted events behind a position of the feed, also those never planned. Returns their number."""
    subscription.require_active()
    events = [event for event in PublicEvent.objects.after(position)[:MOST_EVENTS] if subscription.wants(event)]
    with transaction.atomic():
        plan_deliveries(events, [subscription])
        again = Delivery.objects.filter(subscription=subscription, event__in=[event.pk for event in events])
        return _queue(subscription, again)


def _queue(subscription: Subscription, deliveries: DeliveryQuerySet) -> int:
    count = deliveries.queue_again()
    DELIVER.defer(subscription.pk)
    return count
