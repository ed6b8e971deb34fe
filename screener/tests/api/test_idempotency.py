"""Repeated POST requests with an Idempotency-Key."""

import threading
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from jobs.models import JobDescription
from screener import tasks
from screener.api.idempotency import REPLAYED_HEADER
from screener.models import IdempotentRequest
from tests.support.api_problems import assert_problem
from tests.support.factories import make_api_client, make_api_key

JOBS, CANDIDATES = "/api/v1/jobs/", "/api/v1/candidates/"
JOB = {"title": "Cook", "description": "Cook well."}


def post(client: APIClient, body: Any = JOB, key: str = "k-1", path: str = JOBS, **options: Any) -> Any:
    return client.post(path, body, headers={"Idempotency-Key": key}, **options)


@pytest.mark.django_db
class TestRepeatedRequest:
    def test_same_key_replays_response(self, api: APIClient) -> None:
        first, second = post(api), post(api)
        assert (second.status_code, second.json()) == (201, first.json())
        assert second[REPLAYED_HEADER] == "true"
        assert REPLAYED_HEADER not in first
        assert JobDescription.objects.count() == 1

    def test_other_key_runs_again(self, api: APIClient) -> None:
        assert post(api).json()["id"] != post(api, key="k-2").json()["id"]

    def test_other_client_runs_again(self, api: APIClient) -> None:
        assert post(api).json()["id"] != post(make_api_client()).json()["id"]

    @pytest.mark.parametrize("changes", [{"body": JOB | {"title": "Chef"}}, {"path": CANDIDATES}])
    def test_other_request_is_rejected(self, api: APIClient, changes: dict[str, Any]) -> None:
        post(api)
        assert_problem(post(api, **changes), 422)

    def test_rejected_request_frees_its_key(self, api: APIClient) -> None:
        assert_problem(post(api, {"title": "Cook"}), 400)
        assert not IdempotentRequest.objects.exists()
        assert post(api).status_code == 201

    def test_failed_request_leaves_no_rows(self, api: APIClient) -> None:
        failure = patch("rest_framework.mixins.CreateModelMixin.get_success_headers", side_effect=RuntimeError)
        with failure, pytest.raises(RuntimeError):
            post(api)
        assert not JobDescription.objects.exists()
        assert post(api).status_code == 201

    def test_files_are_compared_by_content(self, api: APIClient) -> None:
        def send(content: bytes) -> Any:
            fields = {"full_name": "Ada", "phone": "+14155550100", "resume": SimpleUploadedFile("cv.txt", content)}
            return post(api, fields, path=CANDIDATES, format="multipart")

        first = send(b"I wrote programs.")
        assert send(b"I wrote programs.").json() == first.json()
        assert_problem(send(b"I wrote poems."), 422)

    @pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
    def test_invalid_key_is_rejected(self, api: APIClient, key: str) -> None:
        assert "Idempotency-Key" in assert_problem(post(api, key=key), 400)["errors"]

    def test_response_is_deleted_after_day(self, api: APIClient) -> None:
        post(api)
        tasks.delete_expired_responses(0)
        assert IdempotentRequest.objects.exists()
        IdempotentRequest.objects.update(created_at="2020-01-01T00:00Z")
        tasks.delete_expired_responses(0)
        assert not IdempotentRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_run_once() -> None:
    key, results = make_api_key(), []

    def send() -> None:
        response = post(make_api_client(key))
        results.append((response.status_code, response.json()["id"]))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    assert JobDescription.objects.count() == 1
