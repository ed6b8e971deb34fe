"""The circuit breaker, with the real client against a fake server."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.test import override_settings

from devtools.model_simulator.replies import Behaviour, completion_reply, error_reply, json_reply, raw_reply
from devtools.model_simulator.server import LONG_TIMEOUT
from screener.services.circuit_breaker import FIRST_PAUSE, MAX_FAILURES, MAX_PAUSE, CircuitBreaker, CircuitOpen
from screener.services.errors import PermanentError, TransientError
from screener.services.interviewer.selection import configured_interviewer
from screener.services.transcription.selection import configured_transcriber
from tests.support.fake_openai import KEY, fake_language_model
from tests.support.model_samples import RESPONSE, SCORES, make_answer_recording, make_wav

SUCCESS = completion_reply(json.dumps(SCORES))
FAILURE = error_reply(503)


@pytest.fixture(autouse=True)
def frozen_time(time_machine: Any) -> None:
    time_machine.move_to("2026-11-26 12:00:00Z", tick=False)


def send_request() -> None:
    configured_interviewer().assess_response(RESPONSE)


def send_failing_requests(count: int, error: type[Exception] = TransientError) -> None:
    for _ in range(count):
        with pytest.raises(error):
            send_request()


def current_pause() -> float:
    with pytest.raises(CircuitOpen) as caught:
        send_request()
    return caught.value.wait.total_seconds()


@pytest.mark.parametrize("failure", [FAILURE, error_reply(429), raw_reply(b"<html>Be right back</html>", "text/html")])
def test_failures_open_circuit(failure: Behaviour, time_machine: Any) -> None:
    with fake_language_model(failure) as server:
        send_failing_requests(MAX_FAILURES)
        assert current_pause() == FIRST_PAUSE
        time_machine.shift(2)
        assert current_pause() == FIRST_PAUSE - 2
    assert len(server.requests) == MAX_FAILURES


def test_answer_resets_failure_count() -> None:
    failures = [FAILURE] * (MAX_FAILURES - 1)
    with fake_language_model(*failures, SUCCESS, *failures, SUCCESS) as server:
        for _ in range(2):
            send_failing_requests(MAX_FAILURES - 1)
            send_request()
    assert len(server.requests) == 2 * MAX_FAILURES


def test_permanent_error_resets_count() -> None:
    with fake_language_model(*[FAILURE] * (MAX_FAILURES - 1), error_reply(401), FAILURE, SUCCESS):
        send_failing_requests(MAX_FAILURES - 1)
        send_failing_requests(1, PermanentError)
        send_failing_requests(1)
        send_request()


def test_successful_probe_closes_circuit(time_machine: Any) -> None:
    with fake_language_model(*[FAILURE] * MAX_FAILURES, SUCCESS):
        send_failing_requests(MAX_FAILURES)
        time_machine.shift(FIRST_PAUSE)
        send_request()
        send_request()


def test_failed_probe_doubles_pause(time_machine: Any) -> None:
    pauses = []
    with fake_language_model(FAILURE) as server:
        send_failing_requests(MAX_FAILURES)
        for _ in range(6):
            pauses.append(current_pause())
            time_machine.shift(pauses[-1])
            send_failing_requests(1)
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert len(server.requests) == MAX_FAILURES + 6


@pytest.mark.parametrize(("retry_after", "pause"), [("17", 17), ("3600", MAX_PAUSE)])
def test_retry_after_sets_pause(retry_after: str, pause: float) -> None:
    with fake_language_model(error_reply(429, Retry_After=retry_after)):
        send_failing_requests(MAX_FAILURES)
        assert current_pause() == pause


def test_clock_set_back_ends_pause(time_machine: Any) -> None:
    with fake_language_model(*[FAILURE] * MAX_FAILURES, SUCCESS):
        send_failing_requests(MAX_FAILURES)
        time_machine.shift(-3600)
        send_request()


def test_only_one_request_probes(time_machine: Any) -> None:
    request_arrived, may_answer = Event(), Event()

    def slow_success(handler: Any) -> None:
        request_arrived.set()
        may_answer.wait(LONG_TIMEOUT)
        SUCCESS(handler)

    with fake_language_model(*[FAILURE] * MAX_FAILURES, slow_success) as server, ThreadPoolExecutor(1) as executor:
        send_failing_requests(MAX_FAILURES)
        time_machine.shift(FIRST_PAUSE)
        probe = executor.submit(send_request)
        assert request_arrived.wait(LONG_TIMEOUT)
        assert current_pause() == 2 * FIRST_PAUSE
        may_answer.set()
        probe.result(LONG_TIMEOUT)
        send_request()
    assert len(server.requests) == MAX_FAILURES + 2


def send_transcription() -> None:
    configured_transcriber().transcribe(make_answer_recording(make_wav(1)))


@pytest.mark.parametrize("send_to_other_model", [send_transcription, send_request])
def test_other_models_stay_available(send_to_other_model: Callable[[], None]) -> None:
    reply = {"choices": [{"message": {"content": json.dumps(SCORES)}}], "text": "I make coffee."}
    with fake_language_model(*[FAILURE] * MAX_FAILURES, json_reply(200, reply)) as server:
        send_failing_requests(MAX_FAILURES)
        current_pause()
        with override_settings(SPEECH_API_KEY=KEY, SPEECH_BASE_URL=server.base_url, OPENAI_MODEL="another"):
            send_to_other_model()


def fail_in(breaker: CircuitBreaker, error: BaseException) -> None:
    with pytest.raises(type(error)), breaker.guard("The model"):
        raise error


def make_open_breaker() -> CircuitBreaker:
    breaker = CircuitBreaker()
    for _ in range(MAX_FAILURES):
        fail_in(breaker, TransientError("no"))
    return breaker


def test_interrupted_probe_allows_next_probe(time_machine: Any) -> None:
    breaker = make_open_breaker()
    time_machine.shift(FIRST_PAUSE)
    fail_in(breaker, KeyboardInterrupt())
    with breaker.guard("The model"):
        pass
    with breaker.guard("The model"):
        pass


def test_earlier_request_does_not_extend_pause() -> None:
    breaker = CircuitBreaker()
    earlier_request = breaker.guard("The model")
    earlier_request.__enter__()
    for _ in range(MAX_FAILURES):
        fail_in(breaker, TransientError("no"))
    assert not earlier_request.__exit__(TransientError, TransientError("no"), None)
    with pytest.raises(CircuitOpen) as caught, breaker.guard("The model"):
        pass
    assert caught.value.wait.total_seconds() == FIRST_PAUSE
