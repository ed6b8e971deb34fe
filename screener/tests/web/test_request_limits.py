"""Every body that we send to a model, held against OpenAI's published description, and the rules of strict schemas."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from screener.services.interviewer.openai_interviewer import interviewer
from screener.services.interviewer.protocol import CriterionScore, InterviewText, JudgedAnswer
from screener.services.speech_synthesis import synthesizer
from screener.services.transcription import transcriber
from screener.tests.services.test_openai_interviewer import ANSWER, JOB, PLAN, SCORES, SUMMARY
from screener.tests.services.test_request_options import REFUSALS
from screener.tests.services.test_transcription import AUDIO, HEARD, fields, service
from screener.tests.tts.test_prompt_cache import MP3, a_voice
from tests.support import fake_openai
from tests.support.fake_openai import completion_reply, fake_language_model, json_reply, raw_reply, reject_parameters

Body = dict[str, Any]
FOUND = CriterionScore(criterion="relevance", score=8, reason="Why not.", quotes=["I roasted beans"])
INTERVIEW = InterviewText(JOB, (JudgedAnswer(0, "Why coffee?", "I roasted beans", 8.0, (FOUND,)),))
QUESTIONS_ASKED: dict[str, tuple[Body, Callable[[], object]]] = {
    "compose_questions": (PLAN, lambda: interviewer().compose_questions(JOB)),
    "assess_answer": (SCORES, lambda: interviewer().assess(ANSWER)),
    "summarise": (SUMMARY, lambda: interviewer().summarise(INTERVIEW)),
}


def completions(name: str, *, particular_about: bool = False) -> list[Body]:
    """What is sent to have this done, the last one by a server that refuses all that it can where it is particular."""
    reply, ask = QUESTIONS_ASKED[name]
    answer = completion_reply(json.dumps(reply))
    with fake_language_model(reject_parameters(dict(REFUSALS.values()) if particular_about else {}, answer)) as server:
        ask()
    return [request.json for request in server.requests]


def transcription(**settings: Any) -> Body:
    """The fields of the form, without the file."""
    with service(json_reply(200, HEARD), **settings) as server:
        transcriber.transcribe(AUDIO, "answer.wav", "de-AT")
    sent = {name: value.decode() for name, value in fields(server.requests[0]).items() if name != "file"}
    return {name.removesuffix("[]"): [value] if name.endswith("[]") else value for name, value in sent.items()}


def spoken() -> Body:
    with a_voice(raw_reply(MP3, "audio/mpeg")) as server:
        synthesizer.speak("Question 1 of 3.")
    return server.requests[0].json


DESCRIPTION: Body = json.loads(
    Path(fake_openai.__file__).with_name("openai_description.json").read_text(encoding="utf-8")
)


def _parts(node: Any) -> Iterator[Body]:
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _parts(part)


def _closed(schemas: Body) -> Body:
    """The same, but no object may have what it does not know, which OpenAI refuses without describing that it does."""
    pieces = [piece for node in _parts(schemas) for piece in node.get("allOf", [])]
    for name in [piece["$ref"].rpartition("/")[2] for piece in pieces if "$ref" in piece]:
        pieces += [schemas[name], *schemas[name].get("allOf", [])]
    for node in _parts(schemas):
        is_object = isinstance(node.get("properties"), dict) or isinstance(node.get("allOf"), list)
        if is_object and not any(node is piece for piece in pieces):
            node["unevaluatedProperties"] = False
    return schemas


SCHEMAS = _closed(DESCRIPTION["$defs"])
SCHEMAS["CreateTranscriptionRequest"]["required"].remove("file")


def is_as_described(body: Body, name: str) -> bool:
    """Whether it is all that the description asks for, and nothing that it does not know, at any depth."""
    return bool(Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMAS}).is_valid(body))


CHAT, TRANSCRIPTION, SPEECH = "CreateChatCompletionRequest", "CreateTranscriptionRequest", "CreateSpeechRequest"


class TestAgainstTheDescription:
    @pytest.mark.parametrize("name", QUESTIONS_ASKED)
    @pytest.mark.parametrize("particular_about", [False, True], ids=["all", "with as little as can be"])
    def test_chat_completions(self, name: str, particular_about: bool) -> None:
        bodies = completions(name, particular_about=particular_about)
        assert len(bodies) == (4 if particular_about else 1)
        for body in bodies:
            assert is_as_described(body, CHAT), body

    @pytest.mark.parametrize("model", ["gpt-transcribe", "whisper-1"])
    @pytest.mark.parametrize("form", ["json", "verbose_json"])
    def test_transcriptions(self, model: str, form: str) -> None:
        body = transcription(SPEECH_MODEL=model, SPEECH_FORMAT=form)
        assert body["response_format"] == form
        assert is_as_described(body, TRANSCRIPTION), body

    def test_speech(self) -> None:
        assert is_as_described(spoken(), SPEECH)

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
    def test_what_is_not_as_described_is_noticed(self, change: Body) -> None:
        (body,) = completions("assess_answer")
        assert not is_as_described(body | change, CHAT)

    def test_what_is_missing_is_noticed(self) -> None:
        for body, described in ((spoken(), SPEECH), (transcription(), TRANSCRIPTION)):
            del body["model"]
            assert not is_as_described(body, described)


# --- The schemas of the answers ------------------------------------------------------------------------

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
"""What all vendors of strict schemas know; OpenAI alone knows more, such as limits on numbers."""
DEEPEST, MOST_PROPERTIES, MOST_ENUMERATED, LONGEST_NAMES = 5, 100, 500, 15_000
"""OpenAI's limits as they were at first, and as servers that came after it have them. Its own are higher today."""


def rules_broken(form: Body) -> set[str]:
    """The rules of strict schemas that a `json_schema` response format does not keep, in words."""
    named = form["json_schema"]
    root, definitions = named["schema"], named["schema"].get("$defs", {})
    nodes = list(_nodes(root, definitions))
    objects = [node for _, node in nodes if node.get("type") == "object"]
    properties = [name for node in objects for name in node.get("properties", {})]
    enumerated = [str(value) for _, node in nodes for value in node.get("enum", [])]
    rules = {
        "strict": named.get("strict") is True,
        "name": re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", named["name"]) is not None,
        "root is an object": root.get("type") == "object",
        "known keywords": all(node.keys() <= KEYWORDS for _, node in nodes),
        "nothing additional": all(node.get("additionalProperties") is False for node in objects),
        "all required": all(node.get("required") == list(node.get("properties", {})) for node in objects),
        "not too deep": max(depth for depth, _ in nodes) <= DEEPEST,
        "not too many": len(properties) <= MOST_PROPERTIES and len(enumerated) <= MOST_ENUMERATED,
        "not too long": len("".join([*properties, *definitions, *enumerated])) <= LONGEST_NAMES,
    }
    return {rule for rule, is_kept in rules.items() if not is_kept}


def _nodes(schema: Body, definitions: Body, depth: int = 1) -> Iterator[tuple[int, Body]]:
    """Each schema within it, with how many objects it stands in; what is referred to, where it is referred to."""
    yield depth, schema
    if depth > DEEPEST:
        return
    if "$ref" in schema:
        yield from _nodes(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions, depth)
    for part in schema.get("properties", {}).values():
        yield from _nodes(part, definitions, depth + 1)
    for name in ("items", "anyOf"):
        inner = schema.get(name, [])
        for part in inner if isinstance(inner, list) else [inner]:
            yield from _nodes(part, definitions, depth)


class TestStrictSchemas:
    @pytest.mark.parametrize("name", QUESTIONS_ASKED)
    def test_every_answer_is_asked_for_by_their_rules(self, name: str) -> None:
        (body,) = completions(name)
        assert body["response_format"]["json_schema"]["name"] == name
        assert rules_broken(body["response_format"]) == set()

    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ({"additionalProperties": True}, "nothing additional"),
            ({"required": []}, "all required"),
            ({"minProperties": 1}, "known keywords"),
            ({"type": "array"}, "root is an object"),
            ({"properties": {"me": {"$ref": "#/$defs/me"}}, "required": ["me"]}, "not too deep"),
            ({"properties": {str(n): {"type": "null"} for n in range(101)}}, "not too many"),
            ({"properties": {"n" * 15_001: {"type": "null"}}}, "not too long"),
            ({"properties": {"a": {"type": "number", "minimum": 0}}}, "known keywords"),
            ({"properties": {"a": {"items": {"type": "object", "properties": {}}}}}, "nothing additional"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_breaks_one_is_noticed(self, change: Body, rule: str) -> None:
        sound: Body = {"type": "object", "properties": {"a": {"type": "number"}}, "required": ["a"]}
        sound |= {"additionalProperties": False}
        within = {"$defs": {"me": sound | change}}
        assert rules_broken(a_format(sound)) == set()
        assert rule in rules_broken(a_format(sound | change | within))


def a_format(schema: Body) -> Body:
    return {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema}}
