"""Fallback after a failed webhook: the candidate hears an apology, and gets the call back that it promises."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from interviews.calling import dialer, retries
from interviews.models import Attempt, Interview, WaitReason, lock_interview
from interviews.models.transitions.attempt import APOLOGY_REASON
from screener.db.outage_backend import base
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.twilio_driver import FORM, Phone, give_consent, place_attempt
from webhooks.models import TwilioEvent
from webhooks.twilio import retry_until_saved

pytestmark = pytest.mark.django_db(transaction=True)
APOLOGY = "We are sorry. Something went wrong on our side. We will call you back. Goodbye."


@pytest.fixture
def interview() -> Interview:
    return make_interview(job=make_approved_job(max_attempts=2, attempt_spacing=[20, 200]))


@pytest.fixture
def phone(interview: Interview, client: Client) -> Phone:
    return Phone(place_attempt(interview), client)


@pytest.fixture(autouse=True)
def no_database_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database back end retries without a pause."""
    monkeypatch.setattr(base, "RETRY_INTERVAL", 0)


@pytest.fixture(autouse=True)
def await_saves() -> Iterator[Callable[[], None]]:
    """Waits until every save in the background has ended."""

    def wait() -> None:
        for thread in threading.enumerate():
            if thread.name.startswith(retry_until_saved.THREAD_PREFIX):
                thread.join()

    yield wait
    wait()


def next_call(interview: Interview, client: Client, number: int) -> Phone:
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now())
    return Phone(place_attempt(interview), client, sid=f"CA{number}")


def minutes_to_wait(interview: Interview) -> int | None:
    interview.refresh_from_db()
    due = interview.next_attempt_at
    return round((due - timezone.now()) / timedelta(minutes=1)) if due else None


def hang_up(phone: Phone) -> None:
    phone.report_status("completed")
    retries.follow_up_attempt(phone.attempt.pk)


def fail_call(phone: Phone, await_saves: Callable[[], None]) -> None:
    phone.pick_up()
    phone.fall_back()
    await_saves()
    hang_up(phone)


def test_apology_is_recorded(phone: Phone, await_saves: Callable[[], None]) -> None:
    give_consent(phone)
    for _ in range(2):
        assert phone.fall_back().status_code == 200
        assert phone.prompt_text() == APOLOGY
        assert phone.twiml().find("Hangup") is not None
    await_saves()
    attempt = Attempt.objects.get()
    assert attempt.apologised_at is not None
    assert attempt.reason == APOLOGY_REASON
    event = TwilioEvent.objects.get(kind="fallback")
    assert (event.params["ErrorCode"], event.attempt) == ("11200", attempt)


def test_failed_call_costs_no_attempt(
    phone: Phone, interview: Interview, client: Client, await_saves: Callable[[], None]
) -> None:
    fail_call(phone, await_saves)
    assert minutes_to_wait(interview) == 20
    assert interview.wait_reason == WaitReason.CALL_BACK
    for number, waits in ((1, 20), (2, None)):
        busy = next_call(interview, client, number)
        busy.report_status("busy")
        retries.follow_up_attempt(busy.attempt.pk)
        assert minutes_to_wait(interview) == waits
    assert (interview.outcome, interview.attempts.count()) == (Interview.Outcome.UNREACHED, 3)


def test_failed_calls_are_limited(
    phone: Phone, interview: Interview, client: Client, await_saves: Callable[[], None]
) -> None:
    fail_call(phone, await_saves)
    for number in (1, 2, 3):
        fail_call(next_call(interview, client, number), await_saves)
    assert minutes_to_wait(interview) is None
    assert (interview.outcome, interview.attempts.count()) == (Interview.Outcome.UNREACHED, 4)


def test_late_apology_moves_next_call(phone: Phone, interview: Interview, await_saves: Callable[[], None]) -> None:
    interview.job.update_fields(attempt_spacing=[20])
    phone.pick_up()
    hang_up(phone)
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now() + timedelta(days=1))
    phone.fall_back()
    await_saves()
    run_tasks(only="interviews.follow_up")
    assert minutes_to_wait(interview) == 20


def test_follow_up_waits_for_apology(phone: Phone) -> None:
    phone.pick_up()
    phone.report_status("completed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at > now() FROM procrastinate_jobs WHERE task_name = 'interviews.follow_up'")
        assert cursor.fetchall() == [(True,)]


@contextmanager
def database_access() -> Iterator[Callable[[bool], None]]:
    """Yields a function that allows or refuses connections to the database of this test."""
    params = connection.get_connection_params()
    name = params["dbname"]
    outside = {key: params[key] for key in ("host", "port", "user", "password") if params.get(key)}
    with psycopg.connect(**outside, dbname="postgres", autocommit=True) as admin:

        def allow_connections(allowed: bool) -> None:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {"true" if allowed else "false"}')

        try:
            yield allow_connections
        finally:
            allow_connections(True)


def test_apology_survives_database_outage(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, await_saves: Callable[[], None]
) -> None:
    phone.pick_up()
    pauses: list[float] = []
    answered = threading.Event()
    with database_access() as allow_connections:

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            answered.wait()
            if len(pauses) == 3:
                allow_connections(True)

        monkeypatch.setattr(retry_until_saved, "sleep", pause)
        monkeypatch.setattr(retry_until_saved, "FIRST_TRY_SECONDS", 0)
        allow_connections(False)
        phone.fall_back()
        assert phone.prompt_text() == APOLOGY
        answered.set()
        await_saves()
    assert pauses == [0.25, 0.5, 1]
    assert Attempt.objects.get().apologised_at is not None


def test_unsaved_apology_is_given_up(phone: Phone, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(retry_until_saved, "sleep", lambda seconds: None)
    monkeypatch.setattr(retry_until_saved, "MAX_TRIES", 3)
    with database_access() as allow_connections:
        allow_connections(False)
        connection.close()
        retry_until_saved._retry_save(Attempt.objects.count, "counting")
    assert "given up" in caplog.text


class TestFallbackUrl:
    def test_every_call_names_it(self, phone: Phone) -> None:
        assert dialer._callback_urls(phone.attempt.pk)["fallback_url"].endswith(
            f"/attempts/{phone.attempt.pk}/fallback"
        )

    def test_unsigned_request_is_refused(self, phone: Phone, client: Client, await_saves: Callable[[], None]) -> None:
        assert phone.fall_back(AccountSid="AC" + "9" * 32).status_code == 403
        address = phone.last_response.wsgi_request.path
        assert client.post(address, urlencode(phone.params()), FORM).status_code == 403
        assert client.get(address).status_code == 405
        await_saves()
        assert not TwilioEvent.objects.exists()
        assert Attempt.objects.get().apologised_at is None

    @pytest.mark.parametrize("value", ["", "-1", "\x00", "x" * 50_000])
    def test_any_error_code_is_accepted(self, phone: Phone, value: str, await_saves: Callable[[], None]) -> None:
        assert phone.fall_back(value, SequenceNumber=value).status_code == 200
        assert phone.prompt_text() == APOLOGY
        await_saves()
        assert Attempt.objects.get().apologised_at is not None

    def test_unknown_call_gets_no_promise(self, phone: Phone, await_saves: Callable[[], None]) -> None:
        phone.pick_up()
        phone.sid = "CAnobody"
        assert phone.fall_back().status_code == 200
        await_saves()
        assert Attempt.objects.get().apologised_at is None
        assert not TwilioEvent.objects.filter(kind="fallback").exists()
