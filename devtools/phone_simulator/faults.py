"""What can go wrong between the network and the application, switched on at the phone page or by flags."""

import asyncio
import math
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from .phone_page.change_stream import Feed

EVERY = math.inf
HELD = 5  # seconds that a callback is held back for the next one to pass it
SEED = 1
# All times are real ones: they are there to meet the application's own clocks.
BELATED = frozenset({"out-of-order", "late"})


@dataclass(frozen=True)
class Fault:
    name: str
    does: str
    unit: str = ""  # of its value: seconds; probability; requests, which are then the next so many
    value: float = EVERY  # unless another is given


CALLBACKS = (
    Fault("lost", "Callbacks get lost", "probability", 0.2),
    Fault("late", "Callbacks come late", "seconds", 5),
    Fault("out-of-order", "Every second callback of a call overtakes the one before it"),
    Fault("twice", "Every callback comes twice"),
)
FAULTS = {
    fault.name: fault
    for fault in (
        *CALLBACKS,
        Fault("absent", "Recordings turn out absent"),
        Fault("media-404", "The audio of a recording is not found at first", "seconds", 5),
        Fault("media-truncated", "The audio of a recording breaks off in the middle", "requests"),
        Fault("rest-429", "The REST API refuses: too many requests", "requests"),
        Fault("rest-500", "The REST API fails", "requests"),
        Fault("rest-hang", "The REST API does not answer", "requests"),
        Fault("rest-dies", "The REST API places the call, and dies before it says so", "requests"),
        Fault("rest-truncated", "The REST API does what it is asked, and breaks off while it says so", "requests"),
    )
}


class Faults:
    """Those that are active, each with its value, and how often they have struck."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._active: dict[str, float] = {}
        self._struck: Counter[str] = Counter()
        self._random = Random()  # noqa: S311 - chance, not secrecy

    def switch(self, active: Mapping[str, Any]) -> None:
        """Exactly these are active from now on: `true` for the usual value. Raises ValueError with the reason."""
        self._active = {name: value_of(name, value) for name, value in active.items()}
        self._struck.clear()
        self._random.seed(SEED)
        self._feed.changed("faults")

    def value(self, name: str) -> float:
        """0 if it is not active."""
        return self._active.get(name, 0)

    def strikes(self, name: str) -> bool:
        """Whether it does so now. Counted, and over after as many times as it was to happen."""
        value, unit = self.value(name), FAULTS[name].unit
        if not value or (unit == "probability" and self._random.random() >= value):
            return False
        self._struck[name] += 1
        if unit == "requests":
            self._active[name] = value - 1
        self._feed.changed("faults")
        return True

    def strike_callback(self) -> dict[str, float]:
        """Those that strike the next callback, each with its value. What is lost suffers nothing else."""
        struck = {}
        for fault in CALLBACKS:
            if self.strikes(fault.name):
                struck[fault.name] = self.value(fault.name)
            if "lost" in struck:
                break
        return struck

    def as_json(self) -> list[dict[str, Any]]:
        """The whole table. `active` is true for what happens every time, false for what does not."""

        def number(value: float) -> float | bool:
            return bool(value) if value in (0, EVERY) else value

        return [
            {
                **asdict(fault),
                "value": number(fault.value),
                "active": number(self.value(fault.name)),
                "struck": self._struck[fault.name],
            }
            for fault in FAULTS.values()
        ]


def value_of(name: str, value: Any) -> float:
    """Raises ValueError for what is no fault, or no value of it."""
    fault = FAULTS.get(name)
    if fault is None:
        raise ValueError(f"There is no fault {name!r}. There are: {', '.join(FAULTS)}.")
    if value is True:
        return fault.value
    if value is False:
        return 0
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: {value!r} is not a number.") from None
    most = {"": 0, "probability": 1}.get(fault.unit, EVERY)
    if not 0 < number <= most:
        raise ValueError(f"{name} takes no value {value}; {fault.unit or 'it is on or off'}.")
    return number


def from_flag(text: str) -> tuple[str, str | bool]:
    """NAME or NAME=VALUE, for argparse."""
    name, given, value = text.partition("=")
    setting = value if given else True
    try:
        value_of(name, setting)
        return name, setting
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


class Swap:
    """Lets every second callback pass before the one that came before it."""

    def __init__(self) -> None:
        self._passed: asyncio.Event | None = None

    async def deliver(self, send: Callable[[], Awaitable[None]]) -> None:
        waiting, self._passed = self._passed, None
        if waiting:
            await send()
            waiting.set()
            return
        passed = self._passed = asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(passed.wait(), HELD)
        if self._passed is passed:
            self._passed = None
        await send()


async def disturbed(struck: Mapping[str, float], deliver: Callable[[], Awaitable[None]], swap: Swap) -> None:
    """Deliver a callback as the faults that strike it will have it."""

    async def send() -> None:
        await asyncio.gather(*(deliver() for _ in range(2 if "twice" in struck else 1)))

    if "lost" in struck:
        return
    await asyncio.sleep(struck.get("late", 0))
    if "out-of-order" in struck:
        await swap.deliver(send)
    else:
        await send()
