"""The faults between the network and the application, switched on at the phone page or by flags."""

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from .change_stream import ChangeStream

EVERY_TIME = math.inf
REORDER_WAIT_SECONDS = 5  # the longest that a callback waits for the next one to overtake it
RANDOM_SEED = 1
# All durations are in real time, because the application's timeouts are.
DELAYING_FAULTS = frozenset({"out-of-order", "late"})


@dataclass(frozen=True)
class Fault:
    name: str
    description: str
    unit: str = ""  # unit of the value: seconds, probability, requests (the number affected) or none (on or off)
    default_value: float = EVERY_TIME


CALLBACK_FAULTS = (
    Fault("lost", "Callbacks get lost", "probability", 0.2),
    Fault("late", "Callbacks arrive late", "seconds", 5),
    Fault("out-of-order", "Every second callback of a call overtakes the one before it"),
    Fault("twice", "Every callback arrives twice"),
)
FAULTS = {
    fault.name: fault
    for fault in (
        *CALLBACK_FAULTS,
        Fault("absent", "Recordings are reported as absent"),
        Fault("media-404", "The audio of a recording is not found at first", "seconds", 5),
        Fault("media-truncated", "The audio of a recording is cut off in the middle", "requests"),
        Fault("rest-429", "The REST API refuses with 429 Too Many Requests", "requests"),
        Fault("rest-500", "The REST API fails with 500", "requests"),
        Fault("rest-hang", "The REST API does not respond", "requests"),
        Fault("rest-dies", "The REST API places the call, then closes the connection without a response", "requests"),
        Fault("rest-truncated", "The REST API carries out the request, but cuts off its response", "requests"),
    )
}


class ActiveFaults:
    """The active faults with their values, and how often each has applied."""

    def __init__(self, changes: ChangeStream) -> None:
        self._changes = changes
        self._values: dict[str, float] = {}
        self._applied: Counter[str] = Counter()
        self._random = Random()  # noqa: S311 - chance, not secrecy

    def activate(self, values: Mapping[str, Any]) -> None:
        """Activate exactly these faults; `true` stands for the default value. Raises ValueError with the reason."""
        self._values = {name: parse_fault_value(name, value) for name, value in values.items()}
        self._applied.clear()
        self._random.seed(RANDOM_SEED)
        self._changes.publish("faults")

    def active_value(self, name: str) -> float:
        """Return the value of the fault; 0 if it is not active."""
        return self._values.get(name, 0)

    def applies(self, name: str) -> bool:
        """Return whether the fault applies to this occasion. Counts it, and ends a fault after its last request."""
        value, unit = self.active_value(name), FAULTS[name].unit
        if not value or (unit == "probability" and self._random.random() >= value):
            return False
        self._applied[name] += 1
        if unit == "requests":
            self._values[name] = value - 1
        self._changes.publish("faults")
        return True

    def applying_to_callback(self) -> dict[str, float]:
        """Return the faults that apply to the next callback, with their values. A lost callback has no other fault."""
        applying: dict[str, float] = {}
        for fault in CALLBACK_FAULTS:
            if self.applies(fault.name):
                applying[fault.name] = self.active_value(fault.name)
            if "lost" in applying:
                break
        return applying

    def as_json(self) -> list[dict[str, Any]]:
        """Return all faults. `active` is true for a fault that applies every time, and false for an inactive one."""
        return [
            {
                **asdict(fault),
                "default_value": _json_value(fault.default_value),
                "active": _json_value(self.active_value(fault.name)),
                "applied": self._applied[fault.name],
            }
            for fault in FAULTS.values()
        ]


def _json_value(value: float) -> float | bool:
    return bool(value) if value in (0, EVERY_TIME) else value


def parse_fault_value(name: str, value: Any) -> float:
    """Return the value of a fault as a number. Raises ValueError for an unknown fault or an impossible value."""
    fault = FAULTS.get(name)
    if fault is None:
        raise ValueError(f"Unknown fault {name!r}. Valid names: {', '.join(FAULTS)}.")
    if value is True:
        return fault.default_value
    if value is False:
        return 0
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: {value!r} is not a number.") from None
    maximum = {"": 0, "probability": 1}.get(fault.unit, EVERY_TIME)
    if not 0 < number <= maximum:
        raise ValueError(f"{name}: {value} is not a valid value ({fault.unit or 'on or off'}).")
    return number


class CallbackReorderer:
    """Lets every second callback overtake the one before it."""

    def __init__(self) -> None:
        self._overtaken: asyncio.Event | None = None

    async def deliver(self, send: Callable[[], Awaitable[None]]) -> None:
        earlier, self._overtaken = self._overtaken, None
        if earlier:
            await send()
            earlier.set()
            return
        overtaken = self._overtaken = asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(overtaken.wait(), REORDER_WAIT_SECONDS)
        if self._overtaken is overtaken:
            self._overtaken = None
        await send()


async def deliver_with_faults(
    applying: Mapping[str, float], send: Callable[[], Awaitable[None]], reorderer: CallbackReorderer
) -> None:
    """Deliver a callback subject to the faults that apply to it."""

    async def send_copies() -> None:
        copies = 2 if "twice" in applying else 1
        await asyncio.gather(*(send() for _ in range(copies)))

    if "lost" in applying:
        return
    await asyncio.sleep(applying.get("late", 0))
    if "out-of-order" in applying:
        await reorderer.deliver(send_copies)
    else:
        await send_copies()
