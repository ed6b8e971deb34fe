"""The API of webhooks and of the feed."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from screener.models import IdempotentRequest
from screener.models.keys.scopes import READING_SCOPES
from tests.support.factories import make_api_client, make_api_key, make_interview, run_tasks
from tests.support.webhook_receiver import Receiver
from webhooks.models import PublicEvent, Subscription
from webhooks.outgoing.publishing import publish_events

pytestmark = pytest.mark.django_db

WEBHOOKS, EVENTS = "/api/v1/webhooks/", "/api/v1/events/"


def create(api: APIClient, receiver: Receiver, **fields: Any) -> Any:
    response = api.post(WEBHOOKS, {"url": receiver.url} | fields, format="json")
    assert response.status_code == 201, response.json()
    return response.json()


class TestWebhooks:
    def test_secret_is_shown_once_and_verifies(self, api: APIClient, receiver: Receiver) -> None:
        webhook = create(api, receiver, events=["interview.created"])
        make_interview()
        publish_events()
        run_tasks()
        assert receiver.received[0].verified(webhook["secret"])["type"] == "interview.created"
        shown = api.get(f"{WEBHOOKS}{webhook['id']}/").json()
        assert "secret" not in shown
        assert (shown["events"], shown["status"]) == (["interview.created"], "active")

    def test_repeated_request_adds_one(self, api: APIClient, receiver: Receiver) -> None:
        api.credentials(HTTP_X_API_KEY=make_api_key("other"), HTTP_IDEMPOTENCY_KEY="one")
        first, second = create(api, receiver), create(api, receiver)
        assert (first["id"], first["secret"]) == (second["id"], second["secret"])
        assert IdempotentRequest.objects.get().body is None

    def test_rotation_shows_next_secret(self, api: APIClient, receiver: Receiver) -> None:
        webhook = create(api, receiver)
        rotated = api.post(f"{WEBHOOKS}{webhook['id']}/rotate-secret/").json()["secret"]
        assert rotated != webhook["secret"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"url": "ftp://receiver.example"},
            {"events": ["interview.unknown"]},
            {"job": "3f9d2c1a-7b64-4d5c-9a0e-51c8e2f7a913"},
            {"secret_number": 7},
        ],
    )
    def test_invalid_fields_are_named(self, api: APIClient, receiver: Receiver, fields: dict[str, Any]) -> None:
        response = api.post(WEBHOOKS, {"url": receiver.url} | fields, format="json")
        assert response.status_code == 400
        assert [name.partition(".")[0] for name in response.json()["errors"]] == [*fields]

    def test_key_without_write_scope_sees_none(self, db: None) -> None:
        reader = make_api_client(make_api_key("reader", scopes=READING_SCOPES))
        assert reader.get(WEBHOOKS).status_code == 403
        assert reader.get(EVENTS).status_code == 200

    def test_disabled_one_is_not_tested_until_it_is_enabled(self, api: APIClient, receiver: Receiver) -> None:
        path = f"{WEBHOOKS}{create(api, receiver)['id']}/"
        disabled = api.post(f"{path}disable/").json()
        assert (disabled["status"], disabled["cause"]) == ("disabled", "person")
        assert api.post(f"{path}test/").status_code == 409
        assert api.post(f"{path}enable/").json()["disabled_at"] is None
        assert api.post(f"{path}test/").status_code == 202
        run_tasks()
        (delivery,) = api.get(f"{path}deliveries/").json()["results"]
        assert (delivery["type"], delivery["status"], delivery["position"]) == ("webhook.test", "delivered", None)

    def test_changed_secret_key_is_said_and_rotation_mends_it(
        self, api: APIClient, receiver: Receiver, settings: Any
    ) -> None:
        path = f"{WEBHOOKS}{create(api, receiver)['id']}/"
        api.post(f"{path}disable/")
        settings.SECRET_KEY = "another"
        assert api.post(f"{path}enable/").status_code == 409
        assert api.post(f"{path}rotate-secret/").status_code == 200
        assert api.post(f"{path}enable/").status_code == 200

    def test_redelivery(self, api: APIClient, receiver: Receiver) -> None:
        path = f"{WEBHOOKS}{create(api, receiver)['id']}/"
        make_interview()
        publish_events()
        run_tasks()
        (delivery,) = api.get(f"{path}deliveries/").json()["results"]
        for choice in ({"deliveries": [delivery["id"]]}, {"after": 0}):
            assert api.post(f"{path}redeliver/", choice, format="json").json() == {"queued": 1}
            run_tasks()
        assert len({message.message_id for message in receiver.received}) == 1
        assert len(receiver.received) == 3
        for malformed in ({}, {"deliveries": [2**63]}, {"after": 2**63}, {"deliveries": [1], "after": 1}):
            assert api.post(f"{path}redeliver/", malformed, format="json").status_code == 400
        assert api.get(f"{path}deliveries/", {"page_size": "101"}).status_code == 400


class TestFeed:
    def test_is_read_on_from_a_position(self, api: APIClient) -> None:
        for number in range(3):
            make_interview(phone=f"+1415555010{number}", email=f"{number}@example.com")
        publish_events()
        first = api.get(EVENTS, {"page_size": 2}).json()
        rest = api.get(first["next"]).json()
        positions = [entry["position"] for entry in (*first["results"], *rest["results"])]
        assert positions == list(PublicEvent.objects.values_list("pk", flat=True))
        assert rest["next"] is None
        assert first["results"][0]["data"]["interview"]["status"] == "pending"

    def test_filters(self, api: APIClient) -> None:
        interview = make_interview()
        publish_events()
        for query, count in (({"type": "interview.created"}, 1), ({"type": "result.ready"}, 0)):
            assert len(api.get(EVENTS, query | {"job": str(interview.job_id)}).json()["results"]) == count

    @pytest.mark.parametrize("query", [{"after": "-1"}, {"after": "x"}, {"after": "9" * 30}, {"page_size": "0"}])
    def test_malformed_query_is_refused(self, api: APIClient, query: dict[str, str]) -> None:
        assert api.get(EVENTS, query).status_code == 400


def test_secret_is_in_no_column(api: APIClient, receiver: Receiver) -> None:
    secret = create(api, receiver)["secret"].removeprefix("whsec_")
    assert secret not in str(Subscription.objects.values().get())
