"""Leaving a dead server alone, with the real client, against servers that fail by script."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from screener.services.circuit_breaker import FIRST_PAUSE, LONGEST_PAUSE, MOST_FAILURES, Breaker, LeftAlone
from screener.services.errors import PermanentError, TransientError
from screener.services.interviewer.openai_interviewer import interviewer
from screener.services.transcription import transcriber
from screener.tests.services.test_openai_interviewer import ANSWER, SCORES
from tests.support.fake_openai import (
    KEY,
    PATIENCE,
    Behaviour,
    completion_reply,
    error_reply,
    fake_language_model,
    json_reply,
    raw_reply,
)

GOOD = completion_reply(json.dumps(SCORES))
DEAD = error_reply(503)


@pytest.fixture(autouse=True)
def _still(time_machine: Any) -> None:
    time_machine.move_to("2026-11-26 12:00:00Z", tick=False)


def ask() -> None:
    interviewer().assess(ANSWER)


def ask_often(times: int, error: type[Exception] = TransientError) -> None:
    for _ in range(times):
        with pytest.raises(error):
            ask()


def left_alone_for() -> float:
    with pytest.raises(LeftAlone) as caught:
        ask()
    return caught.value.wait.total_seconds()


@pytest.mark.parametrize("dead", [DEAD, error_reply(429), raw_reply(b"<html>Be right back</html>", "text/html")])
def test_a_server_that_failed_often_in_a_row_is_left_alone_for_a_while(dead: Behaviour, time_machine: Any) -> None:
    with fake_language_model(dead) as server:
        ask_often(MOST_FAILURES)
        assert left_alone_for() == FIRST_PAUSE
        time_machine.shift(2)
        with pytest.raises(LeftAlone, match="The language model failed 5 times in a row, so it is left alone for 3"):
            ask()
    assert len(server.requests) == MOST_FAILURES


def test_failures_with_an_answer_between_them_are_borne() -> None:
    with fake_language_model(*[DEAD] * (MOST_FAILURES - 1), GOOD, *[DEAD] * (MOST_FAILURES - 1), GOOD) as server:
        for _ in range(2):
            ask_often(MOST_FAILURES - 1)
            ask()
    assert len(server.requests) == 2 * MOST_FAILURES


def test_a_refusal_shows_that_it_is_alive() -> None:
    with fake_language_model(*[DEAD] * (MOST_FAILURES - 1), error_reply(401), DEAD, GOOD):
        ask_often(MOST_FAILURES - 1)
        ask_often(1, PermanentError)
        ask_often(1)
        ask()


def test_one_answer_after_the_pause_ends_it_for_all(time_machine: Any) -> None:
    with fake_language_model(*[DEAD] * MOST_FAILURES, GOOD):
        ask_often(MOST_FAILURES)
        time_machine.shift(FIRST_PAUSE)
        ask()
        ask()


def test_a_longer_pause_follows_each_time_that_it_still_fails_up_to_a_bound(time_machine: Any) -> None:
    pauses = []
    with fake_language_model(DEAD) as server:
        ask_often(MOST_FAILURES)
        for _ in range(6):
            pauses.append(left_alone_for())
            time_machine.shift(pauses[-1])
            ask_often(1)
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert len(server.requests) == MOST_FAILURES + 6


@pytest.mark.parametrize(("asked", "seconds"), [("17", 17), ("3600", LONGEST_PAUSE)])
def test_it_may_say_itself_for_how_long_but_not_for_everybody_for_hours(asked: str, seconds: float) -> None:
    with fake_language_model(error_reply(429, Retry_After=asked)):
        ask_often(MOST_FAILURES)
        assert left_alone_for() == seconds


def test_a_clock_that_is_set_back_does_not_lengthen_the_pause(time_machine: Any) -> None:
    with fake_language_model(*[DEAD] * MOST_FAILURES, GOOD):
        ask_often(MOST_FAILURES)
        time_machine.shift(-3600)
        ask()


def test_while_one_finds_out_whether_it_is_back_the_others_wait(settings: Any, time_machine: Any) -> None:
    at_the_server, may_answer = Event(), Event()

    def slowly(handler: Any) -> None:
        at_the_server.set()
        may_answer.wait(PATIENCE)
        GOOD(handler)

    with fake_language_model(*[DEAD] * MOST_FAILURES, slowly) as server, ThreadPoolExecutor(1) as another:
        ask_often(MOST_FAILURES)
        time_machine.shift(FIRST_PAUSE)
        asking = another.submit(ask)
        assert at_the_server.wait(PATIENCE)
        assert left_alone_for() == 2 * FIRST_PAUSE
        may_answer.set()
        asking.result(PATIENCE)
        ask()
    assert len(server.requests) == MOST_FAILURES + 2


def hear() -> None:
    transcriber.transcribe(b"RIFF" + bytes(4) + b"WAVE" + bytes(2000), "answer.wav", "en")


@pytest.mark.parametrize("other", [hear, ask])
def test_what_is_asked_of_another_model_goes_on(other: Callable[[], None], settings: Any) -> None:
    both = {"choices": [{"message": {"content": json.dumps(SCORES)}}], "text": "I make coffee."}
    with fake_language_model(*[DEAD] * MOST_FAILURES, json_reply(200, both)) as server:
        settings.SPEECH_API_KEY, settings.SPEECH_BASE_URL = KEY, server.base_url
        ask_often(MOST_FAILURES)
        left_alone_for()
        settings.OPENAI_MODEL = "another"
        other()


def guarded(breaker: Breaker, error: BaseException) -> None:
    with pytest.raises(type(error)), breaker.guarding("The model"):
        raise error


def an_open_breaker() -> Breaker:
    breaker = Breaker()
    for _ in range(MOST_FAILURES):
        guarded(breaker, TransientError("no"))
    return breaker


def test_one_that_was_interrupted_while_it_asked_for_all_leaves_that_to_the_next(time_machine: Any) -> None:
    breaker = an_open_breaker()
    time_machine.shift(FIRST_PAUSE)
    guarded(breaker, KeyboardInterrupt())
    with breaker.guarding("The model"):
        pass
    with breaker.guarding("The model"):
        pass


def test_failures_of_what_was_asked_before_the_pause_do_not_lengthen_it(time_machine: Any) -> None:
    breaker = Breaker()
    asked_early = breaker.guarding("The model")
    asked_early.__enter__()
    for _ in range(MOST_FAILURES):
        guarded(breaker, TransientError("no"))
    error = TransientError("no")
    assert not asked_early.__exit__(TransientError, error, None)
    with pytest.raises(LeftAlone) as caught, breaker.guarding("The model"):
        pass
    assert caught.value.wait.total_seconds() == FIRST_PAUSE
