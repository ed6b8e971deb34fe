"""Sessions of staff: how they end, and the page that lists them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from screener import tasks
from screener.models import BrowserSession
from screener.sign_in.sessions.devices import device_name

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 "
    "Mobile/15E148 Safari/604.1"
)
BACKGROUND = {"Sec-Fetch-Mode": "cors"}
PAGE = reverse("account_sessions")


@pytest.fixture(autouse=True)
def deployed_sessions(settings: Any) -> None:
    settings.SESSION_ENGINE = "screener.models.browser_session"
    settings.SESSION_IDLE_MINUTES, settings.SESSION_MAX_HOURS = 60, 12


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_superuser("hanna")


def log_in(user: User, device: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    client = Client(headers={"User-Agent": device}, REMOTE_ADDR=address)
    client.force_login(user)
    assert client.get(PAGE).status_code == 200
    return client


def is_logged_in(client: Client, **headers: str) -> bool:
    return client.get(PAGE, headers=headers).status_code == 200


def sessions_on_page(client: Client) -> list[BrowserSession]:
    return list(client.get(PAGE).context["sessions"])


class TestEnd:
    def test_follows_disuse(self, user: User) -> None:
        start = timezone.now()
        with time_machine.travel(start, tick=False) as clock:
            client = log_in(user)
            for _ in range(3):
                clock.shift(timedelta(minutes=59))
                assert is_logged_in(client)
            clock.shift(timedelta(minutes=61))
            answer = client.get(PAGE)
        assert answer.headers["Location"].startswith(reverse("admin:login"))
        assert not BrowserSession.objects.filter(user=user).exists()

    def test_is_not_delayed_by_open_page(self, user: User) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            client = log_in(user)
            for _ in range(3):
                clock.shift(timedelta(minutes=20))
                client.get(reverse("desk-notice-count"), headers=BACKGROUND)
            clock.shift(timedelta(minutes=1))
            assert not is_logged_in(client)

    def test_comes_in_any_case(self, user: User) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            client = log_in(user)
            for _ in range(23):
                clock.shift(timedelta(minutes=31))
                assert is_logged_in(client)
            clock.shift(timedelta(minutes=31))
            assert not is_logged_in(client)

    def test_age_does_not_pass_to_next_login(self, user: User) -> None:
        """A session that is open keeps its data when its user logs in again."""
        with time_machine.travel(timezone.now(), tick=False) as clock:
            client = log_in(user)
            clock.shift(timedelta(hours=13))
            client.force_login(user)
            assert is_logged_in(client)

    def test_is_swept(self, user: User) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            log_in(user)
            clock.shift(timedelta(minutes=30))
            kept = log_in(user)
            clock.shift(timedelta(minutes=31))
            tasks.delete_expired_responses(0)
            assert BrowserSession.objects.get(user=user).session_key == kept.session.session_key

    def test_clears_browser_at_logout(self, user: User) -> None:
        client = log_in(user)
        answer = client.post(reverse("admin:logout"))
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert not is_logged_in(client)


class TestPage:
    def test_lists_devices_and_addresses(self, user: User) -> None:
        log_in(user, PHONE, "203.0.113.5")
        log_in(User.objects.create_superuser("other"))
        listed = sessions_on_page(log_in(user))
        assert {(session.device, session.address) for session in listed} == {
            ("Safari · iPhone", "203.0.113.5"),
            ("Firefox · Linux", "192.0.2.1"),
        }

    def test_gives_no_session_away(self, user: User) -> None:
        other, client = log_in(user), log_in(user)
        page = client.get(PAGE).content.decode()
        assert [browser for browser in (other, client) if str(browser.session.session_key) in page] == []

    def test_ends_one_session(self, user: User) -> None:
        first, second, client = (log_in(user) for _ in range(3))
        chosen = next(row for row in sessions_on_page(client) if row.session_key == first.session.session_key)
        client.post(reverse("account_end_session"), {"session": chosen.public_id})
        assert [is_logged_in(browser) for browser in (first, second, client)] == [False, True, True]

    def test_ends_all_others(self, user: User) -> None:
        stranger, other, client = log_in(User.objects.create_superuser("other")), log_in(user), log_in(user)
        client.post(reverse("account_end_other_sessions"))
        assert [is_logged_in(browser) for browser in (stranger, other, client)] == [True, False, True]

    def test_ends_no_session_of_others(self, user: User) -> None:
        stranger, client = log_in(User.objects.create_superuser("other")), log_in(user)
        foreign = sessions_on_page(stranger)[0].public_id
        for session_id in (foreign, "", "x\x00", sessions_on_page(client)[0].public_id):
            client.post(reverse("account_end_session"), {"session": session_id})
        assert [is_logged_in(browser) for browser in (stranger, client)] == [True, True]

    def test_omits_sessions_of_former_password(self, user: User) -> None:
        log_in(user)
        user.set_password("another passphrase")
        user.save()
        client = log_in(user)
        assert [row.session_key for row in sessions_on_page(client)] == [client.session.session_key]

    def test_takes_as_many_queries_for_many(self, user: User) -> None:
        client = log_in(user)
        with CaptureQueriesContext(connection) as queries_for_one:
            client.get(PAGE)
        for _ in range(5):
            log_in(user)
        with CaptureQueriesContext(connection) as queries_for_many:
            assert len(sessions_on_page(client)) == 6
        assert len(queries_for_many) == len(queries_for_one)


def test_device_names() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0"
    assert device_name(edge) == "Edge · Windows"
    assert device_name("curl/8.5\x00") == "curl/8.5"
    assert device_name("") == ""
    assert len(device_name("x" * 10_000)) == 100
