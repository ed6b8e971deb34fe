"""The database is gone for five seconds in mid-call: real processes, and a real server that is stopped."""

import time
from collections.abc import Callable, Iterator

import pytest
import requests

from devtools.chaos.__main__ import SETTINGS, settle
from devtools.chaos.faults import WORKERS, database_gone, start_worker
from devtools.harness import candidates, observations
from devtools.harness.deployment import House, eventually, opened
from devtools.load.calls import prepare
from devtools.load.webhook_load import Account, Step, script

pytestmark = pytest.mark.slow
GONE_FOR = 5.0
SOON = 10.0
"""Seconds. Twilio waits for 15, and a webhook without a database for two: the rest is for a busy machine."""
BEFORE = 7
"""Steps of a call up to its second answer, whose audio is still to be told of."""


@pytest.fixture
def post(house: House) -> Iterator[Callable[[Step], requests.Response]]:
    with requests.Session() as session:
        session.trust_env = False

        def send(step: Step) -> requests.Response:
            headers = {
                "X-Twilio-Signature": step.signature,
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            }
            return session.post(house.url + step.path, data=step.body, headers=headers, timeout=SOON)

        yield send


@pytest.fixture
def house() -> Iterator[House]:
    with opened(speed=20, **SETTINGS) as house:
        house.start_web()
        yield house


def test_webhooks_are_asked_for_again_the_caller_is_told_and_nothing_counts_twice(
    house: House, post: Callable[[Step], requests.Response]
) -> None:
    (attempt,) = prepare(house, calls=1)
    account = Account(house.simulator.account_sid, house.simulator.auth_token, house.url)
    steps = script(attempt, account)
    error = {"CallSid": f"CA{attempt.replace('-', '')}", "AccountSid": account.sid, "ErrorCode": "11200"}
    fallback = account.sign("fallback", f"/webhooks/twilio/attempts/{attempt}/fallback", error)
    assert {post(step).status_code for step in steps[:BEFORE]} <= {200, 204}

    began = time.monotonic()
    with database_gone(house):
        for step in steps[BEFORE - 1 :]:  # the answer that was just given comes again, too
            if time.monotonic() < began + GONE_FOR:
                answer = post(step)
                assert (answer.status_code, "Send this again" in answer.text) == (503, True)
        apology = post(fallback)
        assert (apology.status_code, "We will call you back" in apology.text) == (200, True)
        time.sleep(max(0.0, began + GONE_FOR - time.monotonic()))

    eventually(lambda: post(steps[BEFORE - 1]).ok, 30, "the database")
    for step in [*steps[BEFORE:], *steps, fallback]:
        assert post(step).ok
    eventually(lambda: house.rows("SELECT apologised_at FROM interviews_attempt")[0][0], 30, "the note of the apology")
    answers = len([step for step in steps if step.kind == "take"])
    chosen = "SELECT count(*), count(DISTINCT sid) FROM interviews_recording WHERE chosen AND status = 'available'"
    assert house.rows(chosen) == [(answers, answers)]
    assert house.rows("SELECT count(*) FROM interviews_recording") == [(answers,)]
    assert house.rows("SELECT outcome FROM interviews_interview") == [("complete",)]
    assert house.rows("SELECT count(*) FROM webhooks_twilioevent") == [(len(steps) + 1,)]
    assert house.rows("SELECT count(*) FROM interviews_interviewevent WHERE kind = 'attempt.apologised'") == [(1,)]


def test_whoever_is_on_the_phone_then_is_called_back_and_interviewed_to_the_end(house: House) -> None:
    for name in WORKERS:
        start_worker(house, name)
    candidates.plan(house, candidates.a_job(house, max_attempts=1), candidates.talkative(5))
    eventually(lambda: len(observations.promised(house)) >= 3, 60, "some answers")
    with database_gone(house):
        time.sleep(GONE_FOR)
    settle(house)
    said = [entry for call in list(house.network.calls.values()) for entry in list(call.log)]
    assert [entry for entry in said if entry["event"] == "reply" and entry["status"] == 503], "nobody was on the phone"
    assert not observations.examine(house, crashes=1).sentences()
    assert house.rows("SELECT outcome, count(*) FROM interviews_interview GROUP BY outcome") == [("complete", 5)]
