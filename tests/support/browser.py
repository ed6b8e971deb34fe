"""A real browser with a logged-in user."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, ViewportSize, sync_playwright

NARROW = ViewportSize(width=390, height=844)
WIDE = ViewportSize(width=1440, height=900)


@contextmanager
def logged_in_page(address: str, user: User) -> Iterator[Page]:
    """A page of this user at the live server. An error of a script or in the console fails the test at the end.

    Make all rows before: the browser has an event loop, in which the database can't be used.
    """
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    problems: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = chromium.new_context(base_url=address)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        yield page
        chromium.close()
    assert problems == []


def in_thread(run: Callable[[], Any]) -> None:
    """Use the database while a page is open, in a thread: the browser's event loop forbids queries in this one."""

    def run_and_close() -> None:
        run()
        connection.close()

    with ThreadPoolExecutor(1) as executor:
        executor.submit(run_and_close).result()
