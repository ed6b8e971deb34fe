"""The database is down for five seconds during calls: real processes, and a real server that is stopped."""

import time
from collections.abc import Callable, Iterator

import pytest
import requests

from devtools.chaos.__main__ import SETTINGS, wait_until_settled
from devtools.chaos.faults import WORKERS, database_stopped, start_worker
from devtools.harness import candidates, observations
from devtools.harness.deployment import Deployment, open_deployment, wait_until
from devtools.load.calls import create_calls, signing_account
from devtools.load.webhook_load import ANSWER, SignedWebhook, script_call
from interviews.conversation.wording import en

pytestmark = pytest.mark.slow
OUTAGE_SECONDS = 5.0
REQUEST_TIMEOUT = 10.0
"""Twilio waits for 15 seconds, and a webhook waits two for the database: the rest is for a busy machine."""
WEBHOOKS_BEFORE_OUTAGE = 7
"""Up to the second answer of a call, whose recording callback is still missing."""

APOLOGISED_SQL = "SELECT apologised_at FROM interviews_attempt"
APOLOGIES_SQL = "SELECT count(*) FROM interviews_interviewevent WHERE kind = 'attempt.apologised'"
CHOSEN_SQL = "SELECT count(*), count(DISTINCT sid) FROM interviews_recording WHERE chosen AND status = 'available'"
RECORDINGS_SQL = "SELECT count(*) FROM interviews_recording"
TWILIO_EVENTS_SQL = "SELECT count(*) FROM webhooks_twilioevent"
ATTEMPTS_SQL = """
SELECT interview.outcome, interview.outcome_reason, attempt.number, attempt.stage, attempt.outcome, attempt.reason,
    attempt.apologised_at, attempt.ended_at
FROM interviews_attempt attempt JOIN interviews_interview interview ON interview.id = attempt.interview_id
ORDER BY interview.id, attempt.number
"""
OUTCOMES_SQL = "SELECT outcome, count(*) FROM interviews_interview GROUP BY outcome"

PostWebhook = Callable[[SignedWebhook], requests.Response]


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with open_deployment(speed=20, settings=SETTINGS) as deployment:
        deployment.start_web()
        yield deployment


@pytest.fixture
def post_webhook(deployment: Deployment) -> Iterator[PostWebhook]:
    with requests.Session() as session:
        session.trust_env = False

        def post(webhook: SignedWebhook) -> requests.Response:
            url = deployment.url + webhook.path
            return session.post(url, data=webhook.body, headers=webhook.headers, timeout=REQUEST_TIMEOUT)

        yield post


def script_with_fallback(deployment: Deployment) -> tuple[list[SignedWebhook], SignedWebhook]:
    """Return the webhooks of a new call, and the request to its fallback URL."""
    (attempt,) = create_calls(deployment, calls=1)
    account = signing_account(deployment)
    params = {"CallSid": f"CA{attempt.replace('-', '')}", "AccountSid": account.sid, "ErrorCode": "11200"}
    fallback = account.sign("fallback", f"/webhooks/twilio/attempts/{attempt}/fallback", params)
    return script_call(attempt, account), fallback


def test_outage_loses_no_webhook(deployment: Deployment, post_webhook: PostWebhook) -> None:
    """Twilio retries rejected webhooks, and the fallback works without a database. No event counts twice."""
    webhooks, fallback = script_with_fallback(deployment)
    last_answer, remaining = webhooks[WEBHOOKS_BEFORE_OUTAGE - 1], webhooks[WEBHOOKS_BEFORE_OUTAGE:]
    assert {post_webhook(webhook).status_code for webhook in webhooks[:WEBHOOKS_BEFORE_OUTAGE]} <= {200, 204}

    started = time.monotonic()
    with database_stopped(deployment):
        for webhook in (last_answer, *remaining):
            if time.monotonic() < started + OUTAGE_SECONDS:
                assert post_webhook(webhook).status_code == 503
        apology = post_webhook(fallback)
        assert (apology.status_code, en.FALLBACK_APOLOGY in apology.text) == (200, True)
        time.sleep(max(0.0, started + OUTAGE_SECONDS - time.monotonic()))

    wait_until(lambda: post_webhook(last_answer).ok, 30, "the database")
    for webhook in (*remaining, *webhooks, fallback):
        assert post_webhook(webhook).ok
    wait_until(lambda: deployment.query_rows(APOLOGISED_SQL)[0][0], 30, "the saved apology")
    answers = len([webhook for webhook in webhooks if webhook.kind == ANSWER])
    assert deployment.query_rows(CHOSEN_SQL) == [(answers, answers)]
    assert deployment.query_rows(RECORDINGS_SQL) == [(answers,)]
    assert deployment.query_rows(OUTCOMES_SQL) == [("complete", 1)]
    assert deployment.query_rows(TWILIO_EVENTS_SQL) == [(len(webhooks) + 1,)]
    assert deployment.query_rows(APOLOGIES_SQL) == [(1,)]


def test_outage_loses_no_interview(deployment: Deployment) -> None:
    """Candidates who were on the phone during the outage are called back and complete their interviews."""
    for name in WORKERS:
        start_worker(deployment, name)
    job = candidates.create_job(deployment, max_attempts=2)
    candidates.plan_interviews(deployment, job, candidates.talkative_numbers(5))
    wait_until(lambda: len(observations.read_acknowledged(deployment)) >= 3, 60, "some answers")
    with database_stopped(deployment):
        time.sleep(OUTAGE_SECONDS)
    wait_until_settled(deployment)
    log = [entry for call in list(deployment.network.calls.values()) for entry in list(call.log)]
    rejected = [entry for entry in log if entry["event"] == "reply" and entry["status"] == 503]
    assert rejected
    assert not observations.check_invariants(deployment, crashes=1).sentences()
    assert deployment.query_rows(OUTCOMES_SQL) == [("complete", 5)], deployment.query_rows(ATTEMPTS_SQL)
