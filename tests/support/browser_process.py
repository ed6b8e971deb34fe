"""The browsers of this process. Each is started once, which takes longer than many a test."""

import asyncio
import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright


class _Driver:
    """Playwright with its event loop, which is the running loop of this thread only within `use`.

    Otherwise Django would refuse queries for the rest of the process.
    """

    def __init__(self) -> None:
        self._playwright = sync_playwright().start()
        self._loop = asyncio.get_running_loop()
        self._browsers: dict[tuple[str, ...], Browser] = {}
        atexit.register(self._stop)

    @contextmanager
    def use(self, arguments: tuple[str, ...]) -> Iterator[Browser]:
        asyncio._set_running_loop(self._loop)
        try:
            yield self._browser(arguments)
        finally:
            asyncio._set_running_loop(None)

    def _browser(self, arguments: tuple[str, ...]) -> Browser:
        """One that has crashed is started again."""
        browser = self._browsers.get(arguments)
        if browser is None or not browser.is_connected():
            browser = self._playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", *arguments]
            )
            self._browsers[arguments] = browser
        return browser

    def _stop(self) -> None:
        asyncio._set_running_loop(self._loop)
        self._playwright.stop()


_driver = cache(_Driver)


@contextmanager
def running_browser(*arguments: str) -> Iterator[Browser]:
    """A browser that was started with these arguments. All that a test opens in it is closed at the end.

    Make all rows before: the event loop of the browser forbids queries in this thread.
    """
    with _driver().use(arguments) as browser:
        try:
            yield browser
        finally:
            for context in browser.contexts:
                context.close()


@contextmanager
def watched_context(address: str, *arguments: str, ignored: str = "", **options: Any) -> Iterator[BrowserContext]:
    """A context of such a browser. An error of a script or in the console fails the test at the end.

    `ignored`: the start of messages in the console that are no errors.
    """
    problems: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error" and not (ignored and message.text.startswith(ignored)):
            problems.append(message.text)

    with running_browser(*arguments) as browser:
        context = browser.new_context(base_url=address, **options)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on("console", note_message)
        yield context
    assert problems == []
