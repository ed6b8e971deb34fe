"""Delivers the events of one subscription: in their order for each subject, several subjects at a time.

A receiver that fails gets one message at growing intervals, so that it keeps no worker from the others. After a day
without a success the subscription is disabled. A single message that fails while others succeed is tried for a day by
itself.
"""

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step, run_step
from screener.services.errors import ServiceError
from webhooks.models import DELIVER, Delivery, PublicEvent, Subscription
from webhooks.models.delivery import GIVE_UP_AFTER
from webhooks.outgoing.contents import read_contents
from webhooks.outgoing.sending import Outcome, Payload, send
from webhooks.outgoing.signing import require_secret, signing_secrets

log = logging.getLogger(__name__)

PARALLEL = 8
TURN_SECONDS = 10
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT_OF_RECEIVER = timedelta(minutes=5)
LONGEST_WAIT_OF_MESSAGE = timedelta(hours=1)


def deliver(subscription_id: UUID) -> None:
    """Send the due messages of a subscription, unless another worker does.

    After some seconds the rest waits behind other subscriptions, so that slow receivers do not keep all workers.
    """
    turn_ends_at = time.monotonic() + TURN_SECONDS
    while run_step(DELIVERY_STEP, subscription_id) is not None:
        if time.monotonic() >= turn_ends_at:
            DELIVER.defer(subscription_id)
            return


def subscriptions_to_serve() -> list[UUID]:
    """Subscriptions with a message that is due, for the sweep."""
    with_due = Delivery.objects.sendable().values("subscription")
    return list(Subscription.objects.active().claimable().filter(pk__in=with_due).values_list("pk", flat=True))


def payload_body(event_type: str, occurred_at: datetime, content: dict[str, Any]) -> str:
    """Return the body of a payload. The feed has the same members."""
    return json.dumps({"type": event_type, "timestamp": occurred_at, "data": content}, cls=JSONEncoder)


def _send_batch(lease: Lease[Subscription]) -> list[Outcome]:
    subscription = Subscription.objects.get(pk=lease.pk)
    at = timezone.now()
    secrets = signing_secrets(subscription, at)
    deliveries = _next_deliveries(subscription)
    payloads = _payloads(deliveries)
    release_db_connection()
    dropped = {delivery.pk for delivery in deliveries} - {payload.delivery_id for payload in payloads}
    outcomes = [Outcome(delivery_id, is_dropped=True) for delivery_id in dropped]
    with ThreadPoolExecutor(PARALLEL) as pool:
        return outcomes + list(pool.map(lambda payload: send(payload, subscription.url, secrets, at), payloads))


def _next_deliveries(subscription: Subscription) -> list[Delivery]:
    """Return the next messages. A failing receiver gets one, of the fewest tries: the fault may be the message's."""
    sendable = Delivery.objects.sendable().filter(subscription=subscription).select_related("event")
    if subscription.failing_since:
        return list(sendable.order_by("tries", "pk")[:1])
    return list(sendable.order_by("pk")[:PARALLEL])


def _payloads(deliveries: list[Delivery]) -> list[Payload]:
    contents = read_contents([delivery.event for delivery in deliveries if delivery.event])
    payloads = []
    for delivery in deliveries:
        event = delivery.event
        if event is None:
            body = payload_body(delivery.event_type, delivery.created_at, {})
            payloads.append(Payload(delivery.pk, str(delivery.subject), body))
        elif event.pk in contents:
            payloads.append(_payload_of(delivery, event, contents[event.pk]))
    return payloads


def _payload_of(delivery: Delivery, event: PublicEvent, content: dict[str, Any]) -> Payload:
    return Payload(delivery.pk, str(event.message_id), payload_body(event.type, event.occurred_at, content))


def _save_batch(subscription: Subscription, outcomes: list[Outcome]) -> UUID | None:
    """Write how the tries went. Returns the subscription if it goes on at once."""
    failures = [outcome for outcome in outcomes if outcome.problem]
    is_receiver_failing = bool(failures) and not any(outcome.is_delivered for outcome in outcomes)
    deliveries = Delivery.objects.select_for_update().in_bulk([outcome.delivery_id for outcome in outcomes])
    for outcome in outcomes:
        if delivery := deliveries.get(outcome.delivery_id):
            _save_outcome(delivery, outcome, waits_alone=not is_receiver_failing)
    if any(outcome.is_gone for outcome in failures):
        _disable(subscription, Subscription.Cause.GONE)
    elif is_receiver_failing:
        _postpone(subscription, failures)
    elif any(outcome.is_delivered for outcome in outcomes):
        subscription.release(failing_since=None)
        return subscription.pk
    elif outcomes:  # of deleted subjects: they say nothing about the receiver
        subscription.update_fields(lease=None, lease_until=None)
        return subscription.pk
    else:
        is_failing = subscription.deliveries.waiting().exists()
        subscription.update_fields(
            lease=None, lease_until=None, failing_since=subscription.failing_since if is_failing else None
        )
    return None


def _save_outcome(delivery: Delivery, outcome: Outcome, *, waits_alone: bool) -> None:
    if outcome.is_dropped:
        delivery.drop()
    elif outcome.is_delivered:
        delivery.mark_delivered(response_status=outcome.response_status or 0, duration_ms=outcome.duration_ms)
    else:
        delivery.mark_failed_try(
            outcome.problem,
            response_status=outcome.response_status,
            duration_ms=outcome.duration_ms,
            wait=_wait(delivery.tries + 1, LONGEST_WAIT_OF_MESSAGE, outcome.retry_after) if waits_alone else None,
        )


def _postpone(subscription: Subscription, failures: list[Outcome]) -> None:
    now = timezone.now()
    failing_since = subscription.failing_since or now
    if now - failing_since >= GIVE_UP_AFTER:
        _disable(subscription, Subscription.Cause.FAILING)
        return
    requested_wait = max((outcome.retry_after or 0 for outcome in failures), default=0)
    wait = _wait(subscription.tries, LONGEST_WAIT_OF_RECEIVER, requested_wait)
    subscription.update_fields(lease=None, lease_until=None, retry_at=now + wait, failing_since=failing_since)
    log.info("webhook %s: failing, try %d", subscription.pk, subscription.tries)


def _wait(tries: int, longest: timedelta, requested_seconds: float | None) -> timedelta:
    growing: timedelta = FIRST_WAIT * 2 ** min(tries - 1, 20)
    return max(min(growing, longest), timedelta(seconds=requested_seconds or 0))


def enable(subscription: Subscription) -> None:
    """Enable a subscription. Raises InvalidTransition if its secret is lost."""
    require_secret(subscription)
    subscription.enable()


def _disable_without_secret(subscription: Subscription, error: ServiceError) -> None:
    _disable(subscription, Subscription.Cause.SECRET_KEY_CHANGED)


def _disable(subscription: Subscription, cause: Subscription.Cause) -> None:
    subscription.disable(cause)
    log.warning("webhook %s: disabled, %s", subscription.pk, cause)


DELIVERY_STEP = Step(
    ready=lambda: Subscription.objects.active(),
    work=_send_batch,
    lock=row_lock(Subscription.objects.all()),
    save=_save_batch,
    give_up=_disable_without_secret,
)
