"""Without a model's or a person's scores no page, payload or export has a number or a recommendation."""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from devtools.demo.text_views import decision_card
from interviews.models import Assessment, Interview, InterviewResponse, InterviewResult
from interviews.models.result import Recommendation
from screener.models import ModelCall
from tests.support.factories import make_api_client, make_transcribed_interview, run_tasks
from tests.support.fake_openai import run_fake_openai
from tests.support.sample_rows import make_all_rows

pytestmark = pytest.mark.django_db
Status = InterviewResponse.Status

FILES = ("application/pdf", "audio/wav", "application/octet-stream")
JUDGED_KEYS = {
    *("score", "overall_score", "recommendation", "opinion"),
    *("criteria", "evidence", "strengths", "improvements"),
}
SETTINGS_SHOWN = {"7.0", "5.0", "1.0", "2.0", "3.0"}
"""Thresholds and weights."""
DECIMAL = re.compile(r"(?<![\d.,$:+])\d{1,2}\.\d{1,2}(?![\d.])")
CHOICES = re.compile(r"<(select|label|button|script|style)\b.*?</\1>", re.S)
LABELS = "|".join(map(str, Recommendation.labels))
RECOMMENDED = re.compile(rf">\s*({LABELS})\s*<")


def finish_unjudged(judge: str) -> Interview:
    interview = make_transcribed_interview(phone=f"+1415555{len(judge):04}")
    with run_fake_openai() as refusing, override_settings(OPENAI_BASE_URL=refusing.base_url, JUDGE=judge):
        run_tasks()
    ModelCall.objects.update(seconds=100)  # a shorter time has a decimal that looks like a score
    return Interview.objects.get(pk=interview.pk)


@pytest.fixture
def unjudged() -> list[Interview]:
    """Completed interviews: with answers that the model refused, and with answers that wait for a person."""
    refused, waiting = finish_unjudged("model"), finish_unjudged("person")
    for interview, status in ((refused, Status.MODEL_UNAVAILABLE), (waiting, Status.TRANSCRIBED)):
        assert {response.status for response in interview.responses.all()} == {status}
    return [refused, waiting]


def judged_values(body: Any) -> Iterator[Any]:
    """The values of a payload that depend on a judgement, and are not empty."""
    if isinstance(body, dict):
        for key, value in body.items():
            if key in JUDGED_KEYS and value not in (None, "", [], {}):
                yield value
            yield from judged_values(value)
    elif isinstance(body, list):
        for entry in body:
            yield from judged_values(entry)


def payloads(interview: Interview) -> Iterator[tuple[str, Any]]:
    """The reply of each address that a client may read."""
    client = make_api_client()
    ids = {"interviews": interview.pk, "jobs": interview.job_id, "candidates": interview.candidate_id}
    for path, operations in SchemaGenerator().get_schema(public=True)["paths"].items():  # type: ignore[no-untyped-call]
        kind = path.removeprefix("/api/v1/").partition("/")[0]
        if "get" in operations and ("{id}" not in path or kind in ids):
            address = path.replace("{id}", str(ids.get(kind, ""))).replace("{position}", "0")
            response = client.get(address)
            if response.status_code == 200 and response["Content-Type"] == "application/zip":
                yield from zipped_payloads(response)
            elif response.status_code == 200 and response["Content-Type"] not in FILES:
                yield path, response.json()


def zipped_payloads(response: Any) -> Iterator[tuple[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                yield name, json.loads(archive.read(name))


def all_addresses() -> list[str]:
    """The front page, every list and the pages of four rows of each model: the question bank alone has hundreds."""
    addresses = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses.append(reverse(f"{name}_changelist"))
        ids = model._default_manager.order_by("-pk").values_list("pk", flat=True)[:4]
        addresses += [reverse(f"{name}_change", args=[pk]) for pk in ids]
    return addresses


def read_page(client: Client, address: str) -> str:
    """The text of a page, with tags, without choices: those name every recommendation."""
    return html.unescape(CHOICES.sub("", client.get(address).content.decode()))


def numbers_on(page: str) -> set[str]:
    return set(DECIMAL.findall(re.sub(r"<[^>]*>", " ", page))) - SETTINGS_SHOWN


def test_payloads_have_no_number(unjudged: list[Interview]) -> None:
    for interview in unjudged:
        read = dict(payloads(interview))
        assert len(read) > 10
        assert {path: values for path, body in read.items() if (values := [*judged_values(body)])} == {}


@pytest.mark.slow
def test_pages_have_no_number(unjudged: list[Interview], admin_client: Client) -> None:
    pages = {address: read_page(admin_client, address) for address in all_addresses()}
    shown = {address: numbers_on(page) | set(RECOMMENDED.findall(page)) for address, page in pages.items()}
    assert {address: texts for address, texts in shown.items() if texts} == {}


def test_decision_card_has_no_number(unjudged: list[Interview]) -> None:
    for interview in unjudged:
        card = "\n".join(decision_card(interview.results.get(is_current=True)))
        assert numbers_on(card) == set()
        assert not re.search(rf"^  ({LABELS.upper()})", card, re.M)


def test_nothing_is_stored(unjudged: list[Interview]) -> None:
    assert not Assessment.objects.filter(score__isnull=False).exists()
    assert not InterviewResult.objects.filter(overall_score__isnull=False).exists()
    assert not InterviewResult.objects.exclude(recommendation="").exists()


def test_numbers_of_judged_answers_are_found(reviewer: User, admin_client: Client) -> None:
    """The walk sees numbers and recommendations where there are some."""
    judged = make_all_rows(1, by=reviewer)
    seen = {
        path.removeprefix("/api/v1/interviews/{id}/") for path, body in payloads(judged) if any(judged_values(body))
    }
    assert {"responses/", "result/", "report.json"} <= seen
    addresses = [
        reverse("admin:interviews_interview_change", args=[judged.pk]),
        reverse("admin:interviews_interview_changelist"),
    ]
    assert set(addresses) <= set(all_addresses())
    own_page, listed = (read_page(admin_client, address) for address in addresses)
    assert "7.5" in numbers_on(own_page)
    assert RECOMMENDED.search(listed)
    assert "7.5" in " ".join(numbers_on("\n".join(decision_card(judged.results.get(is_current=True)))))
