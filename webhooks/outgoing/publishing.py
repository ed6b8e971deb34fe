"""Gives events their place in the feed, and plans their deliveries. A sweep runs it.

An event is marked when it is written, in the transaction of the change. Publishing takes the mark away in the
transaction that makes the public event, so that an event is published once, also after a crash.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import TypeVar
from uuid import uuid5

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from candidates.models import CandidateEvent
from interviews.models import Campaign, InterviewEvent, PublicEventType
from interviews.models.event import PUBLIC_TYPE_OF_KIND
from webhooks.models import DELIVER, Delivery, PublicEvent, Subscription

Row = TypeVar("Row", bound=Model)

LOCK = 5_870_231
"""Key of the advisory lock under which positions are assigned."""
BATCH = 500
"""Events of each kind in one transaction."""


def publish_events() -> None:
    """Publish the events that await it. Leaves them to another process that publishes already."""
    while _publish_batch():
        pass


def _publish_batch() -> bool:
    """Publish the oldest events. Returns whether others may wait."""
    with transaction.atomic():
        if not _lock():
            return False
        interview_events = _oldest(InterviewEvent.objects.select_related("interview"), "created_at")
        candidate_events = _oldest(CandidateEvent.objects.all(), "created_at")
        campaigns = _oldest(Campaign.objects.all(), "ended_at")
        new_events = [
            *map(_of_interview, interview_events),
            *map(_of_candidate, candidate_events),
            *map(_of_campaign, campaigns),
        ]
        published = PublicEvent.objects.bulk_create(sorted(new_events, key=attrgetter("occurred_at")))
        plan_deliveries(published, list(Subscription.objects.active()))
        for rows in (interview_events, candidate_events, campaigns):
            _take_marks(rows)
        return max(len(interview_events), len(candidate_events), len(campaigns)) == BATCH


def plan_deliveries(events: Sequence[PublicEvent], subscriptions: Sequence[Subscription]) -> None:
    """Plan the delivery of each event to each subscription that wants it, once."""
    planned = [
        Delivery(subscription=subscription, event=event, subject=event.subject)
        for event in events
        for subscription in subscriptions
        if subscription.wants(event)
    ]
    Delivery.objects.bulk_create(planned, ignore_conflicts=True)
    DELIVER.defer_each({delivery.subscription_id for delivery in planned})


def _lock() -> bool:
    """Lock to the end of the transaction: positions become visible in their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _oldest(rows: "QuerySet[Row]", time_field: str) -> "list[Row]":
    return list(rows.filter(awaits_publication=True).order_by(time_field, "pk")[:BATCH])


def _take_marks(rows: Sequence[Model]) -> None:
    if rows:
        manager = type(rows[0])._default_manager
        manager.filter(pk__in=[row.pk for row in rows]).update(awaits_publication=False)


def _of_interview(event: InterviewEvent) -> PublicEvent:
    return PublicEvent(
        message_id=event.pk,
        type=PUBLIC_TYPE_OF_KIND[event.kind],
        occurred_at=event.created_at,
        subject=event.interview_id,
        job=event.interview.job_id,
    )


def _of_candidate(event: CandidateEvent) -> PublicEvent:
    return PublicEvent(
        message_id=event.pk,
        type=PublicEventType.CANDIDATE_ERASED,
        occurred_at=event.created_at,
        subject=event.candidate_id,
    )


def _of_campaign(campaign: Campaign) -> PublicEvent:
    """A campaign that goes on and ends again has another message."""
    return PublicEvent(
        message_id=uuid5(campaign.pk, f"finished {campaign.ended_at}"),
        type=PublicEventType.CAMPAIGN_FINISHED,
        occurred_at=campaign.ended_at or campaign.updated_at,
        subject=campaign.pk,
        job=campaign.job_id,
    )
