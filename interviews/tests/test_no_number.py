"""Without a model's or a person's scores there is no number and no recommendation, on no page and in no payload."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from interviews.models import Interview
from tests.support.factories import run_tasks
from tests.support.person_scores import make_waiting_interview, score_as_person

pytestmark = pytest.mark.django_db

JUDGEMENTS = {
    "score",
    "overall_score",
    "recommendation",
    "opinion",
    "criteria",
    "evidence",
    "strengths",
    "improvements",
}
"""Keys of payloads that hold a judgement."""
SHOWN = [
    re.compile(r"(?<![$\d.])\d{1,2}\.\d\d(?![\d.])"),
    re.compile(r"<span[^>]*>\s*(?:Hire|Consider|Reject)\s*</span>"),
]
"""Scores have two digits after the point. Thresholds and weights have one, costs a currency."""


@pytest.fixture
def waiting() -> Interview:
    return make_waiting_interview()


def list_pages(client: Client) -> Iterator[str]:
    """The addresses of the front page, of each list of the interviews app, and of each row in one."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        if model._meta.app_label == "interviews":
            name = f"admin:interviews_{model._meta.model_name}"
            yield reverse(f"{name}_changelist")
            yield from (reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.all())


def judgements_on_pages(client: Client) -> dict[str, list[str]]:
    shown: dict[str, list[str]] = {}
    for address in list_pages(client):
        page = client.get(address).content.decode()
        if matches := [match for pattern in SHOWN for match in pattern.findall(page)]:
            shown[address] = matches
    return shown


def judgements_in(body: Any) -> Iterator[str]:
    """Yield each key with a judgement that is not empty."""
    if isinstance(body, dict):
        yield from (key for key, value in body.items() if key in JUDGEMENTS and value not in (None, "", []))
    for value in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from judgements_in(value)


def judgements_in_payloads(api: APIClient, interview: Interview) -> dict[str, list[str]]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    paths = [path for path, methods in schema["paths"].items() if "get" in methods and "/interviews/" in path]
    paths = [path for path in paths if not path.endswith(".pdf")]
    addresses = [path.replace("{id}", str(interview.pk)).replace("{position}", "0") for path in paths]
    payloads = {address: list(judgements_in(api.get(address).json())) for address in addresses}
    assert len(payloads) > 5
    return {address: judgements for address, judgements in payloads.items() if judgements}


def test_nothing_is_shown_before_people_score(admin_client: Client, waiting: Interview) -> None:
    assert judgements_on_pages(admin_client) == {}


def test_nothing_is_sent_before_people_score(api: APIClient, waiting: Interview) -> None:
    assert judgements_in_payloads(api, waiting) == {}


def test_scores_are_found_once_given(admin_client: Client, api: APIClient, waiting: Interview) -> None:
    """Else the tests above could not fail."""
    for response in waiting.responses.select_related("interview__job"):
        score_as_person(response, 7.5)
    run_tasks()
    shown = judgements_on_pages(admin_client)
    assert reverse("admin:interviews_interview_change", args=[waiting.pk]) in shown
    assert reverse("admin:interviews_interview_changelist") in shown
    sent = judgements_in_payloads(api, waiting)
    assert {address.rstrip("/").rsplit("/", 1)[-1] for address in sent} == {"report.json", "responses", "result"}
