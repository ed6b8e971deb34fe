"""The simulated model seen by the real client: its replies, its faults, and local servers that behave like them."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
from django.test import override_settings

from devtools.model_simulator import faults
from devtools.model_simulator.faults import FAULTS, RETRY_AFTER_SECONDS, Faults
from devtools.model_simulator.server import ModelSimulator, build_parser
from devtools.phone_simulator.callees.stories import ANSWERS, QUESTIONS
from devtools.tests.model_simulator.test_judgements import JOB, RUBRIC
from jobs.bank.families import Family
from jobs.bank.starter_bank import starter_entries
from screener.services.errors import ServiceError, TransientError
from screener.services.interviewer.openai_interviewer import MalformedReply, ModelDeclined, TruncatedReply
from screener.services.interviewer.protocol import (
    SIMULATED_LABEL,
    SIMULATED_MODEL,
    AssessedResponse,
    Criterion,
    CriterionScore,
    InterviewText,
    Reply,
    ResponseScores,
    ResponseText,
)
from screener.services.interviewer.selection import configured_interviewer
from screener.services.openai.openai_errors import RateLimited, ServerError, TimedOut, Unreachable
from tests.support.fake_openai import KEY, run_fake_openai

KNOWN = ResponseText(JOB, QUESTIONS["calm"], "Staying calm", ANSWERS["strong"]["calm"], RUBRIC)


@pytest.fixture
def model() -> Iterator[ModelSimulator]:
    """As in `make run`: it refuses unknown answers."""
    with run_fake_openai() as server:
        settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": SIMULATED_MODEL}
        with override_settings(**settings, OPENAI_TIMEOUT=server.client_timeout):
            yield server


def assess(response: ResponseText = KNOWN) -> Reply[ResponseScores]:
    return configured_interviewer().assess_response(response)


def test_known_answer_is_scored(model: ModelSimulator) -> None:
    reply = assess()
    assert {score.criterion for score in reply.value.criteria} == {criterion.key for criterion in RUBRIC}
    assert (reply.model, configured_interviewer().label) == (SIMULATED_MODEL, SIMULATED_LABEL)
    assert reply.usage.tokens_in
    assert reply.usage.tokens_out


@pytest.mark.parametrize(
    "response",
    [
        replace(KNOWN, transcript="I stay calm, and I always find a way with people."),
        replace(KNOWN, question=QUESTIONS["experience"]),
        replace(KNOWN, rubric=(*RUBRIC, Criterion("safety", "Safety awareness", 1, {2: "No.", 5: "Some.", 9: "Yes."}))),
    ],
    ids=["answer", "question", "rubric"],
)
def test_unknown_answer_is_refused(model: ModelSimulator, response: ResponseText) -> None:
    with pytest.raises(ModelDeclined):
        assess(response)


def test_questions_come_from_job_text(model: ModelSimulator) -> None:
    plan = configured_interviewer().compose_questions(JOB, 3).value
    assert len(plan.questions) == 3
    bank = {entry.texts[JOB.language].text for entry in starter_entries() if entry.family == Family.SERVICE}
    assert {question.text for question in plan.questions} <= bank


def test_summary_rests_on_known_answers(model: ModelSimulator) -> None:
    score = CriterionScore(criterion="clarity", score=8, reason="Clear.", quotes=[])
    judged = AssessedResponse(1, KNOWN.question, KNOWN.transcript, 8.5, (score,))
    unjudged = AssessedResponse(0, KNOWN.question, "I did something else.", 4.0, (score,))
    summary = configured_interviewer().summarise_interview(InterviewText(JOB, (unjudged, judged))).value
    assert [point.position for point in summary.strengths] == [point.position for point in summary.reasoning] == [1]
    assert summary.strengths[0].text != summary.reasoning[0].text
    assert summary.improvements == []
    with pytest.raises(ModelDeclined):
        configured_interviewer().summarise_interview(InterviewText(JOB, (unjudged,)))


def test_models_are_listed(model: ModelSimulator) -> None:
    listed = requests.get(f"{model.base_url}/models", timeout=5).json()
    assert [entry["id"] for entry in listed["data"]] == [SIMULATED_MODEL]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("hang", TimedOut),
        ("slow", TimedOut),
        ("429", RateLimited),
        ("500", ServerError),
        ("dies", Unreachable),
        ("truncated", Unreachable),
        ("malformed", MalformedReply),
        ("refusal", ModelDeclined),
        ("loop", TruncatedReply),
        ("out-of-bounds", MalformedReply),
    ],
)
def test_fault_becomes_error(
    model: ModelSimulator, monkeypatch: pytest.MonkeyPatch, fault: str, error: type[ServiceError]
) -> None:
    monkeypatch.setattr(faults, "HANG_SECONDS", 1.0)
    monkeypatch.setattr(faults, "SLOW_SECONDS", 1.0)
    model.faults.add(f"assess_answer:{fault}", 1)
    with override_settings(OPENAI_TIMEOUT=0.4 if error is TimedOut else 20), pytest.raises(error) as caught:
        assess()
    if isinstance(caught.value, TransientError) and error is RateLimited:
        assert caught.value.retry_after == RETRY_AFTER_SECONDS
    assert assess().value.criteria


def test_every_fault_is_tested() -> None:
    (mark,) = [mark for mark in test_fault_becomes_error.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {fault for fault, _ in mark.args[1]} == FAULTS.keys()


def test_slow_server_needs_longer_timeout(model: ModelSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "SLOW_SECONDS", 0.5)
    model.faults.add("slow", 1)
    assert assess().value.criteria


def test_length_of_loop_is_capped_by_setting(model: ModelSimulator) -> None:
    model.faults.add("loop", 1)
    with override_settings(OPENAI_MAX_TOKENS=200), pytest.raises(TruncatedReply) as caught:
        assess()
    assert caught.value.usage.tokens_out == 200
    assert model.requests[-1].json["max_completion_tokens"] == 200


def test_bounds_are_in_schema(model: ModelSimulator) -> None:
    assess()
    score = model.requests[-1].schema["$defs"]["CriterionScore"]["properties"]["score"]
    assert (score["minimum"], score["maximum"]) == (0, 10)


class TestSwitches:
    def test_faults_are_set_over_http(self, model: ModelSimulator) -> None:
        url = model.base_url.removesuffix("/v1") + "/simulator/faults"
        values = {"summarise:429": True, "500": 2}
        assert requests.put(url, data=json.dumps(values), timeout=5).json() == values
        assert assess_fails(2)
        assert requests.get(url, timeout=5).json() == {"summarise:429": True}

    @pytest.mark.parametrize("values", [{"explodes": 1}, {"500": -1}, {"500": "many"}, {"500": False}])
    def test_unknown_faults_are_rejected(self, model: ModelSimulator, values: dict[str, object]) -> None:
        url = model.base_url.removesuffix("/v1") + "/simulator/faults"
        response = requests.put(url, data=json.dumps(values), timeout=5)
        assert response.status_code == 400
        assert next(iter(values)) in response.json()["error"]

    def test_flags_set_faults(self) -> None:
        options = build_parser().parse_args(["--fault", "assess_answer:refusal", "--fault", "429=3"])
        active = Faults()
        active.activate(dict(options.fault))
        assert active.as_json() == {"assess_answer:refusal": True, "429": 3}

    def test_fault_of_purpose_comes_first(self) -> None:
        active = Faults()
        active.activate({"500": 1, "summarise:refusal": 1})
        assert [active.take("summarise"), active.take("summarise"), active.take("summarise")] == ["refusal", "500", ""]


def assess_fails(times: int) -> bool:
    """Whether this many assessments fail, and the next does not."""
    for _ in range(times):
        with pytest.raises(ServerError):
            assess()
    return bool(assess().value.criteria)
