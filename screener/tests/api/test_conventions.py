"""What all API views have in common: how they refuse, page, and do a thing once."""

import json
import threading
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from rest_framework.test import APIClient

from jobs.models import JobDescription
from screener import tasks
from screener.models import IdempotentRequest
from tests.support.factories import make_api_client, make_api_key, make_job

JOBS, CANDIDATES = "/api/v1/jobs/", "/api/v1/candidates/"
A_JOB = {"title": "Cook", "description": "Cook well."}
NOBODY = "00000000-0000-4000-8000-000000000000"


def assert_problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:screener:problem:")
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == response.wsgi_request.path
    return body


@pytest.mark.django_db
def test_nothing_on_the_way_keeps_an_answer(api: APIClient) -> None:
    job = api.post(JOBS, A_JOB)
    answers = (
        job,
        api.get(JOBS),
        api.get(f"{JOBS}{job.json()['id']}/"),
        api.get(f"{JOBS}{NOBODY}/"),
        APIClient().get(JOBS),
    )
    assert [answer["Cache-Control"] for answer in answers] == ["no-store"] * 5


@pytest.mark.django_db
class TestAProblem:
    def test_names_the_field_and_what_is_wrong(self, api: APIClient) -> None:
        body = assert_problem(api.post(JOBS, {"title": "", "description": "x"}), 400)
        assert body["errors"] == {"title": ["This field may not be blank."]}
        assert "title" in body["detail"]

    def test_names_a_field_within_a_list(self, api: APIClient) -> None:
        sent = {"job": str(make_job().pk), "questions": [{"text": "Why?"}, {"text": " ", "weight": 0}]}
        body = assert_problem(api.post("/api/v1/question-sets/", sent), 400)
        assert set(body["errors"]) == {"questions.1.text", "questions.1.weight"}

    @pytest.mark.parametrize("path", ["/api/v1/jobs", "/api/v1/nothing/", "/api/v2/", "/api/v1/jobs/x/y/z/"])
    @pytest.mark.parametrize("method", ["get", "post", "delete"])
    def test_answers_where_there_is_nothing(self, method: str, path: str) -> None:
        assert_problem(getattr(APIClient(), method)(path), 404)

    def test_says_what_is_possible_and_what_is_taken_instead(self, api: APIClient) -> None:
        body = assert_problem(api.delete(JOBS), 405)
        assert body["detail"].endswith("What is possible here: GET, HEAD, POST.")
        body = assert_problem(api.post(JOBS, "title: Cook", content_type="text/plain"), 415)
        assert body["detail"].endswith("Send application/json.")
        body = assert_problem(api.post(CANDIDATES, "x", content_type="text/plain"), 415)
        assert body["detail"].endswith("Send application/json or multipart/form-data.")

    def test_hints_at_the_slash_that_is_missing(self) -> None:
        assert "slash" in APIClient().post("/api/v1/jobs").json()["detail"]

    @pytest.mark.parametrize("pk", [NOBODY, "7", "not-an-id", "%00", "%f0%9f%98%80", "9" * 400])
    @pytest.mark.parametrize("path", ["jobs", "candidates", "interviews", "question-sets", "campaigns"])
    def test_says_that_there_is_no_such_thing(self, api: APIClient, path: str, pk: str) -> None:
        assert_problem(api.get(f"/api/v1/{path}/{pk}/"), 404)

    @pytest.mark.parametrize("method", ["put", "delete", "options"])
    def test_says_what_can_not_be_done(self, api: APIClient, method: str) -> None:
        response = getattr(api, method)(f"{JOBS}{make_job().pk}/")
        assert_problem(response, 405)
        assert "PATCH" in response["Allow"]

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
        ids=["cut off", "no text", "NaN", "deep", "huge number", "list", "string", "null"],
    )
    def test_answers_what_is_no_object(self, api: APIClient, body: bytes) -> None:
        assert_problem(api.post(JOBS, body, content_type="application/json"), 400)

    def test_answers_a_type_that_is_not_taken(self, api: APIClient) -> None:
        assert_problem(api.post(JOBS, b"title=Cook", content_type="application/x-www-form-urlencoded"), 415)

    def test_answers_a_body_that_is_too_large(self, api: APIClient) -> None:
        assert_problem(api.post(JOBS, A_JOB | {"description": "x" * 3_000_000}), 413)

    def test_answers_a_form_that_is_too_large(self, api: APIClient) -> None:
        file = SimpleUploadedFile("resume.pdf", b"x" * (13 * 1024 * 1024))
        assert_problem(api.post(CANDIDATES, {"full_name": "Ada", "resume": file}, format="multipart"), 413)
        assert_problem(api.post(CANDIDATES, {"full_name": "A" * 3_000_000}, format="multipart"), 413)

    def test_answers_though_another_type_was_asked_for(self, api: APIClient) -> None:
        assert_problem(api.get(f"{JOBS}{NOBODY}/", headers={"Accept": "text/html"}), 404)

    @pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["NUL", "half a character"])
    @pytest.mark.parametrize("field", ["title", "description", "language"])
    def test_refuses_what_no_text_holds(self, api: APIClient, field: str, text: str) -> None:
        response = api.post(JOBS, json.dumps(A_JOB | {field: text}), content_type="application/json")
        body = assert_problem(response, 400)
        assert set(body["errors"]) == {field}

    def test_says_that_the_database_is_down(self, api: APIClient) -> None:
        with patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("gone")):
            assert_problem(api.get(JOBS), 503)

    def test_says_that_somebody_else_was_faster(self, api: APIClient) -> None:
        with patch("rest_framework.mixins.CreateModelMixin.perform_create", side_effect=IntegrityError):
            assert_problem(api.post(JOBS, A_JOB), 409)

    def test_tells_nothing_of_a_fault_of_ours(self) -> None:
        client = Client(raise_request_exception=False, headers={"X-API-Key": make_api_key()})
        with patch("rest_framework.mixins.ListModelMixin.list", side_effect=RuntimeError("a secret")):
            response = client.get(JOBS)
        assert "a secret" not in json.dumps(assert_problem(response, 500))


@pytest.mark.django_db
class TestALongList:
    def test_is_walked_page_by_page_though_rows_are_added(self, api: APIClient) -> None:
        made = [str(make_job(title=f"Job {number}").pk) for number in range(7)]
        page = api.get(JOBS, {"page_size": 3}).json()
        assert page["previous"] is None
        make_job(title="Late")
        seen = [one["id"] for one in page["results"]]
        while page["next"]:
            page = api.get(page["next"]).json()
            seen += [one["id"] for one in page["results"]]
        assert seen == made[::-1]
        assert api.get(page["previous"]).json()["results"][-1]["id"] == made[1]

    @pytest.mark.parametrize("size", ["0", "-1", "101", "9" * 5000, "ten", "", "\uff11\uff10"])
    def test_has_pages_of_a_bounded_size(self, api: APIClient, size: str) -> None:
        assert "page_size" in assert_problem(api.get(JOBS, {"page_size": size}), 400)["errors"]

    @pytest.mark.parametrize(
        "cursor", ["x", "é", "cD0AAAA=", "cD15ZXN0ZXJkYXk=", "cD0yMDI2LTExLTIx", "bz05OTk5OTk5OTk5OQ=="]
    )
    def test_has_no_other_cursors_than_ours(self, api: APIClient, cursor: str) -> None:
        make_job()
        response = api.get(JOBS, {"cursor": cursor})
        assert response.status_code == 200 or "cursor" in assert_problem(response, 400)["errors"]

    @pytest.mark.parametrize(
        ("path", "name", "value"),
        [
            ("interviews", "job", "7"),
            ("interviews", "status", "bogus"),
            ("interviews", "created_after", "yesterday"),
            ("question-sets", "job", "a\0b"),
            ("candidates", "resume_status", "bogus"),
            ("jobs", "is_open", "perhaps"),
            ("candidates", "external_id", "a\0b"),
        ],
    )
    def test_refuses_a_filter_that_makes_no_sense(self, api: APIClient, path: str, name: str, value: str) -> None:
        assert name in assert_problem(api.get(f"/api/v1/{path}/", {name: value}), 400)["errors"]

    @pytest.mark.parametrize("empty", ["", " ", "\u3000"])
    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("interviews", "job"),
            ("interviews", "outcome"),
            ("interviews", "created_after"),
            ("question-sets", "job"),
            ("candidates", "email"),
            ("jobs", "is_open"),
        ],
    )
    def test_refuses_a_filter_that_was_left_empty(self, api: APIClient, path: str, name: str, empty: str) -> None:
        problem = assert_problem(api.get(f"/api/v1/{path}/", {name: empty}), 400)
        assert problem["errors"] == {name: ["Give it a value, or leave it out to see all."]}

    @pytest.mark.parametrize(
        ("path", "there_are"), [("interviews", "job, needs_attention"), ("campaigns", "none here")]
    )
    def test_refuses_a_filter_that_there_is_not(self, api: APIClient, path: str, there_are: str) -> None:
        problem = assert_problem(api.get(f"/api/v1/{path}/?jobb={NOBODY}"), 400)
        assert problem["errors"]["jobb"][0].startswith("There is no such filter. There ")
        assert there_are in problem["errors"]["jobb"][0]

    def test_takes_what_says_which_page_and_how_it_is_written_for_no_filter(self, api: APIClient) -> None:
        assert api.get(f"{JOBS}?page_size=5&format=json&is_open=true").status_code == 200

    def test_is_not_told_twice_what_to_filter_by_and_left_open_once(self, api: APIClient) -> None:
        assert api.get(f"{JOBS}?is_open=true&is_open=").status_code == 400
        assert api.get(f"{JOBS}?is_open=&is_open=true").status_code == 400


@pytest.mark.django_db
class TestARepeatedPost:
    def post(self, client: APIClient, body: Any = A_JOB, key: str = "k-1", path: str = JOBS, **more: Any) -> Any:
        return client.post(path, body, headers={"Idempotency-Key": key}, **more)

    def test_is_carried_out_once_and_gets_the_same_answer(self, api: APIClient) -> None:
        first, again = self.post(api), self.post(api)
        assert (again.status_code, again.json()) == (201, first.json())
        assert again["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first
        assert JobDescription.objects.count() == 1

    def test_under_another_key_is_another_one(self, api: APIClient) -> None:
        assert self.post(api).json()["id"] != self.post(api, key="k-2").json()["id"]

    def test_of_another_client_is_another_one(self, api: APIClient) -> None:
        assert self.post(api).json()["id"] != self.post(make_api_client()).json()["id"]

    @pytest.mark.parametrize("other", [{"body": A_JOB | {"title": "Chef"}}, {"path": CANDIDATES}])
    def test_with_other_content_is_refused(self, api: APIClient, other: dict[str, Any]) -> None:
        self.post(api)
        assert_problem(self.post(api, **other), 422)

    def test_that_was_refused_may_be_mended_under_its_key(self, api: APIClient) -> None:
        assert_problem(self.post(api, {"title": "Cook"}), 400)
        assert not IdempotentRequest.objects.exists()
        assert self.post(api).status_code == 201

    def test_that_failed_leaves_nothing(self, api: APIClient) -> None:
        late = patch("rest_framework.mixins.CreateModelMixin.get_success_headers", side_effect=RuntimeError)
        with late, pytest.raises(RuntimeError):
            self.post(api)
        assert not JobDescription.objects.exists()
        assert self.post(api).status_code == 201

    def test_with_a_file_is_known_by_its_content(self, api: APIClient) -> None:
        def send(content: bytes) -> Any:
            fields = {"full_name": "Ada", "phone": "+14155550100", "resume": SimpleUploadedFile("cv.txt", content)}
            return self.post(api, fields, path=CANDIDATES, format="multipart")

        first = send(b"I wrote programs.")
        assert send(b"I wrote programs.").json() == first.json()
        assert_problem(send(b"I wrote poems."), 422)

    @pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
    def test_needs_a_plain_key(self, api: APIClient, key: str) -> None:
        assert "Idempotency-Key" in assert_problem(self.post(api, key=key), 400)["errors"]

    def test_is_forgotten_after_a_day(self, api: APIClient) -> None:
        self.post(api)
        tasks.forget_answers(0)
        assert IdempotentRequest.objects.exists()
        IdempotentRequest.objects.update(created_at="2020-01-01T00:00Z")
        tasks.forget_answers(0)
        assert not IdempotentRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_posts_at_the_same_moment_are_carried_out_once() -> None:
    key, answers = make_api_key(), []

    def send() -> None:
        response = make_api_client(key).post(JOBS, A_JOB, headers={"Idempotency-Key": "twins"})
        answers.append((response.status_code, response.json()["id"]))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert JobDescription.objects.count() == 1
