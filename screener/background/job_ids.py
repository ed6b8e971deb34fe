"""Binds the id of each job that a worker runs."""

from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import JobContext
from structlog.contextvars import clear_contextvars

from screener.telemetry.ids import bind_ids


async def bind_job_ids(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Any) -> Any:
    """Middleware of the worker. The ids last as long as the asyncio task of the job, also for what logs its failure."""
    clear_contextvars()
    bind_ids(queue_job_id=context.job.id, task=context.job.task_name)
    return await call_next()
