"""Concurrent webhooks and workers."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from interviews.calling import dialer
from interviews.models import Attempt, Interview, InterviewResponse, Recording, WaitReason
from tests.support.factories import make_approved_job, make_interview
from tests.support.twilio_driver import Phone, give_consent, place_attempt
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db(transaction=True)


def run_concurrently(count: int, act: Callable[[], Any]) -> list[Any]:
    """Call `act` in `count` threads that start together, and return the results."""
    ready, results = threading.Barrier(count), []

    def run() -> None:
        ready.wait()
        try:
            results.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_copies_of_answer_have_one_effect(client: Client) -> None:
    interview = make_interview()
    phone = Phone(place_attempt(interview), client)
    give_consent(phone)
    record = phone.twiml().find("Record")
    assert record is not None
    params = phone.params(RecordingSid="RE1", RecordingDuration=20, Digits="#")

    def send() -> bytes:
        content: bytes = Phone(phone.attempt, Client(), phone.sid).post(record.attrib["action"], params).content
        return content

    answers = run_concurrently(20, send)
    assert len(answers) == 20
    assert len(set(answers)) == 1
    assert Recording.objects.count() == 1
    assert TwilioEvent.objects.filter(kind="take").count() == 1
    assert [response.status for response in interview.responses.all()] == ["answered", "asked", "planned"]


def test_workers_dial_interview_once(settings: Any) -> None:
    interview = make_interview()
    attempts = [attempt for attempt in run_concurrently(8, lambda: dialer._plan_attempt(interview.pk)) if attempt]
    assert len(attempts) == Attempt.objects.count() == 1


def test_workers_dial_number_once() -> None:
    first, second = make_interview(), make_interview(full_name="Her Flatmate")
    waiting = [first.pk, second.pk]
    run_concurrently(2, lambda: dialer._plan_attempt(waiting.pop()))
    assert Attempt.objects.count() == 1
    assert Interview.objects.filter(next_attempt_at__isnull=False).count() == 1


def test_one_worker_gets_answer() -> None:
    response = make_interview().responses.all()[0]
    tokens = run_concurrently(8, lambda: InterviewResponse.objects.claim(response.pk, seconds=60))
    assert len([token for token in tokens if token]) == 1


def test_capacity_limits_live_calls(settings: Any) -> None:
    settings.MAX_CONCURRENT_CALLS = 3
    interviews = [make_interview(phone=f"+1415555010{n}", full_name=f"Candidate {n}").pk for n in range(8)]
    run_concurrently(8, lambda: dialer._plan_attempt(interviews.pop()))
    assert Attempt.objects.count() == 3
    assert Interview.objects.filter(wait_reason=WaitReason.NO_CAPACITY).count() == 5


def test_job_limits_hold() -> None:
    job = make_approved_job(max_concurrent_calls=2)
    other = make_approved_job(calls_per_day=3)
    interviews = [
        make_interview(job=full_job, phone=f"+141555501{at}{n}", full_name=f"Candidate {n}").pk
        for at, full_job in enumerate((job, other))
        for n in range(6)
    ]
    run_concurrently(12, lambda: dialer._plan_attempt(interviews.pop()))
    assert Attempt.objects.filter(interview__job=job).count() == 2
    assert Attempt.objects.filter(interview__job=other).count() == 3
    waiting = Interview.objects.filter(next_attempt_at__isnull=False).values_list("wait_reason", flat=True)
    assert sorted(waiting) == sorted([WaitReason.NO_JOB_CAPACITY] * 4 + [WaitReason.JOB_DAILY_LIMIT] * 3)
