"""Runs queued tasks until the process ends, also after an outage of the database or the death of a worker."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, connection
from procrastinate import App, exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.procrastinate_app import ProxyApp
from procrastinate.jobs import Job, Status

from screener.background.job_ids import bind_job_ids
from screener.background.restore_hold import unconfirmed_restore
from screener.metrics.worker_listener import serve_worker_metrics
from screener.services.speech_server.selection import supervised_speech_server
from screener.telemetry import traces

log = logging.getLogger(__name__)

ENDS = (signal.SIGTERM, signal.SIGINT)
HEAL_EVERY = 10.0
GIVE_UP_AFTER = 5
STALLED_AFTER = 30.0
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 15.0
SPARE_THREADS = 4
AT_ONCE_IN_A_PROCESS = 8
"""More threads than this share one core and wait mostly for each other."""
METRICS = "metrics"
"""In place of a queue: the process that answers Prometheus."""
FEW_CONNECTIONS: dict[str, Any] = {"max_size": 2, "timeout": 10.0}
"""Of a process that gives way: PostgreSQL does not know of that, and works for each connection as hard as it can."""


async def run(queue: str, *, concurrency: int) -> None:
    """Work on this queue until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(concurrency + SPARE_THREADS))
    stop = asyncio.Event()
    for number in ENDS:
        loop.add_signal_handler(number, stop.set)
    wait = FIRST_BACKOFF
    while not stop.is_set():
        try:
            async with _connected() as connected:
                if reason := await asyncio.to_thread(_read_hold):
                    log.warning("worker %s: %s", queue, reason)
                else:
                    log.info("worker %s: ready, %d at once", queue, concurrency)
                    wait = FIRST_BACKOFF
                    await _work(connected, queue, concurrency, stop)
        except (exceptions.ConnectorException, DatabaseError, OSError) as error:
            log.warning("worker %s: no database (%s); again in %.0f s", queue, type(error).__name__, wait)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
        wait = min(wait * 2, LONGEST_BACKOFF)


def _read_hold() -> str:
    try:
        return unconfirmed_restore()
    finally:
        connection.close()  # of this thread


@contextlib.asynccontextmanager
async def _connected() -> AsyncIterator[App]:
    """The app on a new connector: one that has lost its connection hears no more notifications."""
    connector = cast(DjangoConnector, app.connector)
    worker_connector = await asyncio.to_thread(connector.get_worker_connector)
    with cast(ProxyApp, app).replace_connector(worker_connector) as connected:
        async with connected.open_async():
            yield connected


async def _work(connected: App, queue: str, concurrency: int, stop: asyncio.Event) -> None:
    """Run jobs and heal; ends when told to stop, or when either of the two ends by itself."""
    worker = asyncio.create_task(
        connected.run_worker_async(
            queues=[queue],
            name=queue,
            concurrency=concurrency,
            fetch_job_polling_interval=1,
            install_signal_handlers=False,
            delete_jobs="successful",
            shutdown_graceful_timeout=20,
            worker_middleware=[bind_job_ids],
        )
    )
    tasks: list[asyncio.Task[Any]] = [
        worker,
        asyncio.create_task(_heal_forever(connected, queue)),
        asyncio.create_task(stop.wait()),
    ]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


async def _heal_forever(connected: App, queue: str) -> None:
    while True:
        await asyncio.sleep(HEAL_EVERY)
        for job in await connected.job_manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=STALLED_AFTER):
            try:
                await _heal(connected, job)
            except exceptions.ConnectorException:
                log.info("job %s: healed by another worker", job.id)


async def _heal(connected: App, job: Job) -> None:
    """Queue a job again whose worker died. After GIVE_UP_AFTER deaths the job fails."""
    if job.attempts >= GIVE_UP_AFTER:
        log.error("job %s %s: given up, %d workers died on it", job.id, job.task_name, job.attempts)
        await connected.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    else:
        log.warning("job %s %s: its worker died; trying again", job.id, job.task_name)
        await connected.job_manager.retry_job(job)


def shares(concurrency: int) -> list[int]:
    """How many jobs each process of a queue does at once, of so many in all."""
    processes = ceil(concurrency / AT_ONCE_IN_A_PROCESS)
    return [len(range(number, concurrency, processes)) for number in range(processes)]


def supervise() -> None:
    """Keep the processes of every queue alive until SIGTERM or SIGINT, then let them finish their jobs."""
    stop = threading.Event()
    for number in ENDS:
        signal.signal(number, lambda *_: stop.set())
    connection.close()  # a connection that several processes share would mix up their statements
    cast(Any, connection).close_pool()
    gc.freeze()  # the loaded application stays shared by all processes
    speech_server = supervised_speech_server(on_start=_give_way)
    work = [(queue, share) for queue, in_all in settings.WORKER_QUEUES.items() for share in shares(in_all)]
    if settings.WORKER_METRICS_ADDRESS:
        work.append((METRICS, 1))
    running: list[ForkProcess | None] = [None] * len(work)
    try:
        while not stop.is_set():
            for place, process in enumerate(running):
                if process is not None and not process.is_alive():
                    log.warning("worker %s ended with %s; starting it again", work[place][0], process.exitcode)
                if process is None or not process.is_alive():
                    running[place] = _start(*work[place])
            if speech_server:
                speech_server.keep_running()
            stop.wait(0.5)
    finally:  # at its exit this process waits for its children: one that was not ended would keep it for ever
        if speech_server:
            speech_server.end()  # first: workers that wait for it go on at once, and its requests are tried again
        _end([process for process in running if process is not None])


def _end(processes: list[ForkProcess]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(timeout=25)
        if process.is_alive():
            process.kill()


def _start(queue: str, at_once: int) -> ForkProcess | None:
    """Fork a process: loading the application again would take most of its start.

    Returns None if the system can start no process now.
    """
    process = ForkProcess(target=_work_supervised, args=(queue, at_once, os.getpid()))
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # until the new process has put aside our own handlers
    try:
        process.start()
    except OSError as error:
        log.error("worker %s: could not be started (%s); trying again", queue, error)
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    if queue != "calls":
        _give_way(cast(int, process.pid))
    return process


def _work_supervised(queue: str, at_once: int, supervisor: int) -> None:
    for number in ENDS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    threading.Thread(target=_end_with, args=(supervisor,), daemon=True).start()
    if queue != "calls":
        connection.settings_dict["OPTIONS"]["pool"].update(FEW_CONNECTIONS)
    with contextlib.suppress(OSError):  # the name in `top`, on Linux only
        Path("/proc/self/comm").write_text(f"worker {queue}")
    if queue == METRICS:
        serve_worker_metrics(settings.WORKER_METRICS_ADDRESS)
    asyncio.run(run(queue, concurrency=at_once))
    traces.flush()


def _end_with(supervisor: int) -> None:
    """Exit when the supervisor dies: `getppid()` changes."""
    while os.getppid() == supervisor:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _give_way(process: int) -> None:
    """Lower the priority of a process, so that webhooks and calls go first on a busy machine.

    SCHED_IDLE where the system has it. A low nice value would not be enough: a webhook waits for the database a dozen
    times, and each time for the time slice of a nice process.
    """
    try:
        if sys.platform == "linux":
            os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))
        else:
            os.setpriority(os.PRIO_PROCESS, process, 19)
    except OSError as error:
        log.warning("worker: callers may have to wait for it, as it may not be given less priority (%s)", error)
