"""The pages of sign-in in a real browser, with a passkey of a virtual authenticator."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from screener.models.browser_session import ADDRESS, DEVICE, STARTED, USED, SessionStore
from tests.support.accessibility import find_unreached_controls, find_violations_of_schemes
from tests.support.browser import NARROW, candidate_page, in_thread
from tests.support.second_factors import totp_code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
SCREENSHOTS = os.environ.get("SIGN_IN_SCREENSHOTS", "")


@pytest.fixture(autouse=True)
def deployed_settings(settings: Any) -> None:
    settings.REQUIRE_MFA = True
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True


@pytest.fixture
def user(transactional_db: None) -> User:
    return User.objects.create_superuser("hanna", password=PASSWORD)


@pytest.fixture
def page(live_server: Any, user: User) -> Iterator[Page]:
    """At the name localhost: there are no passkeys for addresses."""
    address = live_server.url.replace("127.0.0.1", "localhost")
    with candidate_page(address) as page:
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        yield page


def check_page(page: Page, name: str) -> None:
    """No barrier in light and dark, wide and narrow, nothing out of reach of the keyboard."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert find_violations_of_schemes(page) == {}, name
    assert find_unreached_controls(page) == [], name
    wide = page.viewport_size
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/{name}-wide.png", full_page=True)
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], name
    if SCREENSHOTS:
        page.evaluate("document.documentElement.classList.add('dark')")
        page.screenshot(path=f"{SCREENSHOTS}/{name}-narrow.png", full_page=True)
        page.evaluate("document.documentElement.classList.remove('dark')")
    page.set_viewport_size(wide or NARROW)


def send_password(page: Page) -> None:
    page.goto(reverse("admin:login"))
    page.fill("#id_username", "hanna")
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.press("#id_password", "Enter")


def log_out(page: Page) -> None:
    page.context.clear_cookies()


def add_session(user: User) -> None:
    """A session on another device. Those of the live server are in its cache."""
    session, now = SessionStore(), int(time.time())
    session.update({SESSION_KEY: str(user.pk), HASH_SESSION_KEY: user.get_session_auth_hash()})
    session.update({STARTED: now, USED: now, ADDRESS: "203.0.113.5", DEVICE: "Safari · iPhone"})
    session.save()


def test_user_sets_up_app_and_logs_in_with_code(page: Page, user: User) -> None:
    page.goto(reverse("admin:login"))
    check_page(page, "login")
    send_password(page)
    expect(page).to_have_url(page.url.split("/admin/")[0] + reverse("mfa_index"))
    check_page(page, "set-up")
    page.goto(reverse("mfa_activate_totp"))
    check_page(page, "app")
    secret = page.locator("#authenticator_secret").input_value()
    page.fill("#id_code", "000000")
    with page.expect_navigation():
        page.press("#id_code", "Enter")
    check_page(page, "app-wrong")
    page.fill("#id_code", totp_code(secret))
    with page.expect_navigation():
        page.press("#id_code", "Enter")
    codes = page.locator("#recovery_codes").input_value().split()
    assert len(codes) == 10
    check_page(page, "recovery-codes")
    page.check("#codes_saved")
    page.goto(reverse("admin:index"))
    expect(page.locator("#content")).to_be_visible()
    in_thread(lambda: add_session(user))
    page.goto(reverse("account_sessions"))
    expect(page.locator("[data-session] form")).to_have_count(1)
    check_page(page, "sessions")
    log_out(page)
    send_password(page)
    check_page(page, "code")
    page.fill("#id_code", totp_code(secret, steps=1))
    with page.expect_navigation():
        page.press("#id_code", "Enter")
    assert page.url.endswith(reverse("admin:index"))


def test_user_logs_in_with_passkey(page: Page, user: User) -> None:
    send_password(page)
    page.goto(reverse("mfa_add_webauthn"))
    check_page(page, "passkey")
    page.check("#id_passwordless")
    with page.expect_navigation():
        page.click("#mfa_webauthn_add")
    expect(page.locator("#recovery_codes")).to_be_visible()
    page.check("#codes_saved")
    page.goto(reverse("mfa_list_webauthn"))
    check_page(page, "passkeys")
    log_out(page)
    page.goto(f"{reverse('admin:login')}?next={reverse('desk-insights')}")
    with page.expect_navigation():
        page.click("#passkey_login")
    assert page.url.endswith(reverse("desk-insights"))
    log_out(page)
    send_password(page)
    check_page(page, "code-or-passkey")
    with page.expect_navigation():
        page.click("#mfa_webauthn_authenticate")
    assert page.url.endswith(reverse("admin:index"))
    in_thread(lambda: Authenticator.objects.filter(user=user).delete())
    log_out(page)
    page.goto(reverse("admin:login"))
    with page.expect_navigation():
        page.click("#passkey_login")
    expect(page.locator("#login-form")).to_be_visible()
