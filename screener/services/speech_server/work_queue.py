"""The queue of the speech server: one request at a time, on one thread, within limits."""

import asyncio
import logging
import os
import resource
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import NoReturn, TypeVar

STUCK_SECONDS = 1800
"""A request that takes longer hangs, however busy the machine is."""

log = logging.getLogger(__name__)
T = TypeVar("T")


class WorkQueue:
    """Runs one request at a time: urgent ones first, then by arrival. Requests whose client has gone are skipped."""

    def __init__(self) -> None:
        self._turns = asyncio.Condition()
        self._is_busy = False
        self._waiting_urgently = 0
        self._thread = ThreadPoolExecutor(1)

    async def run(self, work: Callable[[], T], cpu_seconds: float, *, urgent: bool) -> T:
        async with self._turn(urgent=urgent):
            allow_cpu_time(cpu_seconds)
            running = asyncio.get_running_loop().run_in_executor(self._thread, work)
            try:
                return await asyncio.wait_for(asyncio.shield(running), STUCK_SECONDS)
            except TimeoutError:
                end_process("a request hangs")
            except asyncio.CancelledError:
                await asyncio.wait([running])  # a thread cannot be interrupted, and keeps its turn
                raise

    @asynccontextmanager
    async def _turn(self, *, urgent: bool) -> AsyncIterator[None]:
        await self._take_turn(urgent=urgent)
        try:
            yield
        finally:
            self._is_busy = False
            async with self._turns:
                self._turns.notify_all()

    async def _take_turn(self, *, urgent: bool) -> None:
        self._waiting_urgently += urgent
        try:
            async with self._turns:
                await self._turns.wait_for(lambda: not self._is_busy and (urgent or not self._waiting_urgently))
                self._is_busy = True
        finally:
            self._waiting_urgently -= urgent


def allow_cpu_time(seconds: float) -> None:
    """End this process by SIGXCPU once it has used this much processor time from now on."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))


def end_process(reason: str) -> NoReturn:
    log.error("speech server: %s; ending", reason)
    os._exit(1)
