"""When we have nothing to say: the candidate gets an apology, and the call back that it promises."""

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
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that was away is asked again at once."""
    monkeypatch.setattr(base, "RETRY_INTERVAL", 0)


@pytest.fixture(autouse=True)
def noted() -> Iterator[Callable[[], None]]:
    """Waits until all that was promised is written down."""

    def wait() -> None:
        for thread in threading.enumerate():
            if thread.name.startswith("insist"):
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


def spoil(phone: Phone, noted: Callable[[], None]) -> None:
    phone.pick_up()
    phone.fall_back()
    noted()
    hang_up(phone)


def test_an_apology_is_spoken_and_noted_with_what_went_wrong(phone: Phone, noted: Callable[[], None]) -> None:
    give_consent(phone)
    for _ in range(2):
        assert phone.fall_back().status_code == 200
        assert phone.prompt_text() == APOLOGY
        assert phone.twiml().find("Hangup") is not None
    noted()
    attempt = Attempt.objects.get()
    assert attempt.apologised_at is not None
    assert "promised a call back" in attempt.reason
    event = TwilioEvent.objects.get(kind="fallback")
    assert (event.params["ErrorCode"], event.attempt) == ("11200", attempt)


def test_a_call_that_we_spoilt_costs_the_candidate_no_attempt(
    phone: Phone, interview: Interview, client: Client, noted: Callable[[], None]
) -> None:
    spoil(phone, noted)
    assert minutes_to_wait(interview) == 20
    assert interview.wait_reason == WaitReason.CALL_BACK
    for number, waits in ((1, 20), (2, None)):
        busy = next_call(interview, client, number)
        busy.report_status("busy")
        retries.follow_up_attempt(busy.attempt.pk)
        assert minutes_to_wait(interview) == waits
    assert (interview.outcome, interview.attempts.count()) == (Interview.Outcome.UNREACHED, 3)


def test_one_whom_we_fail_every_time_is_not_called_for_ever(
    phone: Phone, interview: Interview, client: Client, noted: Callable[[], None]
) -> None:
    spoil(phone, noted)
    for number in (1, 2, 3):
        spoil(next_call(interview, client, number), noted)
    assert minutes_to_wait(interview) is None
    assert (interview.outcome, interview.attempts.count()) == (Interview.Outcome.UNREACHED, 4)


def test_an_apology_that_is_learned_of_late_is_made_good(
    phone: Phone, interview: Interview, noted: Callable[[], None]
) -> None:
    interview.job.update_fields(attempt_spacing=[20])
    phone.pick_up()
    hang_up(phone)
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now() + timedelta(days=1))
    phone.fall_back()
    noted()
    run_tasks(only="interviews.follow_up")
    assert minutes_to_wait(interview) == 20


def test_after_a_call_that_broke_off_there_is_time_for_the_apology_to_arrive(phone: Phone) -> None:
    phone.pick_up()
    phone.report_status("completed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at > now() FROM procrastinate_jobs WHERE task_name = 'interviews.follow_up'")
        assert cursor.fetchall() == [(True,)]


@contextmanager
def beside_the_database() -> Iterator[Callable[[bool], None]]:
    """Says whether PostgreSQL lets anybody connect to the database of this test."""
    params = connection.get_connection_params()
    name = params["dbname"]
    outside = {key: params[key] for key in ("host", "port", "user", "password") if params.get(key)}
    with psycopg.connect(**outside, dbname="postgres", autocommit=True) as other:

        def open_to_all(wish: bool) -> None:
            other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {"true" if wish else "false"}')

        try:
            yield open_to_all
        finally:
            open_to_all(True)


def test_the_apology_needs_no_database_and_is_noted_when_there_is_one_again(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, noted: Callable[[], None]
) -> None:
    phone.pick_up()
    pauses: list[float] = []
    answered = threading.Event()
    with beside_the_database() as open_to_all:

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            answered.wait()
            if len(pauses) == 3:
                open_to_all(True)

        monkeypatch.setattr(retry_until_saved, "sleep", pause)
        monkeypatch.setattr(retry_until_saved, "MOMENT", 0)
        open_to_all(False)
        phone.fall_back()
        assert phone.prompt_text() == APOLOGY
        answered.set()
        noted()
    assert pauses == [0.25, 0.5, 1]
    assert Attempt.objects.get().apologised_at is not None


def test_what_nobody_can_write_down_is_let_go(phone: Phone, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(retry_until_saved, "sleep", lambda seconds: None)
    monkeypatch.setattr(retry_until_saved, "TRIES", 3)
    with beside_the_database() as open_to_all:
        open_to_all(False)
        connection.close()
        retry_until_saved._try_until_done(Attempt.objects.count, "counting")
    assert "given up" in caplog.text


class TestTheAddress:
    def test_is_given_to_the_carrier_with_every_call(self, phone: Phone) -> None:
        assert dialer._callback_urls(phone.attempt.pk)["fallback_url"].endswith(
            f"/attempts/{phone.attempt.pk}/fallback"
        )

    def test_is_for_the_carrier_alone(self, phone: Phone, client: Client, noted: Callable[[], None]) -> None:
        assert phone.fall_back(AccountSid="AC" + "9" * 32).status_code == 403
        address = phone.last_response.wsgi_request.path
        assert client.post(address, urlencode(phone.params()), FORM).status_code == 403
        assert client.get(address).status_code == 405
        noted()
        assert not TwilioEvent.objects.exists()
        assert Attempt.objects.get().apologised_at is None

    @pytest.mark.parametrize("value", ["", "-1", "\x00", "x" * 50_000])
    def test_takes_whatever_it_is_told_of_the_error(self, phone: Phone, value: str, noted: Callable[[], None]) -> None:
        assert phone.fall_back(value, SequenceNumber=value).status_code == 200
        assert phone.prompt_text() == APOLOGY
        noted()
        assert Attempt.objects.get().apologised_at is not None

    def test_makes_no_promise_for_a_call_that_is_not_its_own(self, phone: Phone, noted: Callable[[], None]) -> None:
        phone.pick_up()
        phone.sid = "CAnobody"
        assert phone.fall_back().status_code == 200
        noted()
        assert Attempt.objects.get().apologised_at is None
        assert not TwilioEvent.objects.filter(kind="fallback").exists()
