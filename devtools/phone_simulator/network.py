"""The network itself: one account, its calls and recordings, and the pace of time."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from .callees.callee import Callee
from .callees.human_callee import Person
from .callees.personas import callee_for
from .faults import Faults
from .phone_page.change_stream import Feed
from .resources import Call, Recording, Transcription
from .webhook_client import Courier


@dataclass
class Network:
    """State shared by the REST API and the running calls; lives in one event loop."""

    account_sid: str
    auth_token: str
    speed: float = 0  # how many simulated seconds pass in a real one; 0: time takes no time
    number: str | None = None  # the only number that may call; None: any
    callees: Callable[[str], Callee] = callee_for  # who picks up at a number
    spoken: bool = True  # whether recordings are speech (where espeak-ng is installed) or tones
    answering: bool = False  # whether a person answers all calls, at the phone page,
    reserved: set[str] = field(default_factory=set)  # or only those to these numbers
    feed: Feed = field(default_factory=Feed)
    url: str = ""  # where the REST API is reachable
    calls: dict[str, Call] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    transcriptions: dict[str, Transcription] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.courier = Courier(self.auth_token)
        self.faults = Faults(self.feed)

    def pace(self, seconds: float) -> float:
        """The real seconds that so many simulated ones take."""
        return seconds / self.speed if self.speed else 0

    def start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run it in the background, for as long as the network is up."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def quiet(self) -> None:
        """Return once no call is running and no callback is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def shut_down(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def new_call(self, form: Mapping[str, str], events: frozenset[str]) -> tuple[Call, Callee]:
        for_person = self.answering or form["To"] in self.reserved
        callee = Person() if for_person else self.callees(form["To"])
        call = Call(self.account_sid, form, events, callee.name)
        self.calls[call.sid] = call
        return call, callee
