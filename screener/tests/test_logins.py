"""Logging in to the admin, and guessing at passwords."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from screener import logins

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
TOO_MANY, WRONG = "Too many wrong passwords.", "Please enter the correct username and password"


@pytest.fixture(autouse=True)
def clerk(db: None) -> User:
    return User.objects.create_user("clerk", password=PASSWORD, is_staff=True)


def log_in(password: str, username: str = "clerk", address: str = "192.0.2.1") -> Any:
    return Client().post(
        reverse("admin:login"), {"username": username, "password": password}, REMOTE_ADDR=address, HTTP_HOST="localhost"
    )


def guess(times: int = logins.MOST_FAILURES, **where: str) -> None:
    for number in range(times):
        assert WRONG in log_in(f"wrong {number}", **where).content.decode()


def test_the_right_password_opens_the_admin() -> None:
    assert log_in(PASSWORD).headers["Location"] == reverse("admin:index")


def test_after_ten_wrong_ones_even_the_right_password_waits(caplog: pytest.LogCaptureFixture) -> None:
    guess()
    assert TOO_MANY in log_in(PASSWORD).content.decode()
    assert "10 wrong passwords for one user from 192.0.2.1" in caplog.text
    assert "clerk" not in caplog.text
    cache.clear()  # as a quarter of an hour does
    assert log_in(PASSWORD).status_code == 302


def test_it_is_the_same_for_users_that_there_are_not() -> None:
    guess(username="nobody")
    assert TOO_MANY in log_in(PASSWORD, username="nobody").content.decode()


def test_guessing_keeps_out_nobody_elsewhere_and_no_other_user() -> None:
    User.objects.create_user("other", password=PASSWORD, is_staff=True)
    guess()
    assert log_in(PASSWORD, address="192.0.2.2").status_code == 302
    assert log_in(PASSWORD, username="other").status_code == 302


def test_whoever_remembers_in_time_starts_afresh() -> None:
    for _ in range(2):
        guess(logins.MOST_FAILURES - 1)
        assert log_in(PASSWORD).status_code == 302


def test_a_form_without_a_password_is_no_way_to_start_afresh() -> None:
    guess()
    log_in("")
    assert TOO_MANY in log_in(PASSWORD).content.decode()


def test_many_at_once_are_turned_away_before_any_password_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("A password was checked.")

    with monkeypatch.context() as patched:
        patched.setattr("django.contrib.auth.forms.authenticate", check)
        for _ in range(logins.AT_ONCE):
            assert logins._turns.acquire(blocking=False)
        try:
            assert "Others are logging in" in log_in(PASSWORD).content.decode()
        finally:
            logins._turns.release(logins.AT_ONCE)
    assert log_in(PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "form", [{}, {"username": "clerk"}, {"password": PASSWORD}, {"username": "\x00", "password": "x"}]
)
def test_half_a_form_is_asked_for_again(form: dict[str, str]) -> None:
    assert Client().post(reverse("admin:login"), form).status_code == 200
