"""Whether the statements of a request share a plan, or get one for their values.

PostgreSQL gives a prepared statement one plan for all values after a few executions. That saves planning where rows are
found by key, as for webhooks. It is wrong for pages and lists: their jobs have ten or ten thousand interviews, and the
plan knows neither the job nor the LIMIT.
"""

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

SHARED_PLANS = ("/webhooks/", "/healthz", "/readyz")

plan_each_statement: ContextVar[bool] = ContextVar("plan_each_statement", default=False)
"""Read when a request connects to the database."""


def statement_plans(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that lets PostgreSQL plan the statements of pages and of the API for their values."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        token = plan_each_statement.set(not request.path.startswith(SHARED_PLANS))
        try:
            return get_response(request)
        finally:
            plan_each_statement.reset(token)

    return middleware
