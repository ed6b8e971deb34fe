"""Requests to models, validated against OpenAI's published description and the rules of strict schemas."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from devtools.model_simulator.replies import completion_reply, json_reply, raw_reply, reject_parameters
from screener.services.interviewer.selection import configured_interviewer
from screener.services.openai.request_options import LIMITS_OF_SCHEMA
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.services.transcription.selection import configured_transcriber
from tests.support import fake_openai
from tests.support.fake_openai import fake_language_model, fake_speech_synthesis, fake_transcription
from tests.support.model_samples import (
    INTERVIEW,
    JOB,
    MP3_FRAME,
    PLAN,
    RESPONSE,
    SCORES,
    SUMMARY,
    TRANSCRIPTION,
    make_answer_recording,
)
from tests.support.option_rejections import OPTION_REJECTIONS, rejection_reply

Body = dict[str, Any]
METHODS: dict[str, tuple[Body, Callable[[], object]]] = {
    "compose_questions": (PLAN, lambda: configured_interviewer().compose_questions(JOB)),
    "assess_answer": (SCORES, lambda: configured_interviewer().assess_response(RESPONSE)),
    "summarise": (SUMMARY, lambda: configured_interviewer().summarise_interview(INTERVIEW)),
}
"""The reply and the call, by the name of the schema."""


def reject_limits(handler: Any) -> None:
    """OpenAI's error for a keyword that a model does not support."""
    message = "Invalid schema for response_format: In context=('properties',), 'minimum' is not permitted."
    rejection_reply(message, param="response_format")(handler)


def completion_bodies(name: str, *, rejects_options: bool = False) -> list[Body]:
    """The bodies of all requests of one call. Each rejected option causes another request."""
    reply, call = METHODS[name]
    rejections = dict(OPTION_REJECTIONS.values()) if rejects_options else {}
    with fake_language_model(reject_parameters(rejections, completion_reply(json.dumps(reply)))) as server:
        call()
    return [request.json for request in server.requests]


def transcription_body(**settings: Any) -> Body:
    """The form fields without the file."""
    with fake_transcription(json_reply(200, TRANSCRIPTION), **settings) as server:
        configured_transcriber().transcribe(make_answer_recording(language="de-AT"))
    fields = server.requests[0].form_fields
    values = {name: value.decode() for name, value in fields.items() if name != "file"}
    return {name.removesuffix("[]"): [value] if name.endswith("[]") else value for name, value in values.items()}


def synthesis_body() -> Body:
    with fake_speech_synthesis(raw_reply(MP3_FRAME, "audio/mpeg")) as server:
        synthesizer = configured_synthesizer()
        assert synthesizer
        synthesizer.synthesize("Question 1 of 3.", "en")
    return server.requests[0].json


def walk_objects(node: Any) -> Iterator[Body]:
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk_objects(part)


def forbid_unknown_properties(schemas: Body) -> Body:
    """Close all objects. OpenAI rejects unknown properties, but its description does not say so."""
    pieces = [piece for node in walk_objects(schemas) for piece in node.get("allOf", [])]
    for name in [piece["$ref"].rpartition("/")[2] for piece in pieces if "$ref" in piece]:
        pieces += [schemas[name], *schemas[name].get("allOf", [])]
    for node in walk_objects(schemas):
        is_object = isinstance(node.get("properties"), dict) or isinstance(node.get("allOf"), list)
        if is_object and not any(node is piece for piece in pieces):
            node["unevaluatedProperties"] = False
    return schemas


DESCRIPTION: Body = json.loads(
    Path(fake_openai.__file__).with_name("openai_description.json").read_text(encoding="utf-8")
)
SCHEMAS = forbid_unknown_properties(DESCRIPTION["$defs"])
SCHEMAS["CreateTranscriptionRequest"]["required"].remove("file")
CHAT, TRANSCRIPTION_REQUEST = "CreateChatCompletionRequest", "CreateTranscriptionRequest"
SPEECH_REQUEST = "CreateSpeechRequest"


def is_valid_request(body: Body, schema_name: str) -> bool:
    return bool(Draft202012Validator({"$ref": f"#/$defs/{schema_name}", "$defs": SCHEMAS}).is_valid(body))


class TestRequests:
    @pytest.mark.parametrize("name", METHODS)
    @pytest.mark.parametrize("rejects_options", [False, True], ids=["all options", "fewest options"])
    def test_chat_completion_follows_description(self, name: str, rejects_options: bool) -> None:
        bodies = completion_bodies(name, rejects_options=rejects_options)
        assert len(bodies) == (4 if rejects_options else 1)
        for body in bodies:
            assert is_valid_request(body, CHAT), body

    @pytest.mark.parametrize("model", ["gpt-transcribe", "whisper-1"])
    @pytest.mark.parametrize("response_format", ["json", "verbose_json"])
    def test_transcription_follows_description(self, model: str, response_format: str) -> None:
        body = transcription_body(SPEECH_MODEL=model, SPEECH_FORMAT=response_format)
        assert body["response_format"] == response_format
        assert is_valid_request(body, TRANSCRIPTION_REQUEST), body

    def test_synthesis_follows_description(self) -> None:
        assert is_valid_request(synthesis_body(), SPEECH_REQUEST)

    @pytest.mark.parametrize(
        "change",
        [
            {"temprature": 0},
            {"temperature": "cold"},
            {"response_format": {"type": "json"}},
            {"messages": [{"role": "robot", "content": "Hello."}]},
            {"messages": [{"role": "user", "content": "Hello.", "mood": "good"}]},
            {"messages": [{"role": "user", "content": 5}]},
            {"max_completion_tokens": None, "model": 5},
        ],
        ids=str,
    )
    def test_wrong_value_is_invalid(self, change: Body) -> None:
        (body,) = completion_bodies("assess_answer")
        assert not is_valid_request(body | change, CHAT)

    def test_missing_field_is_invalid(self) -> None:
        for body, schema_name in ((synthesis_body(), SPEECH_REQUEST), (transcription_body(), TRANSCRIPTION_REQUEST)):
            del body["model"]
            assert not is_valid_request(body, schema_name)


# --- Strict schemas ------------------------------------------------------------------------------------

KEYWORDS = frozenset(
    {
        "$defs",
        "$ref",
        "additionalProperties",
        "description",
        "enum",
        "items",
        "properties",
        "required",
        "title",
        "type",
    }
)
"""The keywords that all servers with strict schemas know."""
MAX_DEPTH, MAX_PROPERTIES, MAX_ENUM_VALUES, MAX_NAME_CHARACTERS = 5, 100, 500, 15_000
"""OpenAI's first limits, which other servers copied. OpenAI's own are higher today."""


def broken_rules(response_format: Body, *, keywords: frozenset[str] = KEYWORDS) -> set[str]:
    """The rules of strict schemas that the response format breaks."""
    named = response_format["json_schema"]
    root, definitions = named["schema"], named["schema"].get("$defs", {})
    nodes = list(walk_schema(root, definitions))
    objects = [node for _, node in nodes if node.get("type") == "object"]
    properties = [name for node in objects for name in node.get("properties", {})]
    enum_values = [str(value) for _, node in nodes for value in node.get("enum", [])]
    rules = {
        "strict": named.get("strict") is True,
        "name": re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", named["name"]) is not None,
        "root object": root.get("type") == "object",
        "keywords": all(node.keys() <= keywords for _, node in nodes),
        "additional properties": all(node.get("additionalProperties") is False for node in objects),
        "required": all(node.get("required") == list(node.get("properties", {})) for node in objects),
        "depth": max(depth for depth, _ in nodes) <= MAX_DEPTH,
        "size": len(properties) <= MAX_PROPERTIES and len(enum_values) <= MAX_ENUM_VALUES,
        "names": len("".join([*properties, *definitions, *enum_values])) <= MAX_NAME_CHARACTERS,
    }
    return {rule for rule, is_kept in rules.items() if not is_kept}


def walk_schema(schema: Body, definitions: Body, depth: int = 1) -> Iterator[tuple[int, Body]]:
    """All schemas inside a schema, with their depth. A reference is followed."""
    yield depth, schema
    if depth > MAX_DEPTH:
        return
    if "$ref" in schema:
        yield from walk_schema(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions, depth)
    for part in schema.get("properties", {}).values():
        yield from walk_schema(part, definitions, depth + 1)
    for name in ("items", "anyOf"):
        inner = schema.get(name, [])
        for part in inner if isinstance(inner, list) else [inner]:
            yield from walk_schema(part, definitions, depth)


def walk_schema_of(response_format: Body) -> Iterator[tuple[int, Body]]:
    schema = response_format["json_schema"]["schema"]
    return walk_schema(schema, schema.get("$defs", {}))


def make_response_format(schema: Body) -> Body:
    return {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema}}


class TestStrictSchemas:
    @pytest.mark.parametrize("name", METHODS)
    def test_response_format_is_strict(self, name: str) -> None:
        (body,) = completion_bodies(name)
        assert body["response_format"]["json_schema"]["name"] == name
        assert broken_rules(body["response_format"], keywords=KEYWORDS | LIMITS_OF_SCHEMA) == set()

    @pytest.mark.parametrize("name", METHODS)
    def test_rejected_limits_are_left_out(self, name: str) -> None:
        reply, call = METHODS[name]
        with fake_language_model(reject_limits, completion_reply(json.dumps(reply))) as server:
            call()
        first, second = (request.json["response_format"] for request in server.requests)
        limits = {keyword for _, node in walk_schema_of(first) for keyword in node.keys() & LIMITS_OF_SCHEMA}
        assert (bool(limits), broken_rules(second)) == (name != "summarise", set())

    def test_schema_has_limits_of_reply(self) -> None:
        (body,) = completion_bodies("assess_answer")
        schema = body["response_format"]["json_schema"]["schema"]
        score = schema["$defs"]["CriterionScore"]["properties"]
        assert (score["score"]["minimum"], score["score"]["maximum"]) == (0, 10)
        assert score["criterion"]["enum"] == [str(number) for number in range(1, len(RESPONSE.rubric) + 1)]
        assert schema["properties"]["criteria"]["maxItems"] == len(RESPONSE.rubric)
        (body,) = completion_bodies("summarise")
        point = body["response_format"]["json_schema"]["schema"]["$defs"]["SummaryPoint"]["properties"]
        assert point["position"]["enum"] == [answer.position for answer in INTERVIEW.answers]

    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ({"additionalProperties": True}, "additional properties"),
            ({"required": []}, "required"),
            ({"minProperties": 1}, "keywords"),
            ({"type": "array"}, "root object"),
            ({"properties": {"me": {"$ref": "#/$defs/me"}}, "required": ["me"]}, "depth"),
            ({"properties": {str(n): {"type": "null"} for n in range(101)}}, "size"),
            ({"properties": {"n" * 15_001: {"type": "null"}}}, "names"),
            ({"properties": {"a": {"type": "number", "minimum": 0}}}, "keywords"),
            ({"properties": {"a": {"items": {"type": "object", "properties": {}}}}}, "additional properties"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_broken_rule_is_reported(self, change: Body, rule: str) -> None:
        valid: Body = {"type": "object", "properties": {"a": {"type": "number"}}, "required": ["a"]}
        valid |= {"additionalProperties": False}
        definitions = {"$defs": {"me": valid | change}}
        assert broken_rules(make_response_format(valid)) == set()
        assert rule in broken_rules(make_response_format(valid | change | definitions))
