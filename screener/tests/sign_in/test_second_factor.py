"""Second factors: set-up, login, and the ways around them."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.checks import run_checks
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from fido2.utils import websafe_encode

from screener.models import BrowserSession, RoleKey
from screener.sign_in.login_page import login_page
from screener.sign_in.login_throttle import COOL_OFF
from screener.sign_in.mfa import codes
from tests.support.admin_client import page_url
from tests.support.role_accounts import login_client, make_role_user
from tests.support.second_factors import SECRET, add_authenticator_app, recovery_codes, totp_code

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
HOME = reverse("admin:index")
CANDIDATES = reverse("admin:candidates_candidate_changelist")
CODE_PAGE = reverse("mfa_authenticate")
SET_UP = reverse("mfa_index")
MOST_GUESSES = 3


@pytest.fixture(autouse=True)
def required_factor(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REQUIRE_MFA = True
    settings.ACCOUNT_RATE_LIMITS = False  # allauth's own limits count in the cache of one process
    monkeypatch.setattr(codes, "FAILURES_PER_LOGIN", MOST_GUESSES)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_superuser("hanna", password=PASSWORD)


def send_password(client: Client, next_page: str = "", **address: str) -> Any:
    query = f"?next={next_page}" if next_page else ""
    form = {"username": "hanna", "password": PASSWORD}
    return client.post(reverse("admin:login") + query, form, **address)  # type: ignore[arg-type]


def send_code(client: Client, code: str, **address: str) -> Any:
    return client.post(CODE_PAGE, {"code": code}, **address)  # type: ignore[arg-type]


def is_open(client: Client) -> bool:
    return client.get(CANDIDATES).status_code == 200


def form_codes(response: Any) -> list[str]:
    return [error.code for error in response.context["form"].errors.as_data()["code"]]


class TestSetUp:
    def test_is_required_after_password(self, user: User) -> None:
        client = Client()
        assert send_password(client).headers["Location"] == HOME
        for page in (HOME, CANDIDATES, reverse("desk-insights"), reverse("admin:auth_user_changelist")):
            assert client.get(page).headers["Location"] == SET_UP

    @pytest.mark.django_db(transaction=True)
    def test_opens_pages(self, user: User) -> None:
        client = Client()
        send_password(client)
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        answer = client.post(reverse("mfa_activate_totp"), {"code": totp_code(secret)})
        assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
        assert len(client.get(answer.headers["Location"]).context["unused_codes"]) == 10
        assert is_open(client)

    def test_refuses_wrong_code(self, user: User) -> None:
        client = Client()
        send_password(client)
        client.get(reverse("mfa_activate_totp"))
        assert form_codes(client.post(reverse("mfa_activate_totp"), {"code": "000000"})) == ["incorrect_code"]
        assert not is_open(client)

    def test_needs_password_again_later(self, user: User) -> None:
        """Of a session that another person finds open."""
        client = Client()
        send_password(client)
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            answer = client.get(reverse("mfa_activate_totp"))
            assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
            answer = client.post(answer.headers["Location"], {"password": PASSWORD})
            assert answer.headers["Location"] == reverse("mfa_activate_totp")
            assert client.get(answer.headers["Location"]).status_code == 200

    def test_is_voluntary_where_setting_says_so(self, user: User, settings: Any) -> None:
        settings.REQUIRE_MFA = False
        client = Client()
        send_password(client)
        assert is_open(client)

    def test_stores_no_secret_in_clear(self, user: User) -> None:
        add_authenticator_app(user)
        recovery_codes(user)
        stored = [authenticator.data for authenticator in Authenticator.objects.filter(user=user)]
        assert SECRET not in str(stored)
        assert all((data.get("secret") or data["seed"]).startswith("gAAAA") for data in stored)  # Fernet


class TestLogin:
    @pytest.fixture(autouse=True)
    def authenticator(self, user: User) -> Authenticator:
        return add_authenticator_app(user)

    def test_takes_password_and_code(self) -> None:
        client = Client()
        assert send_password(client, CANDIDATES).headers["Location"] == CODE_PAGE
        assert client.get(CODE_PAGE).status_code == 200
        assert not is_open(client)
        assert send_code(client, totp_code()).headers["Location"] == CANDIDATES
        assert is_open(client)

    def test_takes_code_where_none_is_required(self, settings: Any) -> None:
        settings.REQUIRE_MFA = False
        client = Client()
        send_password(client)
        assert not is_open(client)

    def test_refuses_code_that_was_used(self) -> None:
        code = totp_code()
        for is_first in (True, False):
            cache.clear()  # as in another process
            client = Client()
            send_password(client)
            send_code(client, code)
            assert is_open(client) == is_first

    def test_takes_recovery_code_once(self, user: User) -> None:
        code = recovery_codes(user)[3]
        for is_first in (True, False):
            client = Client()
            send_password(client)
            send_code(client, code)
            assert is_open(client) == is_first

    def test_refuses_code_without_password(self) -> None:
        client = Client()
        assert send_code(client, totp_code()).headers["Location"].startswith(reverse("admin:login"))
        assert not is_open(client)

    def test_refuses_hostile_codes(self) -> None:
        client = Client()
        send_password(client)
        for code in ("", "\x00", "१२३४५६", "9" * 10_000):
            assert send_code(client, code).status_code == 200
        assert not is_open(client)

    def test_follows_no_foreign_address(self) -> None:
        client = Client()
        send_password(client, "https://elsewhere.example/")
        assert send_code(client, totp_code()).headers["Location"] == HOME

    def test_needs_key_of_secrets(self, settings: Any) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another key of the site"
        client = Client()
        send_password(client)
        send_code(client, totp_code())
        assert is_open(client)
        settings.SECRET_KEY_FALLBACKS = []
        client = Client()
        send_password(client)
        assert form_codes(send_code(client, totp_code(steps=1))) == ["incorrect_code"]


class TestGuesses:
    @pytest.fixture(autouse=True)
    def authenticator(self, user: User) -> Authenticator:
        return add_authenticator_app(user)

    def guess(self, times: int = MOST_GUESSES) -> None:
        """From many addresses, with a login for each guess."""
        for number in range(times):
            cache.clear()
            client, address = Client(), {"REMOTE_ADDR": f"198.51.100.{number}"}
            send_password(client, **address)
            assert form_codes(send_code(client, "000000", **address)) == ["incorrect_code"]

    def test_are_limited(self) -> None:
        self.guess()
        client = Client()
        send_password(client)
        assert form_codes(send_code(client, totp_code())) == ["too_many"]
        with time_machine.travel(timezone.now() + COOL_OFF + timedelta(seconds=1)):
            send_password(client)
            send_code(client, totp_code())
            assert is_open(client)

    def test_do_not_lock_known_device_out(self) -> None:
        client = Client()
        send_password(client)
        send_code(client, totp_code())
        client.post(reverse("admin:logout"))
        self.guess()
        send_password(client)
        send_code(client, totp_code(steps=1))
        assert is_open(client)

    def test_are_forgotten_after_right_code(self) -> None:
        for step in range(2):
            client = Client()
            send_password(client)
            for _ in range(MOST_GUESSES - 1):
                send_code(client, "000000")
            send_code(client, totp_code(steps=step))
            assert is_open(client)


class TestWaysAround:
    def test_session_without_factor_is_asked_for_it(self, user: User) -> None:
        add_authenticator_app(user)
        client = login_client(user)
        answer = client.get(CANDIDATES)
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
        answer = client.post(answer.headers["Location"], {"code": totp_code()})
        assert answer.headers["Location"] == CANDIDATES
        assert is_open(client)

    def test_no_other_login_page_is_served(self) -> None:
        assert resolve(reverse("admin:login")).func is login_page
        for path in ("signup/", "login/", "password/reset/", "email/", "mfa/webauthn/signup/"):
            answer = Client().get(f"/admin/account/{path}")
            assert answer.status_code == 404 or answer.headers["Location"].startswith(reverse("admin:login"))

    def test_session_opens_no_api(self, user: User) -> None:
        assert login_client(user).get("/api/v1/candidates/").status_code == 401

    def test_last_factor_cannot_be_dropped(self, user: User) -> None:
        client = Client()
        add_authenticator_app(user)
        send_password(client)
        send_code(client, totp_code())
        client.post(reverse("mfa_deactivate_totp"))
        assert not Authenticator.objects.filter(user=user).exists()
        assert client.get(CANDIDATES).headers["Location"] == SET_UP

    def test_passkey_of_stranger_is_refused(self, user: User) -> None:
        client = Client()
        handle = websafe_encode(user_pk_to_url_str(user).encode())
        response = dict.fromkeys(("clientDataJSON", "authenticatorData", "signature"), "AAAA")
        full = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response | {"userHandle": handle}}
        credentials: list[Any] = [full, full | {"response": {"userHandle": handle}}, {}, [], "x", None, 1]
        for credential in credentials:
            form = {"credential": json.dumps(credential)}
            assert client.post(reverse("mfa_login_webauthn"), form).headers["Location"] == reverse("admin:login")
        assert not is_open(client)

    def test_inactive_user_stays_out(self, user: User) -> None:
        add_authenticator_app(user)
        client = Client()
        send_password(client)
        User.objects.update(is_active=False)
        send_code(client, totp_code())
        assert not is_open(client)


class TestReset:
    @pytest.fixture
    def recruiter(self) -> User:
        recruiter = make_role_user(RoleKey.RECRUITER)
        add_authenticator_app(recruiter)
        recovery_codes(recruiter)
        return recruiter

    def test_removes_factors_and_sessions(self, user: User, recruiter: User, settings: Any) -> None:
        settings.SESSION_ENGINE, settings.REQUIRE_MFA = "screener.models.browser_session", False
        login_client(recruiter)
        answer = login_client(user).post(page_url(recruiter, "reset_second_factor", recruiter.pk))
        assert answer.status_code == 302
        assert not Authenticator.objects.filter(user=recruiter).exists()
        assert not BrowserSession.objects.filter(user=recruiter).exists()

    def test_is_for_superusers(self, recruiter: User, settings: Any) -> None:
        settings.REQUIRE_MFA = False
        client = login_client(make_role_user(RoleKey.ADMINISTRATOR))
        assert client.post(page_url(recruiter, "reset_second_factor", recruiter.pk)).status_code in (403, 404)
        assert Authenticator.objects.filter(user=recruiter).count() == 2


@pytest.mark.parametrize("is_required", [True, False])
def test_deployment_without_second_factor_is_warned_of(settings: Any, is_required: bool) -> None:
    settings.REQUIRE_MFA = is_required
    message_ids = {message.id for message in run_checks(tags=["screener"], include_deployment_checks=True)}
    assert ("screener.W030" in message_ids) != is_required
