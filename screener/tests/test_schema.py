"""The API's description of itself: whole, with examples, and true."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from screener.api.problems import TYPES


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


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
def test_is_there_for_everybody_to_read(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200
