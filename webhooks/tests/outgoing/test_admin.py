"""Webhooks in the admin."""

from typing import Any

import pytest
from django.contrib.messages import WARNING, get_messages
from django.test import Client
from django.urls import reverse

from tests.support.admin_client import admin_url, page_url
from tests.support.factories import run_tasks
from tests.support.webhook_receiver import Receiver
from webhooks.models import Delivery, Subscription

pytestmark = pytest.mark.django_db


def shown_secret(response: Any) -> str:
    """The secret of the newest message."""
    *_, warning = [str(message) for message in get_messages(response.wsgi_request) if message.level == WARNING]
    return next(word for word in warning.split() if word.startswith("whsec_"))


def test_secret_of_new_webhook_is_shown_and_verifies(admin_client: Client, receiver: Receiver) -> None:
    form = {"url": receiver.url, "description": "Our ATS", "types": ["result.ready"], "job": ""}
    secret = shown_secret(admin_client.post(page_url(Subscription, "add"), form))
    webhook = Subscription.objects.get()
    assert webhook.types == ["result.ready"]
    admin_client.post(admin_url(webhook, "send_test"))
    run_tasks()
    assert receiver.received[0].verified(secret)["type"] == "webhook.test"
    assert shown_secret(admin_client.post(admin_url(webhook, "rotate"))) != secret


def test_disabled_webhook_sends_again_once_enabled(
    admin_client: Client, subscription: Subscription, receiver: Receiver
) -> None:
    admin_client.post(admin_url(subscription, "disable"))
    delivery = subscription.deliveries.create(subject=subscription.pk, status=Delivery.Status.FAILED)
    again = {"action": "send_again", "_selected_action": [str(delivery.pk)]}
    deliveries = reverse("admin:webhooks_delivery_changelist")
    admin_client.post(deliveries, again)
    run_tasks()
    assert receiver.received == []
    admin_client.post(admin_url(subscription, "enable"))
    admin_client.post(deliveries, again)
    run_tasks()
    assert len(receiver.received) == 1
