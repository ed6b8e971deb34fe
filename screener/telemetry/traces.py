"""Traces: one for each answer, from the request that brings it to the last call of a vendor.

The trace of an answer follows from the id of its response (`opentelemetry_traces.py`). Nothing has to be handed from
one job to the next, so that retries and sweeps continue it. Off, and without cost, unless a collector is configured.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import time_ns
from typing import Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase

from screener.telemetry.ids import present_ids

Attribute = str | int | float | bool
Attributes = dict[str, Attribute]
_NO_SPAN = nullcontext()


@dataclass
class _Request:
    """A request that may bring answers, or news of them.

    answers: By response: whether its answer begins with this request.
    ids: Of the request, when it brought the last of them.
    """

    started: int
    answers: dict[UUID, bool] = field(default_factory=dict)
    ids: Attributes = field(default_factory=dict)


class Recorder(Protocol):
    def record_request(
        self, name: str, answer: UUID, *, started: int, begins: bool, attributes: Attributes
    ) -> None: ...

    def step(self, name: str, answer: UUID | None) -> AbstractContextManager[None]: ...

    def vendor_call(self, name: str, attributes: Attributes) -> AbstractContextManager[None]: ...

    def describe(self, attributes: Attributes) -> None: ...

    def flush(self) -> None: ...


_recorder: Recorder | None = None
_request: ContextVar[_Request | None] = ContextVar("_request", default=None)


def record_with(recorder: Recorder | None) -> None:
    """Begin to record traces, or stop."""
    global _recorder
    _recorder = recorder


def begin_answer(response_id: UUID) -> None:
    """An answer was accepted: its trace begins with the present request."""
    _note_answer(response_id, begins=True)


def continue_answer(response_id: UUID | None) -> None:
    """The present request brings news of an answer."""
    if response_id:
        _note_answer(response_id, begins=False)


def _note_answer(response_id: UUID, *, begins: bool) -> None:
    if _recorder is None:
        return
    request = _request.get()
    if request:
        request.answers[response_id] = begins or request.answers.get(response_id, False)
        request.ids = id_attributes()
    elif begins:  # in a job: the candidate hung up
        _recorder.record_request("answer", response_id, started=time_ns(), begins=True, attributes=id_attributes())


def id_attributes() -> Attributes:
    return {f"screener.{name}": value for name, value in present_ids().items()}


def traced_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that records a request in the trace of each answer that it brings."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        noted = _Request(started=time_ns())
        token = _request.set(noted)
        try:
            response = get_response(request)
        finally:
            _request.reset(token)
        if _recorder and noted.answers:
            route = request.resolver_match.route if request.resolver_match else ""
            name = f"{request.method} {route}"
            attributes: Attributes = {"http.route": route, "http.response.status_code": response.status_code}
            for answer, begins in noted.answers.items():
                own = noted.ids | attributes | {"screener.response_id": str(answer)}
                _recorder.record_request(name, answer, started=noted.started, begins=begins, attributes=own)
        return response

    return middleware


def step(name: str, find_answer: Callable[[], UUID | None]) -> AbstractContextManager[None]:
    """The span of a try of a background step. `find_answer`: the response that it works on, if there is one."""
    return _recorder.step(name, find_answer()) if _recorder else _NO_SPAN


def vendor_call(name: str, **attributes: Attribute) -> AbstractContextManager[None]:
    """The span of a request to another system, within that of a step."""
    return _recorder.vendor_call(name, attributes) if _recorder else _NO_SPAN


def describe(**attributes: Attribute | None) -> None:
    """Add to the present span. Ids and figures only: a collector is another system."""
    if _recorder:
        _recorder.describe({name: value for name, value in attributes.items() if value is not None})


def flush() -> None:
    """Send what is left, before the process ends."""
    if _recorder:
        _recorder.flush()
