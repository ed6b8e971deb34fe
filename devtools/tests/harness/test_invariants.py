"""The judges of the experiments: each sees what it is there for, and nothing where nothing is."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from twilio.request_validator import RequestValidator

from devtools.chaos.fast_timeouts_worker import HURRIED
from devtools.harness import invariants
from devtools.harness.invariants import Interview, Promise, Response, Rung, Take
from devtools.load.calls import percentiles
from devtools.load.webhook_load import Account, script

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PROMISE = Promise("RE1", "")
TAKE = Take("RE1", "q1", chosen=True, stored=True)
RESPONSE = Response("q1", "i1", "assessed", "said", assessments=1, current=1)
INTERVIEW = Interview("i1", "completed", "ready", endings=1, results=1, current=1)
WORDS = {"RE1": "said", "RE2": "more"}


def rung(sid: str, attempt: str, *, at: int, until: int | None, number: str = "+1") -> Rung:
    moments = [None if second is None else NOON + timedelta(seconds=second) for second in (at, until)]
    return Rung(sid, attempt, number, moments[0] or NOON, moments[1])


def log_of(*, status: int = 200, digits: str = "", url: str = "/turns/3/take") -> list[dict[str, Any]]:
    return [
        {"event": "request", "url": url, "params": {"RecordingSid": "RE1", "Digits": digits}},
        {"event": "reply", "to": "request", "url": url, "status": status},
    ]


def test_a_take_is_promised_once_it_was_answered_with_success() -> None:
    assert invariants.promises(log_of()) == [PROMISE]
    assert invariants.promises(log_of(digits="hangup")) == [Promise("RE1", "hangup")]
    assert invariants.promises(log_of() * 2) == [PROMISE]


@pytest.mark.parametrize("log", [log_of(status=503), log_of(digits="*"), log_of(url="/turns/1/reply"), log_of()[:1]])
def test_nothing_else_is_promised(log: list[dict[str, Any]]) -> None:
    assert invariants.promises(log) == []


def test_an_answer_that_is_here_is_not_lost() -> None:
    assert invariants.lost([PROMISE], [TAKE], [RESPONSE], WORDS) == []


@pytest.mark.parametrize(
    ("take", "response"),
    [
        (Take("RE9", "q1", chosen=True, stored=True), RESPONSE),
        (Take("RE1", "q1", chosen=False, stored=True), RESPONSE),
        (Take("RE1", "q1", chosen=True, stored=False), RESPONSE),
        (TAKE, Response("q1", "i1", "assessed", "other words", 1, 1)),
        (TAKE, Response("q1", "i1", "audio_lost", "", 0, 0)),
    ],
)
def test_an_answer_without_its_row_audio_or_words_is_lost(take: Take, response: Response) -> None:
    assert len(invariants.lost([PROMISE], [take], [response], WORDS)) == 1


def test_only_a_broken_off_take_may_give_way_to_another() -> None:
    takes = [Take("RE1", "q1", chosen=False, stored=True), Take("RE2", "q1", chosen=True, stored=True)]
    answered = [Response("q1", "i1", "assessed", "more", 1, 1)]
    assert invariants.lost([Promise("RE1", "hangup")], takes, answered, WORDS) == []
    assert len(invariants.lost([PROMISE], takes, answered, WORDS)) == 1


def test_calls_one_after_another_ring_once_each() -> None:
    assert invariants.rung_twice([rung("CA1", "a1", at=0, until=5), rung("CA2", "a2", at=5, until=None)]) == []
    both = [rung("CA1", "a1", at=0, until=None), rung("CA2", "a2", at=1, until=2, number="+2")]
    assert invariants.rung_twice(both) == []


def test_two_calls_of_an_attempt_or_at_once_to_a_number_are_seen() -> None:
    assert len(invariants.rung_twice([rung("CA1", "a1", at=0, until=1), rung("CA2", "a1", at=2, until=3)])) == 1
    assert len(invariants.rung_twice([rung("CA1", "a1", at=0, until=3), rung("CA2", "a2", at=2, until=4)])) == 1
    assert len(invariants.rung_twice([rung("CA1", "a1", at=0, until=None), rung("CA2", "a2", at=2, until=4)])) == 1


def test_what_was_assessed_or_paid_twice_is_seen() -> None:
    def found(response: Response = RESPONSE, interview: Interview = INTERVIEW, paid: int = 1) -> list[str]:
        return invariants.assessed_twice([response], [interview], {"i1 summary": paid}, crashes=1)

    assert found() == found(paid=2) == []
    assert len(found(paid=3)) == 1
    assert len(found(Response("q1", "i1", "assessed", "said", 2, 1))) == 1
    assert len(found(Response("q1", "i1", "assessed", "said", 1, 0))) == 1
    assert len(found(Response("q1", "i1", "silent", "", 1, 1))) == 1
    assert len(found(interview=Interview("i1", "completed", "ready", 1, 2, 1))) == 1


def test_one_final_state_is_one_and_final() -> None:
    assert invariants.unfinished([INTERVIEW], [RESPONSE]) == []
    assert invariants.unfinished([Interview("i1", "failed", "none", 1, 0, 0)], []) == []
    for status, result, endings in (("in_progress", "none", 0), ("completed", "pending", 1), ("completed", "ready", 2)):
        assert len(invariants.unfinished([Interview("i1", status, result, endings, 1, 1)], [RESPONSE])) == 1
    assert len(invariants.unfinished([INTERVIEW], [Response("q1", "i1", "answered", "", 0, 0)])) == 1


def test_findings_are_true_if_there_are_any() -> None:
    assert not invariants.Findings()
    found = invariants.Findings(rung_twice=["attempt a1: 2 calls"])
    assert found
    assert str(found) == "lost 0  rung twice 1  assessed twice 0  unfinished 0"
    assert found.sentences() == ["rung twice: attempt a1: 2 calls"]


@pytest.mark.parametrize("place", HURRIED)
def test_what_is_hurried_is_there_and_gets_shorter(place: str) -> None:
    module, _, name = place.rpartition(".")
    assert HURRIED[place] < getattr(import_module(module), name)


def test_the_load_is_signed_as_twilio_signs() -> None:
    account = Account("AC1", "token", "https://screener.example.com")
    attempt = str(uuid4())
    steps = script(attempt, account)
    assert [step.kind for step in steps].count("take") == 5
    for step in steps:
        form = dict(pair.split("=", 1) for pair in step.body.replace("+", " ").replace("%2B", "+").split("&"))
        assert RequestValidator("token").validate(account.base + step.path, form, step.signature)


def test_percentiles_are_milliseconds() -> None:
    found = percentiles([one / 1000 for one in range(1, 102)])
    assert found == {"p50": 51.0, "p95": 96.0, "p99": 100.0, "max": 101.0}
