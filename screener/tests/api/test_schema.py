"""The OpenAPI schema is valid, complete and correct."""

import inspect
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from candidates.data_rights.erasure import erase_candidate
from candidates.models import DoNotCall
from interviews.models import Call, Campaign, Invitation, PersonalQuestions
from interviews.scoring.assessment import rescore_interview
from jobs.models import BankQuestion, Template
from screener.api.problem_details import PROBLEM_TYPES
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from tests.support.factories import add_import_row, make_assessed_interview, make_candidate, run_tasks
from webhooks.models import Subscription
from webhooks.outgoing.publishing import publish_events
from webhooks.outgoing.signing import subscribe


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return generated


def list_operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def has_examples(content: dict[str, Any]) -> bool:
    return all(media.get("example") or media.get("examples") for media in content.values())


def test_schema_is_valid(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_schema_has_all_resources(schema: dict[str, Any]) -> None:
    resources = {path.split("/")[3] for path in schema["paths"]}
    assert resources == {
        "jobs",
        "personal-questions",
        "bank-questions",
        "question-sets",
        "templates",
        "candidate-events",
        "candidates",
        "interviews",
        "campaigns",
        "imports",
        "config",
        "do-not-call",
        "events",
        "webhooks",
    }


def test_requests_and_responses_have_examples(schema: dict[str, Any]) -> None:
    incomplete = [
        name
        for name, operation in list_operations(schema)
        if not has_examples(operation.get("requestBody", {}).get("content", {}))
        or not all(has_examples(response["content"]) for response in operation["responses"].values())
    ]
    assert incomplete == []


def test_operations_have_summaries(schema: dict[str, Any]) -> None:
    assert [name for name, operation in list_operations(schema) if not operation.get("summary")] == []


def test_operations_list_their_problems(schema: dict[str, Any]) -> None:
    for name, operation in list_operations(schema):
        problems = {int(code) for code in operation["responses"] if int(code) >= 400}
        assert {401, 503} <= problems <= set(PROBLEM_TYPES), name
        if name.startswith("POST"):
            assert {400, 403, 409, 415, 422} <= problems, name


def test_descriptions_are_not_those_of_base_classes(schema: dict[str, Any]) -> None:
    described = {component.get("description", "") for component in schema["components"]["schemas"].values()}
    assert described.isdisjoint({inspect.getdoc(StrictSerializer), inspect.getdoc(StrictModelSerializer)})


def test_post_accepts_idempotency_key(schema: dict[str, Any]) -> None:
    assert schema["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"
    for name, operation in list_operations(schema):
        parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in parameters) == name.startswith("POST"), name


def as_json_schema(node: Any) -> Any:
    """Convert OpenAPI's `nullable` to the type null of JSON Schema."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {key: as_json_schema(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [converted, {"type": "null"}]} if node.get("nullable") is True else converted


@pytest.mark.django_db
def test_responses_match_schema(schema: dict[str, Any], api: APIClient) -> None:
    interview = make_assessed_interview(external_id="ats-1", consents=True)
    rescore_interview(interview, actor="a test")
    run_tasks(only="interviews")
    Invitation.objects.create(interview=interview, expires_at=timezone.now(), created_by="a test")
    attempt = interview.attempts.create(number=1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number="+14155550100")
    api.post("/api/v1/campaigns/", {"name": "Autumn", "job": str(interview.job_id)})
    ids = {"candidates": interview.candidate_id, "interviews": interview.pk, "jobs": interview.job_id}
    ids |= {"bank-questions": BankQuestion.objects.all()[0].pk, "templates": Template.objects.all()[0].pk}
    ids |= {"question-sets": interview.question_set_id, "campaigns": Campaign.objects.get().pk}
    ids |= {"do-not-call": DoNotCall.objects.add_number("+14155550177", source="letter")[0].pk}
    webhook = Subscription(url="https://receiver.example/")
    subscribe(webhook)
    ids["webhooks"] = webhook.pk
    ids["personal-questions"] = PersonalQuestions.objects.create(
        candidate=interview.candidate, question_set=interview.question_set, created_by="a test"
    ).pk
    publish_events()
    ids["imports"] = add_import_row(interview.candidate).imported_id
    erased = make_candidate(phone="+14155550178")
    erase_candidate(erased, actor="a test", reason="a test")
    for path, methods in schema["paths"].items():
        pk = erased.pk if path.endswith("/erase/") else ids.get(path.split("/")[3])
        url = path.replace("{id}", str(pk)).replace("{position}", "0")
        contents = methods["get"]["responses"]["200"]["content"] if "get" in methods else {}
        if content := contents.get("application/json"):
            body = api.get(url).json()
            document = as_json_schema(content["schema"] | {"components": schema["components"]})
            Draft202012Validator(document, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body)
            assert body != {"next": None, "previous": None, "results": []}, url


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
def test_schema_is_public(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200
