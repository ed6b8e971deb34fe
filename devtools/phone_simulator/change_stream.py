"""Tells subscribers what has changed, in batches."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BATCH_SECONDS = 0.03  # a crowd makes thousands of changes per second


class Subscriber:
    def __init__(self) -> None:
        self._topics: set[str] = set()
        self._has_topics = asyncio.Event()

    def add_topic(self, topic: str) -> None:
        self._topics.add(topic)
        self._has_topics.set()

    async def next_batch(self, timeout: float) -> set[str]:
        """Return the topics that changed since the last batch; an empty set if none changes within the timeout."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_topics.wait(), timeout)
            await asyncio.sleep(BATCH_SECONDS)
        self._has_topics.clear()
        topics, self._topics = self._topics, set()
        return topics


class ChangeStream:
    def __init__(self) -> None:
        self._subscribers: set[Subscriber] = set()

    def publish(self, topic: str) -> None:
        """Report a change. The topic is the SID of a call, or the name of a setting."""
        for subscriber in self._subscribers:
            subscriber.add_topic(topic)

    @contextmanager
    def subscribe(self) -> Iterator[Subscriber]:
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)
