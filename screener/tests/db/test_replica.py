"""Reports are read from the replica while it keeps up, and from the primary otherwise."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections, router
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interviews.models import Interview
from screener.db import replica
from screener.db.replica import REPLICA, ReplicaRouter, replica_reads
from tests.support.factories import make_interview

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", REPLICA])


@pytest.fixture(scope="module", autouse=True)
def second_connection(django_db_setup: None) -> Iterator[None]:
    """A replica that is always up to date: the same database."""
    with pytest.MonkeyPatch.context() as patch:
        settings = connections.databases["default"]
        copy = settings | {"OPTIONS": dict(settings["OPTIONS"]), "TEST": settings["TEST"] | {"MIRROR": "default"}}
        patch.setitem(connections.databases, REPLICA, copy)
        patch.setattr(router, "routers", [ReplicaRouter()])
        yield
    connections[REPLICA].close()
    del connections[REPLICA]


@pytest.fixture(autouse=True)
def new_state() -> None:
    replica._state.forget()


def used_aliases(client: Client, address: str) -> set[str]:
    with CaptureQueriesContext(connections["default"]) as primary, CaptureQueriesContext(connections[REPLICA]) as copy:
        response: Any = client.get(address)
        assert response.status_code == 200
        b"".join(response.streaming_content) if response.streaming else response.content
    of_interviews = '"interviews_interview"'
    captured = {"default": primary, REPLICA: copy}
    return {alias for alias, queries in captured.items() if any(of_interviews in query["sql"] for query in queries)}


def test_reports_and_downloads_read_the_replica(admin_client: Client) -> None:
    make_interview()
    download = reverse("admin:interviews_interview_export_csv")
    for address in (reverse("desk-insights"), download):
        assert used_aliases(admin_client, address) == {REPLICA}
    assert used_aliases(admin_client, reverse("desk-home")) == {"default"}


def test_rows_of_the_replica_are_changed_at_the_primary() -> None:
    make_interview()
    with replica_reads():
        interview = Interview.objects.get()
    assert interview._state.db == REPLICA
    assert interview.candidate._state.db == "default"
    with CaptureQueriesContext(connections[REPLICA]) as queries:
        interview.update_fields(language="de")
    assert len(queries) == 0
    assert Interview.objects.get().language == "de"


def fail_at_replica(alias: str) -> float:
    if alias == REPLICA:
        raise OperationalError
    return 100.0


@pytest.mark.parametrize("problem", ["away", "behind"])
def test_primary_is_read_while_the_replica_has_a_problem(
    admin_client: Client, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_interview()
    if problem == "away":
        monkeypatch.setattr(replica, "_read_heartbeat", fail_at_replica)
    else:
        monkeypatch.setattr(replica, "_read_heartbeat", lambda alias: 100.0 if alias == "default" else 60.0)
    assert used_aliases(admin_client, reverse("desk-insights")) == {"default"}
