"""What models take beside their work, with the real client, against servers that are particular about it."""

import json
from typing import Any

import pytest

from screener.services.interviewer.openai_interviewer import interviewer
from screener.services.openai.openai_client import RequestRefused, TimedOut
from screener.services.openai.request_options import MAX_TOKENS
from screener.tests.services.test_openai_interviewer import ANSWER, JOB, PLAN, SCORES
from tests.support.fake_openai import (
    Behaviour,
    FakeOpenAI,
    completion_reply,
    error_reply,
    fake_language_model,
    hanging_reply,
    json_reply,
    reject_parameters,
)

GOOD = completion_reply(json.dumps(SCORES))
WORK = {"model", "messages", "response_format"}


def refusing(message: str, *, code: str | None = None, param: str | None = None) -> Behaviour:
    """As OpenAI words it."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return json_reply(400, {"error": error})


NO_TEMPERATURE = refusing(
    "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
    code="unsupported_value",
    param="temperature",
)
UNKNOWN = {"type": "extra_forbidden", "msg": "Extra inputs are not permitted"}
REFUSALS: dict[str, tuple[str, Behaviour]] = {
    "a value, by its code": ("temperature", NO_TEMPERATURE),
    "a parameter, by its code": (
        "temperature",
        refusing(
            "Unsupported parameter: 'temperature' is not supported with this model.",
            code="unsupported_parameter",
            param="temperature",
        ),
    ),
    "a value, in words": ("temperature", refusing("temperature is deprecated for this model.")),
    "zero, in words": (
        "temperature",
        json_reply(422, {"error": "Input validation error: `temperature` must be strictly positive"}),
    ),
    "a parameter, in words": ("store", refusing("Unrecognized request argument supplied: store")),
    "a parameter, by its place": ("store", json_reply(422, {"detail": [UNKNOWN | {"loc": ["body", "store"]}]})),
    "a parameter, in a list": (
        "store",
        json_reply(400, [{"error": {"code": 400, "message": 'Unknown name "store": Cannot find field.'}}]),
    ),
    "the limit, by its place in words": (
        "max_completion_tokens",
        json_reply(
            400,
            {
                "object": "error",
                "message": str([UNKNOWN | {"loc": ("body", "max_completion_tokens"), "input": MAX_TOKENS}]),
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            },
        ),
    ),
}


def sent(server: FakeOpenAI) -> list[set[str]]:
    """The parameters of each request that came, without the work itself."""
    return [set(request.json) - WORK for request in server.requests]


ALL = {"temperature", "store", "max_completion_tokens"}


def test_is_asked_of_every_model() -> None:
    with fake_language_model(GOOD) as server:
        interviewer().assess(ANSWER)
    wishes = {name: value for name, value in server.requests[0].json.items() if name not in WORK}
    assert wishes == {"temperature": 0, "store": False, "max_completion_tokens": MAX_TOKENS}


@pytest.mark.parametrize("way", REFUSALS)
def test_is_left_out_for_a_model_that_refuses_it_and_that_is_remembered(way: str) -> None:
    name, refusal = REFUSALS[way]
    with fake_language_model(reject_parameters({name: refusal}, GOOD)) as server:
        for _ in range(2):
            assert interviewer().assess(ANSWER).value.feedback == "Knows coffee."
    older = {"max_tokens"} if name == "max_completion_tokens" else set()
    assert sent(server) == [ALL, ALL - {name} | older, ALL - {name} | older]


def test_is_left_out_one_by_one() -> None:
    with fake_language_model(reject_parameters(dict(REFUSALS.values()), GOOD)) as server:
        interviewer().assess(ANSWER)
    assert sent(server)[-1] == {"max_tokens"}
    assert server.requests[-1].json["max_tokens"] == MAX_TOKENS


def test_is_remembered_of_one_model_at_one_server_and_for_all_that_is_asked_of_it(settings: Any) -> None:
    with fake_language_model(
        reject_parameters({"temperature": NO_TEMPERATURE}, completion_reply(json.dumps(PLAN)))
    ) as server:
        interviewer().compose_questions(JOB)
        interviewer().compose_questions(JOB)
        settings.OPENAI_MODEL = "another"
        interviewer().compose_questions(JOB)
    with fake_language_model(completion_reply(json.dumps(PLAN))) as other:
        interviewer().compose_questions(JOB)
    assert ["temperature" in one for one in sent(server)] == [True, False, False, True, False]
    assert sent(other) == [ALL]


def test_the_limit_of_the_length_is_left_to_a_model_that_may_not_write_as_much() -> None:
    said = "'max_tokens' or 'max_completion_tokens' is too large: 16000. This model's maximum context length is 8192."
    too_large = refusing(said)
    with fake_language_model(
        reject_parameters({"max_completion_tokens": too_large, "max_tokens": too_large}, GOOD)
    ) as server:
        interviewer().assess(ANSWER)
    limits = {"max_completion_tokens", "max_tokens"}
    assert [one & limits for one in sent(server)] == [{"max_completion_tokens"}, {"max_tokens"}, set()]


@pytest.mark.parametrize(
    "refusal",
    [
        error_reply(400, code="context_length_exceeded"),
        refusing("Unsupported value in 'response_format'.", code="unsupported_value", param="response_format"),
        refusing("Unknown role: 'system'."),
    ],
    ids=["length", "another parameter", "another thing"],
)
def test_what_is_refused_for_another_reason_is_not_sent_again(refusal: Behaviour) -> None:
    with fake_language_model(refusal, GOOD) as server:
        with pytest.raises(RequestRefused):
            interviewer().assess(ANSWER)
        interviewer().assess(ANSWER)
    assert sent(server) == [ALL, ALL]


@pytest.mark.parametrize(("then", "error"), [(error_reply(400), RequestRefused), (hanging_reply(), TimedOut)])
def test_what_did_not_help_is_not_remembered(then: Behaviour, error: type[Exception]) -> None:
    """The text of an answer can stand in what a server says, and name a parameter there."""
    with fake_language_model(refusing("Unexpected text: 'in the shop temperature matters'"), then, GOOD) as server:
        with pytest.raises(error):
            interviewer().assess(ANSWER)
        interviewer().assess(ANSWER)
    assert sent(server) == [ALL, ALL - {"temperature"}, ALL]
