"""Request options, with the real client against fake servers that reject some of them."""

import json

import pytest
from django.test import override_settings

from devtools.model_simulator.replies import Behaviour, completion_reply, error_reply, hanging_reply, reject_parameters
from devtools.model_simulator.server import ModelSimulator
from screener.services.interviewer.protocol import Reply, ResponseScores
from screener.services.interviewer.selection import configured_interviewer
from screener.services.openai.openai_errors import RequestRefused, TimedOut
from tests.support.fake_openai import fake_language_model
from tests.support.model_samples import JOB, PLAN, RESPONSE, SCORES
from tests.support.option_rejections import NO_TEMPERATURE, OPTION_REJECTIONS, rejection_reply

SUCCESS = completion_reply(json.dumps(SCORES))
REQUIRED_FIELDS = {"model", "messages", "response_format"}
ALL_OPTIONS = {"temperature", "store", "max_completion_tokens"}


def sent_options(server: ModelSimulator) -> list[set[str]]:
    """The options of each received request."""
    return [set(request.json) - REQUIRED_FIELDS for request in server.requests]


def assess() -> Reply[ResponseScores]:
    return configured_interviewer().assess_response(RESPONSE)


def compose_questions() -> None:
    configured_interviewer().compose_questions(JOB)


def test_preferred_options_are_sent() -> None:
    with fake_language_model(SUCCESS) as server:
        assess()
    options = {name: value for name, value in server.requests[0].json.items() if name not in REQUIRED_FIELDS}
    assert options == {"temperature": 0, "store": False, "max_completion_tokens": 16_000}


def test_questions_have_own_temperature() -> None:
    settings = {"OPENAI_SCORING_TEMPERATURE": 0.1, "OPENAI_QUESTION_TEMPERATURE": 0.9}
    with fake_language_model(SUCCESS, completion_reply(json.dumps(PLAN)), **settings) as server:
        assess()
        compose_questions()
    assert [request.json["temperature"] for request in server.requests] == [0.1, 0.9]


@pytest.mark.parametrize("case", OPTION_REJECTIONS)
def test_rejected_option_is_left_out(case: str) -> None:
    name, rejection = OPTION_REJECTIONS[case]
    with fake_language_model(reject_parameters({name: rejection}, SUCCESS)) as server:
        for _ in range(2):
            assert assess().value == ResponseScores.model_validate(SCORES)
    legacy = {"max_tokens"} if name == "max_completion_tokens" else set()
    assert sent_options(server) == [ALL_OPTIONS, ALL_OPTIONS - {name} | legacy, ALL_OPTIONS - {name} | legacy]


def test_all_options_may_be_rejected() -> None:
    with fake_language_model(reject_parameters(dict(OPTION_REJECTIONS.values()), SUCCESS)) as server:
        assess()
    assert sent_options(server)[-1] == {"max_tokens"}
    assert server.requests[-1].json["max_tokens"] == 16_000


def test_rejection_is_remembered_per_model() -> None:
    plan = completion_reply(json.dumps(PLAN))
    with fake_language_model(reject_parameters({"temperature": NO_TEMPERATURE}, plan)) as server:
        compose_questions()
        compose_questions()
        with override_settings(OPENAI_MODEL="another"):
            compose_questions()
    with fake_language_model(plan) as other_server:
        compose_questions()
    assert ["temperature" in options for options in sent_options(server)] == [True, False, False, True, False]
    assert sent_options(other_server) == [ALL_OPTIONS]


def test_too_large_limit_is_left_out() -> None:
    too_large = rejection_reply(
        "'max_tokens' or 'max_completion_tokens' is too large: 16000. This model's maximum context length is 8192."
    )
    rejections = {"max_completion_tokens": too_large, "max_tokens": too_large}
    with fake_language_model(reject_parameters(rejections, SUCCESS)) as server:
        assess()
    limits = {"max_completion_tokens", "max_tokens"}
    assert [options & limits for options in sent_options(server)] == [{"max_completion_tokens"}, {"max_tokens"}, set()]


@pytest.mark.parametrize(
    "error",
    [
        error_reply(400, code="context_length_exceeded"),
        rejection_reply("Unsupported value in 'response_format'.", code="unsupported_value", param="response_format"),
        rejection_reply("Unknown role: 'system'."),
    ],
    ids=["length", "other parameter", "other cause"],
)
def test_other_error_is_not_retried(error: Behaviour) -> None:
    with fake_language_model(error, SUCCESS) as server:
        with pytest.raises(RequestRefused):
            assess()
        assess()
    assert sent_options(server) == [ALL_OPTIONS, ALL_OPTIONS]


@pytest.mark.parametrize(("second_reply", "error"), [(error_reply(400), RequestRefused), (hanging_reply(), TimedOut)])
def test_misread_rejection_is_forgotten(second_reply: Behaviour, error: type[Exception]) -> None:
    """An error message may quote a transcript that contains the name of an option."""
    misleading = rejection_reply("Unexpected text: 'in the shop temperature matters'")
    with fake_language_model(misleading, second_reply, SUCCESS) as server:
        with pytest.raises(error):
            assess()
        assess()
    assert sent_options(server) == [ALL_OPTIONS, ALL_OPTIONS - {"temperature"}, ALL_OPTIONS]
