"""Errors of the API as problem details."""

import json
from itertools import product
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError
from django.test import Client
from rest_framework.test import APIClient

from screener.web.request_limits import MAX_UPLOAD_BYTES
from tests.support.api_problems import assert_problem
from tests.support.factories import make_api_key, make_job

pytestmark = pytest.mark.django_db
JOBS, CANDIDATES = "/api/v1/jobs/", "/api/v1/candidates/"
JOB = {"title": "Cook", "description": "Cook well."}
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


class TestFieldErrors:
    def test_invalid_field_is_named(self, api: APIClient) -> None:
        body = assert_problem(api.post(JOBS, {"title": "", "description": "x"}), 400)
        assert body["errors"].keys() == {"title"}
        assert "title" in body["detail"]

    def test_field_in_list_is_named_by_path(self, api: APIClient) -> None:
        questions = [{"text": "Why?"}, {"text": " ", "weight": 0}]
        body = assert_problem(
            api.post("/api/v1/question-sets/", {"job": str(make_job().pk), "questions": questions}), 400
        )
        assert set(body["errors"]) == {"questions.1.text", "questions.1.weight"}

    @pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["NUL", "lone surrogate"])
    @pytest.mark.parametrize("field", ["title", "description", "language"])
    def test_invalid_characters_are_rejected(self, api: APIClient, field: str, text: str) -> None:
        response = api.post(JOBS, json.dumps(JOB | {field: text}), content_type="application/json")
        body = assert_problem(response, 400)
        assert set(body["errors"]) == {field}


class TestUnknownPath:
    def test_unknown_path_is_not_found(self) -> None:
        paths = ("/api/v1/jobs", "/api/v1/nothing/", "/api/v2/", "/api/v1/jobs/x/y/z/")
        for path, method in product(paths, ("get", "post", "delete")):
            assert_problem(getattr(APIClient(), method)(path), 404)

    def test_missing_slash_is_mentioned(self) -> None:
        assert "slash" in APIClient().post("/api/v1/jobs").json()["detail"]

    @pytest.mark.parametrize("path", ["jobs", "candidates", "interviews", "question-sets", "campaigns"])
    def test_unknown_id_is_not_found(self, api: APIClient, path: str) -> None:
        for pk in (UNKNOWN_ID, "7", "not-an-id", "%00", "%f0%9f%98%80", "9" * 400):
            assert_problem(api.get(f"/api/v1/{path}/{pk}/"), 404)

    def test_problem_ignores_accept_header(self, api: APIClient) -> None:
        assert_problem(api.get(f"{JOBS}{UNKNOWN_ID}/", headers={"Accept": "text/html"}), 404)


class TestMethodAndMediaType:
    def test_allowed_methods_are_listed(self, api: APIClient) -> None:
        assert "GET, HEAD, POST" in assert_problem(api.delete(JOBS), 405)["detail"]

    @pytest.mark.parametrize("method", ["put", "delete", "options"])
    def test_unsupported_method_is_rejected(self, api: APIClient, method: str) -> None:
        response = getattr(api, method)(f"{JOBS}{make_job().pk}/")
        assert_problem(response, 405)
        assert "PATCH" in response["Allow"]

    @pytest.mark.parametrize(
        ("path", "accepted"), [(JOBS, ["application/json"]), (CANDIDATES, ["application/json", "multipart/form-data"])]
    )
    def test_accepted_media_types_are_listed(self, api: APIClient, path: str, accepted: list[str]) -> None:
        body = assert_problem(api.post(path, "title: Cook", content_type="text/plain"), 415)
        assert all(media_type in body["detail"] for media_type in accepted)

    def test_urlencoded_form_is_rejected(self, api: APIClient) -> None:
        assert_problem(api.post(JOBS, b"title=Cook", content_type="application/x-www-form-urlencoded"), 415)


class TestBody:
    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"\xff\xfe",
            b'{"title": NaN}',
            b"[" * 100_000,
            b'{"title": 1' + b"0" * 5000 + b"}",
            b"[]",
            b'"x"',
            b"null",
        ],
        ids=["truncated", "not UTF-8", "NaN", "deep", "huge number", "list", "string", "null"],
    )
    def test_malformed_body_is_rejected(self, api: APIClient, body: bytes) -> None:
        assert_problem(api.post(JOBS, body, content_type="application/json"), 400)

    def test_large_json_is_rejected(self, api: APIClient) -> None:
        assert_problem(api.post(JOBS, JOB | {"description": "x" * 3_000_000}), 413)

    def test_large_form_is_rejected(self, api: APIClient) -> None:
        file = SimpleUploadedFile("resume.pdf", b"x" * (MAX_UPLOAD_BYTES + 1))
        assert_problem(api.post(CANDIDATES, {"full_name": "Ada", "resume": file}, format="multipart"), 413)
        assert_problem(api.post(CANDIDATES, {"full_name": "A" * 3_000_000}, format="multipart"), 413)


class TestServerErrors:
    def test_database_outage_is_unavailable(self, api: APIClient) -> None:
        with patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("gone")):
            assert_problem(api.get(JOBS), 503)

    def test_integrity_error_is_conflict(self, api: APIClient) -> None:
        with patch("rest_framework.mixins.CreateModelMixin.perform_create", side_effect=IntegrityError):
            assert_problem(api.post(JOBS, JOB), 409)

    def test_internal_error_reveals_nothing(self) -> None:
        client = Client(raise_request_exception=False, headers={"X-API-Key": make_api_key()})
        with patch("rest_framework.mixins.ListModelMixin.list", side_effect=RuntimeError("a secret")):
            response = client.get(JOBS)
        assert "a secret" not in json.dumps(assert_problem(response, 500))
