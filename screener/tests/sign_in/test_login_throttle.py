"""Limits on failed logins to the admin."""

import socket
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.checks import run_checks
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from screener import tasks
from screener.sign_in import login_throttle
from screener.sign_in.login_throttle import COOL_OFF
from screener.sign_in.sessions.known_devices import COOKIE
from screener.web.client_address import client_address

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
DEPLOYED_FAILURES_PER_ADDRESS = login_throttle.FAILURES_PER_ADDRESS
PROXY, OFFICE, STRANGER = "10.0.0.1", "192.0.2.1", "203.0.113.9"
FAILURES_PER_LOGIN, FAILURES_PER_ADDRESS = 4, 12
"""Lower than in a deployment: each failure is a request."""


@pytest.fixture(autouse=True)
def low_limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.AXES_FAILURE_LIMIT = FAILURES_PER_LOGIN
    monkeypatch.setattr(login_throttle, "FAILURES_PER_LOGIN", FAILURES_PER_LOGIN)
    monkeypatch.setattr(login_throttle, "FAILURES_PER_ADDRESS", FAILURES_PER_ADDRESS)


@pytest.fixture(autouse=True)
def clerk(db: None) -> User:
    return User.objects.create_user("clerk", password=PASSWORD, is_staff=True)


def log_in(password: str = PASSWORD, username: str = "clerk", address: str = OFFICE, **headers: Any) -> Any:
    form = {"username": username, "password": password}
    return Client().post(reverse("admin:login"), form, REMOTE_ADDR=address, **headers)


def fail(times: int = FAILURES_PER_LOGIN, **login: Any) -> None:
    for number in range(times):
        assert log_in(f"wrong {number}", **login).status_code in (200, 429)


def error_codes(response: Any) -> list[str]:
    return [error.code for error in response.context["form"].non_field_errors().as_data()]


class TestLockout:
    def test_right_password_opens_admin(self) -> None:
        assert log_in().headers["Location"] == reverse("admin:index")

    def test_follows_too_many_failures(self) -> None:
        fail(FAILURES_PER_LOGIN - 1)
        assert error_codes(log_in("wrong")) == ["too_many"]
        response = log_in()
        assert response.status_code == 429
        assert response.headers["Retry-After"] == str(int(COOL_OFF.total_seconds()))
        assert error_codes(response) == ["too_many"]

    def test_covers_unknown_users(self) -> None:
        fail(username="unknown")
        assert log_in(username="unknown").status_code == 429

    def test_spares_other_addresses(self) -> None:
        fail(address=STRANGER)
        assert log_in(address=STRANGER).status_code == 429
        assert log_in(address=OFFICE).status_code == 302

    def test_spares_other_users(self) -> None:
        User.objects.create_user("other", password=PASSWORD, is_staff=True)
        fail()
        assert log_in(username="other").status_code == 302

    def test_spares_other_clients_of_proxy(self, settings: Any) -> None:
        settings.TRUSTED_PROXIES = "1"
        fail(address=PROXY, HTTP_X_FORWARDED_FOR=STRANGER)
        assert log_in(address=PROXY, HTTP_X_FORWARDED_FOR=STRANGER).status_code == 429
        assert log_in(address=PROXY, HTTP_X_FORWARDED_FOR=OFFICE).status_code == 302

    def test_ignores_forged_addresses(self, settings: Any) -> None:
        settings.TRUSTED_PROXIES = "1"
        for number in range(FAILURES_PER_LOGIN):
            fail(1, address=PROXY, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, {STRANGER}")
        assert log_in(address=PROXY, HTTP_X_FORWARDED_FOR=STRANGER).status_code == 429

    def test_needs_no_process_memory(self) -> None:
        fail()
        cache.clear()
        assert log_in().status_code == 429

    def test_stops_guesses_at_many_users(self) -> None:
        for number in range(FAILURES_PER_ADDRESS):
            fail(1, username=f"user-{number}", address=STRANGER)
        assert log_in(address=STRANGER).status_code == 429
        assert log_in(address=OFFICE).status_code == 302

    def test_ends_after_cool_off(self) -> None:
        fail()
        with time_machine.travel(timezone.now() + COOL_OFF + timedelta(seconds=1)):
            assert log_in().status_code == 302

    def test_is_not_prolonged_by_further_guesses(self) -> None:
        start = timezone.now()
        fail()
        with time_machine.travel(start + COOL_OFF / 2):
            fail(1)
        with time_machine.travel(timezone.now() + COOL_OFF + timedelta(seconds=1)):
            assert log_in().status_code == 302


class TestStrangers:
    """Guesses from many addresses slow down new devices, and keep no user out of their own."""

    @pytest.fixture(autouse=True)
    def low_limits_of_all(self, low_limits: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(login_throttle, "FAILURES_PER_USER", 8)
        monkeypatch.setattr(login_throttle, "FAILURES_IN_ALL", 20)

    @pytest.fixture
    def own_device(self) -> Client:
        """A browser on which the clerk has logged in, and then out."""
        browser = Client()
        assert self.log_in(browser).status_code == 302
        browser.post(reverse("admin:logout"))
        return browser

    def log_in(self, browser: Client, password: str = PASSWORD, address: str = OFFICE) -> Any:
        form = {"username": "clerk", "password": password}
        return browser.post(reverse("admin:login"), form, REMOTE_ADDR=address)

    def test_do_not_lock_known_device_out(self, own_device: Client) -> None:
        """All clients have the address of a proxy that nothing says to trust."""
        fail(FAILURES_PER_ADDRESS)
        assert log_in().status_code == 429
        assert self.log_in(own_device).status_code == 302

    def test_known_device_of_another_is_none(self, own_device: Client) -> None:
        fail()
        other = Client()
        other.cookies[COOKIE] = own_device.cookies[COOKIE].value + "x"
        assert self.log_in(other).status_code == 429
        User.objects.create_user("other", password=PASSWORD, is_staff=True)
        fail(username="other")
        form = {"username": "other", "password": PASSWORD}
        assert own_device.post(reverse("admin:login"), form, REMOTE_ADDR=OFFICE).status_code == 429

    def test_known_device_has_limit_of_its_own(self, own_device: Client) -> None:
        for number in range(FAILURES_PER_LOGIN):
            self.log_in(own_device, f"wrong {number}")
        assert self.log_in(own_device).status_code == 429

    def test_are_slowed_when_they_guess_from_many_addresses(self, own_device: Client) -> None:
        for number in range(8):
            fail(1, address=f"198.51.100.{number}")
        response = log_in()
        assert (response.status_code, response.headers["Retry-After"]) == (429, "10")
        assert self.log_in(own_device).status_code == 302
        with time_machine.travel(timezone.now() + timedelta(seconds=11)):
            assert log_in().status_code == 302

    def test_are_slowed_when_they_guess_at_many_users(self, own_device: Client) -> None:
        for number in range(20):
            fail(1, username=f"user-{number}", address=f"198.51.100.{number}")
        response = log_in()
        assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
        assert self.log_in(own_device).status_code == 302
        with time_machine.travel(timezone.now() + timedelta(seconds=2)):
            assert log_in().status_code == 302


def test_one_address_may_not_try_forty_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        login_throttle, "FAILURES_PER_ADDRESS", DEPLOYED_FAILURES_PER_ADDRESS * FAILURES_PER_LOGIN // 10
    )
    for number in range(40 * FAILURES_PER_LOGIN // 10):
        fail(1, username=f"user-{number}", address=STRANGER)
    assert log_in(address=STRANGER).status_code == 429


class TestReset:
    def test_follows_success(self) -> None:
        for _ in range(2):
            fail(FAILURES_PER_LOGIN - 1)
            assert log_in().status_code == 302

    def test_keeps_failures_of_other_users(self) -> None:
        for number in range(FAILURES_PER_ADDRESS - 1):
            fail(1, username=f"user-{number}")
        assert log_in().status_code == 302
        fail(1, username="another")
        assert log_in().status_code == 429

    def test_needs_password(self) -> None:
        fail()
        log_in("")
        assert log_in().status_code == 429


@pytest.mark.django_db(transaction=True)
def test_half_sent_logins_keep_no_one_out(live_server: Any) -> None:
    address = urlsplit(live_server.url)
    head = f"POST {reverse('admin:login')} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 50\r\n"
    with ExitStack() as sockets:
        for _ in range(6):
            connection = sockets.enter_context(socket.create_connection((address.hostname, address.port)))
            connection.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nusername=".encode())
        assert log_in().status_code == 302


class TestPasswordCheck:
    @pytest.fixture(autouse=True)
    def short_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(login_throttle, "WAITING_SECONDS", 0.05)

    @pytest.fixture
    def no_check(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def check(*args: Any, **kwargs: Any) -> None:
            raise AssertionError("A password was checked.")

        monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.authenticate", check)

    def test_is_skipped_during_lockout(self, request: pytest.FixtureRequest) -> None:
        fail()
        request.getfixturevalue("no_check")
        assert log_in().status_code == 429

    def test_is_skipped_when_many_run(self, no_check: None) -> None:
        with ExitStack() as others:
            for _ in range(login_throttle.CONCURRENT_CHECKS):
                assert others.enter_context(login_throttle.password_check())
            assert error_codes(log_in()) == ["busy"]
        assert not AccessAttempt.objects.exists()

    def test_releases_its_slot(self) -> None:
        fail(login_throttle.CONCURRENT_CHECKS + 1)
        assert log_in().status_code == 302


@pytest.mark.parametrize(
    "form", [{}, {"username": "clerk"}, {"password": PASSWORD}, {"username": "\x00", "password": "x"}]
)
def test_incomplete_form_is_shown_again(form: dict[str, str]) -> None:
    assert Client().post(reverse("admin:login"), form).status_code == 200


class TestClientAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "expected"),
        [
            ("0", "", PROXY),
            ("0", OFFICE, PROXY),
            ("1", "", PROXY),
            ("1", OFFICE, OFFICE),
            ("1", f"{STRANGER}, {OFFICE}", OFFICE),
            ("1", f"{STRANGER},, {OFFICE} ,", OFFICE),
            ("2", f"{STRANGER}, {OFFICE}, 10.0.0.2", OFFICE),
            ("2", OFFICE, OFFICE),
            ("1", f"{OFFICE}:54321", OFFICE),
            ("1", "[2001:db8:1:2:3:4:5:6]:54321", "2001:db8:1:2::"),
            ("1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("1", f"::ffff:{OFFICE}", OFFICE),
            ("1", "fe80::1%eth0", "fe80::"),
            ("1", "unknown", None),
        ],
    )
    def test_is_last_untrusted_hop(self, settings: Any, proxies: str, forwarded: str, expected: str | None) -> None:
        settings.TRUSTED_PROXIES = proxies
        request = RequestFactory().post("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=forwarded)
        assert client_address(request) == expected

    def test_is_absent_on_unix_socket(self) -> None:
        assert client_address(RequestFactory().post("/", REMOTE_ADDR="")) is None
        fail(address="")
        assert log_in(address="").status_code == 429


@pytest.mark.parametrize(("header", "proxies", "warned"), [(None, "0", False), (True, "0", True), (True, "1", False)])
def test_untrusted_proxy_is_warned_of(settings: Any, header: bool | None, proxies: str, warned: bool) -> None:
    settings.SECURE_PROXY_SSL_HEADER, settings.TRUSTED_PROXIES = header, proxies
    message_ids = {message.id for message in run_checks(tags=["screener"], include_deployment_checks=True)}
    assert ("screener.W007" in message_ids) == warned


class TestStoredData:
    def test_names_no_user_and_no_password(self) -> None:
        fail(1)
        (attempt,) = AccessAttempt.objects.values()
        assert "clerk" not in str(attempt)
        assert "wrong" not in str(attempt)

    def test_is_deleted_after_cool_off(self) -> None:
        fail(1)
        tasks.delete_expired_responses(0)
        assert AccessAttempt.objects.exists()
        with time_machine.travel(timezone.now() + COOL_OFF + timedelta(seconds=1)):
            tasks.delete_expired_responses(0)
        assert not AccessAttempt.objects.exists()

    def test_log_names_address_but_no_user(self, caplog: pytest.LogCaptureFixture) -> None:
        fail()
        assert OFFICE in caplog.text
        assert "clerk" not in caplog.text
