"""The API's description of itself: whole, with examples, and true."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from interviews.models import Call, Campaign
from interviews.scoring.assessment import rescore
from screener.api.problem_details import TYPES
from tests.support.factories import make_assessed_interview, run_tasks


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def has_examples(content: dict[str, Any]) -> bool:
    return all(one.get("example") or one.get("examples") for one in content.values())


def test_is_valid_and_without_warnings(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_names_every_resource(schema: dict[str, Any]) -> None:
    resources = {path.split("/")[3] for path in schema["paths"]}
    assert resources == {"jobs", "question-sets", "candidates", "interviews", "campaigns"}


def test_shows_an_example_of_every_request_and_every_answer(schema: dict[str, Any]) -> None:
    without = [
        name
        for name, operation in operations(schema)
        if not has_examples(operation.get("requestBody", {}).get("content", {}))
        or not all(has_examples(answer["content"]) for answer in operation["responses"].values())
    ]
    assert without == []


def test_says_in_the_list_what_each_operation_does(schema: dict[str, Any]) -> None:
    assert [name for name, operation in operations(schema) if not operation.get("summary")] == []


def test_describes_every_problem(schema: dict[str, Any]) -> None:
    for name, operation in operations(schema):
        problems = {int(code) for code in operation["responses"] if int(code) >= 400}
        assert {401, 503} <= problems <= set(TYPES), name
        if name.startswith("POST"):
            assert {400, 403, 409, 415, 422} <= problems, name


def test_asks_for_the_key_and_offers_to_repeat(schema: dict[str, Any]) -> None:
    assert schema["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"
    for name, operation in operations(schema):
        offered = "Idempotency-Key" in {one["name"] for one in operation.get("parameters", [])}
        assert offered == name.startswith("POST"), name


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type more."""
    if isinstance(node, list):
        return [as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: as_json_schema(one) for key, one in node.items() if key != "nullable"}
    return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") is True else made


@pytest.mark.django_db
def test_is_true_of_a_finished_interview_and_all_that_belongs_to_it(schema: dict[str, Any], api: APIClient) -> None:
    interview = make_assessed_interview(external_id="ats-1", consents=True)
    rescore(interview, actor="a test")
    run_tasks(only="interviews")
    attempt = interview.attempts.create(number=1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number="+14155550100")
    api.post("/api/v1/campaigns/", {"name": "Autumn", "job": str(interview.job_id)})
    ids = {"candidates": interview.candidate_id, "interviews": interview.pk, "jobs": interview.job_id}
    ids |= {"question-sets": interview.question_set_id, "campaigns": Campaign.objects.get().pk}
    for path, methods in schema["paths"].items():
        url = path.replace("{id}", str(ids[path.split("/")[3]]))
        if "get" in methods:
            answer = api.get(url)
            content = methods["get"]["responses"]["200"]["content"]["application/json"]
            document = as_json_schema(content["schema"] | {"components": schema["components"]})
            Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(answer.json())
            assert answer.json() != {"next": None, "previous": None, "results": []}, url


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
def test_is_there_for_everybody_to_read(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200
