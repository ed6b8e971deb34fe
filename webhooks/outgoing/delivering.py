"""Delivers the events of one subscription: in their order for each subject, several subjects at a time.

A receiver that fails gets one message at growing intervals, so that it keeps no worker from the others. After a day
without a success the subscription is disabled. A single message that fails while others succeed is tried for a day by
itself.
"""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from rest_framework.utils.encoders import JSONEncoder

from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step, run_step
from screener.models import InvalidTransition
from screener.services.errors import ServiceError
from webhooks.models import DELIVER, Delivery, PublicEvent, Subscription
from webhooks.models.delivery import GIVE_UP_AFTER
from webhooks.outgoing.contents import read_contents
from webhooks.outgoing.sending import Message, Outcome, send
from webhooks.outgoing.signing import SecretKeyChanged, current_secret, signing_secrets

log = logging.getLogger(__name__)

PARALLEL = 8
BATCHES_PER_TASK = 20
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT_OF_RECEIVER = timedelta(minutes=5)
LONGEST_WAIT_OF_MESSAGE = timedelta(hours=1)


def deliver(subscription_id: UUID) -> None:
    """Send what is due for a subscription, unless another worker does."""
    for _batch in range(BATCHES_PER_TASK):
        if run_step(DELIVERY_STEP, subscription_id) is None:
            return
    DELIVER.defer(subscription_id)


def subscriptions_to_serve() -> list[UUID]:
    """Subscriptions with a message that is due, for the sweep."""
    with_due = Delivery.objects.sendable().values("subscription")
    return list(Subscription.objects.active().claimable().filter(pk__in=with_due).values_list("pk", flat=True))


def message_body(event_type: str, occurred_at: datetime, content: dict[str, Any]) -> str:
    """Return the body of a message. The feed has the same members."""
    return json.dumps({"type": event_type, "timestamp": occurred_at, "data": content}, cls=JSONEncoder)


def _send_batch(lease: Lease[Subscription]) -> list[Outcome]:
    subscription = Subscription.objects.get(pk=lease.pk)
    at = timezone.now()
    secrets = signing_secrets(subscription, at)
    deliveries = _next_deliveries(subscription)
    messages = _messages(deliveries)
    release_db_connection()
    dropped = {delivery.pk for delivery in deliveries} - {message.delivery_id for message in messages}
    outcomes = [Outcome(delivery_id, is_dropped=True) for delivery_id in dropped]
    with ThreadPoolExecutor(PARALLEL) as pool:
        return outcomes + list(pool.map(lambda message: send(message, subscription.url, secrets, at), messages))


def _next_deliveries(subscription: Subscription) -> list[Delivery]:
    """Return the next messages. A failing receiver gets one, of the fewest tries: the fault may be the message's."""
    sendable = Delivery.objects.sendable().filter(subscription=subscription).select_related("event")
    if subscription.failing_since:
        return list(sendable.order_by("tries", "pk")[:1])
    return list(sendable.order_by("pk")[:PARALLEL])


def _messages(deliveries: list[Delivery]) -> list[Message]:
    contents = read_contents([delivery.event for delivery in deliveries if delivery.event])
    messages = []
    for delivery in deliveries:
        event = delivery.event
        if event is None:
            body = message_body(delivery.event_type, delivery.created_at, {})
            messages.append(Message(delivery.pk, str(delivery.subject), body))
        elif event.pk in contents:
            messages.append(_message_of(delivery, event, contents[event.pk]))
    return messages


def _message_of(delivery: Delivery, event: PublicEvent, content: dict[str, Any]) -> Message:
    return Message(delivery.pk, str(event.message_id), message_body(event.type, event.occurred_at, content))


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
    else:  # nothing was due, or only what was deleted meanwhile
        subscription.update_fields(lease=None, lease_until=None)
        return subscription.pk if outcomes else None
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
    try:
        current_secret(subscription)
    except SecretKeyChanged:
        raise InvalidTransition(gettext("SECRET_KEY was changed, and the secret with it. Rotate it first.")) from None
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
