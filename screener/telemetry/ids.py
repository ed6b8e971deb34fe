"""Ids of the present request or job: log lines, traces and error reports carry them. Never names, numbers or texts."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars


def bind_ids(**ids: object) -> None:
    """Add ids, up to the end of the present request or job."""
    bind_contextvars(**_as_text(ids))


def bound_ids(**ids: object) -> AbstractContextManager[None]:
    """Add ids for the length of a block."""
    return bound_contextvars(**_as_text(ids))


def present_ids() -> Mapping[str, str]:
    return {name: str(value) for name, value in get_contextvars().items() if value is not None}


def _as_text(ids: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in ids.items() if value is not None}
