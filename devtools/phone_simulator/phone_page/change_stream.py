"""News for the pages that watch: what has changed, in bundles."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BUNDLE = 0.03  # seconds: a crowd makes thousands of changes in one second


class Watcher:
    def __init__(self) -> None:
        self._news: set[str] = set()
        self._any = asyncio.Event()

    def tell(self, what: str) -> None:
        self._news.add(what)
        self._any.set()

    async def changes(self, silence: float) -> set[str]:
        """All that has changed since it was last asked; nothing, if so many seconds pass without a change."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._any.wait(), silence)
            await asyncio.sleep(BUNDLE)
        self._any.clear()
        news, self._news = self._news, set()
        return news


class Feed:
    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    def changed(self, what: str) -> None:
        """`what`: the SID of a call, or the name of a setting."""
        for watcher in self._watchers:
            watcher.tell(what)

    @contextmanager
    def watch(self) -> Iterator[Watcher]:
        watcher = Watcher()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
