"""Unknown fields of requests are rejected, at every level and in every format."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework import serializers
from rest_framework.test import APIClient

from jobs.models import JobDescription
from screener.api.schema import ProblemSerializer
from screener.api.serializers import UNKNOWN_FIELD, StrictSerializer
from tests.support.factories import QUESTIONS, make_job

SETS, CANDIDATES = "/api/v1/question-sets/", "/api/v1/candidates/"
JOB = {"title": "Support engineer", "description": "Help our customers with their Linux servers."}


def subclasses_of(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from subclasses_of(child)


def test_all_serializers_are_strict() -> None:
    apps = ("candidates.", "interviews.", "jobs.", "screener.")
    own = {child for child in subclasses_of(serializers.Serializer) if child.__module__.startswith(apps)}
    assert len(own) > 10
    assert {child for child in own if not issubclass(child, StrictSerializer)} == {ProblemSerializer}


@pytest.mark.django_db
def test_unknown_field_is_reported_with_other_errors(api: APIClient) -> None:
    errors = api.post("/api/v1/jobs/", {"titel": "Cook", "hire_at": 11, "title": "Cook"}).json()["errors"]
    assert set(errors) == {"titel", "hire_at", "description"}
    assert errors["titel"] == [UNKNOWN_FIELD]
    assert not JobDescription.objects.exists()


@pytest.mark.django_db
def test_unknown_field_is_rejected_in_change(api: APIClient) -> None:
    job = make_job()
    response = api.patch(f"/api/v1/jobs/{job.pk}/", {"is_opened": False})
    assert (response.status_code, set(response.json()["errors"])) == (400, {"is_opened"})


@pytest.mark.django_db
def test_nested_unknown_field_is_rejected(api: APIClient) -> None:
    questions = [{"text": "Why?"}, {"text": "How?", "wieght": 2}]
    response = api.post(SETS, {"job": str(make_job().pk), "questions": questions})
    assert response.status_code == 400
    assert response.json()["errors"] == {"questions.1.wieght": [UNKNOWN_FIELD]}


@pytest.mark.django_db
def test_unknown_form_field_is_rejected(api: APIClient) -> None:
    resume = SimpleUploadedFile("cv.txt", b"Ten years of Linux.", content_type="text/plain")
    form = {"full_name": "Ada Lovelace", "phone": "+14155550100", "cv": resume}
    response = api.post(CANDIDATES, form, format="multipart")
    assert (response.status_code, set(response.json()["errors"])) == (400, {"cv"})


@pytest.mark.django_db
def test_question_set_replaces_draft(api: APIClient) -> None:
    job = make_job()
    body = {"job": str(job.pk), "questions": [{"text": QUESTIONS[0].text}]}
    first, second = (api.post(SETS, body).json() for _ in range(2))
    drafts = api.get(SETS, {"job": str(job.pk), "status": "draft"}).json()["results"]
    assert [draft["id"] for draft in drafts] == [second["id"]]
    assert (first["status"], second["status"]) == ("draft", "draft")
