"""Deliveries: signed, at least once, in order for each subject, and without an effect of one receiver on others."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from interviews.models import PublicEventType
from screener.background.leases import claim_lease
from tests.support.factories import make_interview, run_tasks
from tests.support.webhook_receiver import Received, Receiver, run_receiver
from webhooks.models import DELIVER, Delivery, PublicEvent, Subscription
from webhooks.outgoing import delivering
from webhooks.outgoing.delivering import DELIVERY_STEP, enable, subscriptions_to_serve
from webhooks.outgoing.publishing import plan_deliveries, publish_events
from webhooks.outgoing.redelivery import send_again, send_since
from webhooks.outgoing.signing import OLD_SECRET_SIGNS_FOR, current_secret, rotate_secret, subscribe

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1, minutes=1)


def add_events(count: int, *, subject: Any = None) -> list[PublicEvent]:
    """Erasures, because their content needs no further rows."""
    subject = subject or uuid4()
    new = [
        PublicEvent(
            message_id=uuid4(), type=PublicEventType.CANDIDATE_ERASED, occurred_at=timezone.now(), subject=subject
        )
        for _ in range(count)
    ]
    events = PublicEvent.objects.bulk_create(new)
    plan_deliveries(events, list(Subscription.objects.active()))
    return events


def statuses() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("status", flat=True))


def message_ids(receiver: Receiver) -> list[str]:
    return [message.message_id for message in receiver.received]


def ids_of(events: list[PublicEvent]) -> list[str]:
    return [str(event.message_id) for event in events]


def serve(*, at: datetime) -> None:
    """Do what the sweep and the worker do at this time."""
    with time_machine.travel(at, tick=False):
        for pk in subscriptions_to_serve():
            DELIVER.defer(pk)
        run_tasks(include_later=True)


def serve_for(period: timedelta, *, every: timedelta = timedelta(minutes=10)) -> None:
    start = timezone.now()
    for number in range(period // every + 1):
        serve(at=start + every * number)


class TestMessage:
    def test_is_signed_and_has_content(self, subscription: Subscription, receiver: Receiver) -> None:
        interview = make_interview()
        publish_events()
        run_tasks()
        (message,) = receiver.received
        content = message.verified(current_secret(subscription))
        assert (content["type"], content["data"]["interview"]["id"]) == ("interview.created", str(interview.pk))
        assert message.message_id == str(PublicEvent.objects.get().message_id)
        delivery = Delivery.objects.get()
        assert (delivery.status, delivery.response_status, delivery.tries) == ("delivered", 204, 1)

    def test_is_signed_by_both_secrets_for_a_day(self, subscription: Subscription, receiver: Receiver) -> None:
        first = current_secret(subscription)
        second = rotate_secret(subscription)
        add_events(1)
        run_tasks()
        for secret in (first, second):
            receiver.received[0].verified(secret)
        with time_machine.travel(timezone.now() + OLD_SECRET_SIGNS_FOR):
            add_events(1)
            run_tasks()
        assert len(receiver.received[1].headers["webhook-signature"].split()) == 1
        assert first != second

    def test_is_not_sent_about_deleted_rows(self, subscription: Subscription, receiver: Receiver) -> None:
        (event,) = add_events(1)
        PublicEvent.objects.filter(pk=event.pk).update(type=PublicEventType.INTERVIEW_CREATED)
        run_tasks()
        assert statuses() == ["dropped"]
        assert receiver.received == []


class TestOrder:
    def test_of_subject_is_kept_after_failure(self, subscription: Subscription, receiver: Receiver) -> None:
        subject, other = uuid4(), uuid4()
        first, second = add_events(2, subject=subject)
        (third,) = add_events(1, subject=other)
        failures = [str(first.message_id)]

        def fail_once(message: Received) -> int:
            if message.message_id in failures:
                failures.remove(message.message_id)
                return 500
            return 200

        receiver.reply = fail_once
        run_tasks()
        assert str(second.message_id) not in message_ids(receiver)
        assert str(third.message_id) in message_ids(receiver)
        serve(at=timezone.now() + timedelta(minutes=1))
        assert [each for each in message_ids(receiver) if each != str(third.message_id)] == ids_of(
            [first, first, second]
        )

    def test_message_is_sent_again_after_crash(self, subscription: Subscription, receiver: Receiver) -> None:
        """The worker was killed after the request, so that its result is lost with its lease."""
        (event,) = add_events(1)
        with claim_lease(Subscription.objects.active(), subscription.pk) as lease:
            assert lease
            DELIVERY_STEP.work(lease)
        run_tasks()
        assert message_ids(receiver) == ids_of([event])
        serve(at=timezone.now() + timedelta(seconds=30))
        assert message_ids(receiver) == ids_of([event, event])
        assert statuses() == ["delivered"]


class TestFailingReceiver:
    def test_gets_one_message_at_growing_intervals(self, subscription: Subscription, receiver: Receiver) -> None:
        for _subject in range(20):
            add_events(1)
        receiver.reply = lambda message: 500
        run_tasks()
        first_batch = len(receiver.received)
        assert 1 < first_batch <= 8
        start = timezone.now()
        for seconds in (1, 6, 7, 20):
            serve(at=start + timedelta(seconds=seconds))
        assert len(receiver.received) == first_batch + 2
        assert set(statuses()) == {"waiting"}

    def test_does_not_delay_others(self, subscription: Subscription, receiver: Receiver) -> None:
        receiver.reply = lambda message: 500
        with run_receiver() as healthy:
            subscribe(Subscription(url=healthy.url))
            for _subject in range(20):
                add_events(1)
            run_tasks()
        assert len(healthy.received) == 20

    def test_gets_all_once_it_recovers(self, subscription: Subscription, receiver: Receiver) -> None:
        for _subject in range(20):
            add_events(1)
        receiver.reply = lambda message: 503
        run_tasks()
        receiver.reply = lambda message: 200
        serve(at=timezone.now() + timedelta(minutes=1))
        assert set(statuses()) == {"delivered"}
        subscription.refresh_from_db()
        assert subscription.failing_since is None

    def test_is_disabled_after_a_day_and_enabled_by_person(
        self, subscription: Subscription, receiver: Receiver
    ) -> None:
        add_events(1)
        receiver.reply = lambda message: 500
        serve_for(DAY, every=timedelta(hours=2))
        subscription.refresh_from_db()
        assert (subscription.status, subscription.cause) == ("disabled", "failing")
        receiver.reply = lambda message: 200
        enable(subscription)
        run_tasks()
        assert statuses() == ["delivered"]

    def test_failure_of_an_ended_outage_is_forgotten(self, subscription: Subscription, receiver: Receiver) -> None:
        """The failing message was about a row that is deleted, and the next one comes days later."""
        (event,) = add_events(1)
        receiver.reply = lambda message: 500
        run_tasks()
        PublicEvent.objects.filter(pk=event.pk).update(type=PublicEventType.INTERVIEW_CREATED)
        serve(at=timezone.now() + timedelta(minutes=1))
        subscription.refresh_from_db()
        assert (statuses(), subscription.failing_since) == (["dropped"], None)

    def test_that_is_gone_is_disabled_at_once(self, subscription: Subscription, receiver: Receiver) -> None:
        add_events(1)
        receiver.reply = lambda message: 410
        run_tasks()
        subscription.refresh_from_db()
        assert (subscription.status, subscription.cause) == ("disabled", "gone")

    def test_wait_that_it_asks_for_is_kept(self, subscription: Subscription, receiver: Receiver) -> None:
        add_events(1)
        receiver.reply, receiver.reply_headers = lambda message: 429, {"Retry-After": "900"}
        run_tasks()
        start = timezone.now()
        serve(at=start + timedelta(minutes=14))
        assert len(receiver.received) == 1
        serve(at=start + timedelta(minutes=16))
        assert len(receiver.received) == 2

    def test_redirect_is_not_followed(self, subscription: Subscription, receiver: Receiver) -> None:
        with run_receiver() as elsewhere:
            receiver.reply, receiver.reply_headers = lambda message: 307, {"Location": elsewhere.url}
            add_events(1)
            run_tasks()
            assert elsewhere.received == []
        assert Delivery.objects.get().problem == "redirect"


def test_other_subscriptions_get_their_turn(
    subscription: Subscription, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "TURN_SECONDS", 0)
    for _subject in range(20):
        add_events(1)
    run_tasks(only=DELIVER.name, limit=1)
    assert 0 < len(receiver.received) < 20
    run_tasks()
    assert set(statuses()) == {"delivered"}


class TestFailingMessage:
    def test_is_given_up_after_a_day_and_holds_up_its_subject_alone(
        self, subscription: Subscription, receiver: Receiver
    ) -> None:
        refused, following = add_events(2)
        receiver.reply = lambda message: 500 if message.message_id == str(refused.message_id) else 200
        start = timezone.now()
        for hours in range(26):
            with time_machine.travel(start + timedelta(hours=hours), tick=False):
                add_events(1)
            serve(at=start + timedelta(hours=hours))
        of = {delivery.event_id: delivery.status for delivery in Delivery.objects.all()}
        assert (of.pop(refused.pk), of.pop(following.pk)) == ("failed", "delivered")
        assert set(of.values()) == {"delivered"}


class TestSecretKey:
    def test_change_disables(self, subscription: Subscription, receiver: Receiver, settings: Any) -> None:
        add_events(1)
        settings.SECRET_KEY = "another"
        run_tasks()
        subscription.refresh_from_db()
        assert (subscription.status, subscription.cause) == ("disabled", "secret_key_changed")
        assert receiver.received == []

    def test_fallback_keeps_secret(self, subscription: Subscription, receiver: Receiver, settings: Any) -> None:
        before = current_secret(subscription)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        add_events(1)
        run_tasks()
        receiver.received[0].verified(before)


class TestAgain:
    def test_chosen_deliveries(self, subscription: Subscription, receiver: Receiver) -> None:
        first, _second = add_events(2)
        run_tasks()
        assert send_again(subscription, [Delivery.objects.get(event=first).pk]) == 1
        run_tasks()
        assert message_ids(receiver).count(str(first.message_id)) == 2

    def test_events_missed_while_disabled(self, subscription: Subscription, receiver: Receiver) -> None:
        (read,) = add_events(1)
        run_tasks()
        subscription.disable(Subscription.Cause.PERSON)
        missed = add_events(2)
        enable(subscription)
        assert send_since(subscription, read.pk) == 2
        run_tasks()
        assert message_ids(receiver)[1:] == ids_of(missed)


def test_administrators_are_told_once_that_it_was_disabled(
    subscription: Subscription, receiver: Receiver, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.create_superuser("hanna", email="hanna@northwind.example")
    User.objects.create_user("clerk", email="clerk@northwind.example", is_staff=True)
    receiver.reply = lambda message: 410
    add_events(1)
    run_tasks()
    serve(at=timezone.now() + timedelta(minutes=1))
    assert [message.to for message in mail.outbox] == [["hanna@northwind.example"]]
    subscription.refresh_from_db()
    subscription.enable()
    subscription.disable(Subscription.Cause.PERSON)
    run_tasks()
    assert len(mail.outbox) == 1
