"""A real browser, with a logged-in user or with a candidate who has no login."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.support.browser_process import watched_context

NARROW = ViewportSize(width=390, height=844)
WIDE = ViewportSize(width=1440, height=900)


@contextmanager
def logged_in_page(address: str, user: User) -> Iterator[Page]:
    """A wide page of this user at the live server. An error of a script or in the console fails the test at the end.

    Make all rows before: the browser has an event loop, in which the database can't be used.
    """
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    with candidate_page(address) as page:
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        yield page


@contextmanager
def candidate_page(address: str) -> Iterator[Page]:
    """The same for a reader without a login."""
    with watched_context(address, viewport=WIDE) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


def press_key(target: Locator, key: str) -> None:
    """Press a key on a control of a page that may be loading.

    Unfold hides a page until its scripts run. A hidden control takes no focus, and `Locator.press` does not wait.
    """
    expect(target).to_be_visible()
    target.press(key)


def in_thread(run: Callable[[], Any]) -> None:
    """Use the database while a page is open, in a thread: the browser's event loop forbids queries in this one."""

    def run_and_close() -> None:
        run()
        connection.close()

    with ThreadPoolExecutor(1) as executor:
        executor.submit(run_and_close).result()
