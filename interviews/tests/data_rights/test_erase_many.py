"""Several candidates erased from the list for one reason, and the events by which clients learn of erasures."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from candidates.admin.erase_many import MOST_ERASED, PAGE
from candidates.data_rights.erasure import DELETE_ITEMS, erase_candidate
from candidates.models import Candidate, CandidateEvent, Erasure
from interviews.models import Interview
from tests.support.admin_client import make_staff_client, page_url
from tests.support.factories import make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_driver import place_attempt

pytestmark = pytest.mark.django_db
LIST, ERASE = page_url(Candidate, "changelist"), reverse(f"admin:{PAGE}")
EVENTS = "/api/v1/candidate-events/"
CONFIRMED = {"reason": "The campaign is over.", "confirmed": "on"}


def make_candidates(count: int) -> list[Candidate]:
    return [make_candidate(full_name=f"Person {n}", phone=f"+1415555{n:04}") for n in range(count)]


def choose(client: Client, *candidates: Candidate) -> Any:
    """Send the action of the list. Return the page that it leads to."""
    ids = [str(candidate.pk) for candidate in candidates]
    return client.post(LIST, {"action": "erase_chosen", "_selected_action": ids}, follow=True)


def test_chosen_candidates_are_erased(admin_client: Client) -> None:
    first, second, held, other = make_candidates(4)
    held.set_hold(actor="hanna", reason="A lawsuit.")
    page = choose(admin_client, first, second, held)
    form = page.context["form"]
    assert form.subject == [first, second]
    assert "A lawsuit." in page.content.decode()
    sent = CONFIRMED | {"chosen": form["chosen"].value()}
    assert admin_client.post(ERASE, sent | {"confirmed": ""}).status_code == HTTPStatus.OK
    assert not Erasure.objects.exists()
    assert admin_client.post(ERASE, sent).status_code == HTTPStatus.FOUND
    assert set(Candidate.objects.filter(erased_at=None)) == {held, other}
    assert set(Erasure.objects.values_list("candidate", "actor", "reason")) == {
        (candidate.pk, "hanna", CONFIRMED["reason"]) for candidate in (first, second)
    }
    run_tasks(only=DELETE_ITEMS.name)
    assert admin_client.post(ERASE, sent).status_code == HTTPStatus.OK  # no one is left to erase


def test_call_in_progress_stops_no_other(admin_client: Client, twilio: FakeTwilio) -> None:
    interview = make_interview(job=make_approved_job())
    place_attempt(interview)
    idle = make_candidate(full_name="Idle", phone="+14155550199")
    form = choose(admin_client, interview.candidate, idle).context["form"]
    answer = admin_client.post(ERASE, CONFIRMED | {"chosen": form["chosen"].value()}, follow=True)
    assert len(list(answer.context["messages"])) == 2
    assert list(Candidate.objects.filter(erased_at=None)) == [interview.candidate]
    assert Interview.objects.get().status in Interview.LIVE


def test_too_many_are_refused(admin_client: Client) -> None:
    Candidate.objects.bulk_create(Candidate(full_name="P", phone=f"+1415555{n:04}") for n in range(MOST_ERASED + 1))
    assert "form" not in choose(admin_client, *Candidate.objects.all()).context


def test_action_needs_permission() -> None:
    candidate = make_candidate()
    client = make_staff_client("view_candidate")
    choose(client, candidate)
    sent = CONFIRMED | {"chosen": str(candidate.pk)}
    assert client.post(ERASE, sent).status_code == HTTPStatus.FORBIDDEN
    assert not Erasure.objects.exists()


def test_client_reads_of_erasures(api: APIClient, admin_client: Client) -> None:
    candidate, other = make_candidates(2)
    other.set_hold(actor="hanna", reason="A lawsuit.")
    erase_candidate(candidate, actor="hanna", reason="Asked for it.")
    kind = CandidateEvent.Kind.ERASED
    rows = api.get(EVENTS, {"kind": kind}).json()["results"]
    assert [row | {"id": "", "created_at": ""} for row in rows] == [
        {"id": "", "created_at": "", "kind": kind, "candidate": str(candidate.pk), "actor": "hanna"}
    ]
    assert len(api.get(EVENTS).json()["results"]) == 2
    assert api.get(EVENTS, {"candidate": str(other.pk)}).json()["results"][0]["kind"] == CandidateEvent.Kind.HOLD_SET
    assert api.get(EVENTS, {"kind": "candidate.vanished"}).status_code == HTTPStatus.BAD_REQUEST
