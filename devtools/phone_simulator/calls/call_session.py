"""One open phone line: time passes on it, the callee hears and reacts, and all that happens is logged."""

import asyncio
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from devtools.phone_simulator.callees.callee import SILENCE, Callee, Moment, Reaction
from devtools.phone_simulator.callees.human_callee import Person
from devtools.phone_simulator.faults import BELATED, Swap, disturbed
from devtools.phone_simulator.network import Network
from devtools.phone_simulator.resources import FINAL, Call, now
from devtools.phone_simulator.webhook_client import Reply

T = TypeVar("T")


class HungUp(Exception):
    """The call is over: the callee, the document or the time limit ended it."""


class Interrupted(Exception):
    """The REST API ended or redirected the call while time was passing on the line."""


@dataclass(frozen=True)
class Goto:
    """Where the call continues: a document to request, or one that is given."""

    method: str = "POST"
    url: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    twiml: str = ""


class Line:
    def __init__(self, network: Network, call: Call, callee: Callee) -> None:
        self.network, self.call, self.callee = network, call, callee
        self.elapsed = 0.0  # simulated seconds since the call was answered
        self.said: list[str] = []
        self.turn = 0  # how often the callee was asked to react
        self.moment: Moment | None = None  # what to, while they are
        self.taken: asyncio.Future[Person] = asyncio.get_running_loop().create_future()
        self.reported = 0  # status callbacks so far: the next one's SequenceNumber
        self._heard: list[str] = []
        self._redirect: Goto | None = None
        self._interruption: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._callbacks: set[asyncio.Task[None]] = set()
        self._swap = Swap()
        self._time_limit = int(call.form.get("TimeLimit") or 14_400)

    # ── time ──

    @property
    def live(self) -> bool:
        """Whether it is a person who has, or may take, the call: time is real for them."""
        return isinstance(self.callee, Person)

    @property
    def speed(self) -> float:
        """Until it rings there is nobody to whom time could be real."""
        dialling = self.call.status in {"queued", "initiated"}
        return 1 if self.live and not dialling else self.network.speed

    async def spend(self, seconds: float) -> None:
        """Let pass what a reaction takes; a person's has passed by the time that it is known."""
        await self.wait(0 if self.live else seconds)

    async def wait(self, seconds: float, until: asyncio.Future[Any] | None = None) -> None:
        """Let simulated time pass, less of it if `until` comes sooner.

        Raises Interrupted or, at the call's time limit, HungUp.
        """
        passing = max(0, min(seconds, self._time_limit - self.elapsed))
        if not self.speed:
            # Even the shortest simulated time is longer than a callback takes. Without sleeping
            # that has to be said: so the order of events does not depend on how busy the machine is.
            await self._unless_interrupted(self._callbacks_answered())
        loop, speed = asyncio.get_running_loop(), self.speed
        started = loop.time()
        sooner = {self._interruption, until or self._interruption}
        timeout = passing / speed if speed else 0
        done, _ = await asyncio.wait(sooner, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        self.elapsed += min(passing, (loop.time() - started) * speed) if done else passing
        if self._interruption in done:
            raise Interrupted
        if passing < seconds and not done:
            self.log("time limit", seconds=self._time_limit)
            raise HungUp

    def interrupt(self, redirect: Goto | None = None) -> None:
        """Stop what the line is doing: to continue elsewhere or, without a redirect, to end the call."""
        self._redirect = redirect
        if not self._interruption.done():
            self._interruption.set_result(None)

    def take_redirect(self) -> Goto | None:
        """After Interrupted: where to go on, None if the call was ended."""
        redirect, self._redirect = self._redirect, None
        if redirect:
            self._interruption = asyncio.get_running_loop().create_future()
        return redirect

    @property
    def is_redirected(self) -> bool:
        return self._redirect is not None

    async def _unless_interrupted(self, doing: Awaitable[T]) -> T:
        task = asyncio.ensure_future(doing)
        try:
            either: set[asyncio.Future[Any]] = {task, self._interruption}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self._interruption.done():
                raise Interrupted
            return task.result()
        finally:
            task.cancel()

    async def _callbacks_answered(self) -> None:
        if self._callbacks:
            await asyncio.wait(self._callbacks)

    # ── the callee ──

    def hear(self, text: str, language: str = "", *, played: str = "") -> str:
        """The callee hears this; returns all that they heard since they last did something.

        `played`: the address of the sound that says it.
        """
        if played:
            self.log("played", url=played, text=text)
        elif text:
            self.log("heard", text=text, language=language)
        if text:
            self._heard.append(text)
        return " ".join(self._heard)

    def hand_over(self) -> None:
        """Whoever took the call at the phone page has it from now on."""
        self.callee = self.taken.result()
        self.call.persona = self.callee.name

    def hang_up(self) -> None:
        """The callee hangs up, whatever the line is doing."""
        self.log("hangup", by="callee")
        self.interrupt()

    async def react(self, moment: Moment) -> Reaction:
        """Ask the callee what they do now."""
        reaction = await self._reaction(moment)
        if reaction != SILENCE:
            self._heard.clear()
        if reaction.sound:
            self.said.append(reaction.words)
            self.log("said", text=reaction.words, seconds=reaction.sound)
        if reaction.keys:
            self.log("pressed", keys=reaction.keys)
        return reaction

    async def _reaction(self, moment: Moment) -> Reaction:
        loop = asyncio.get_running_loop()
        started = loop.time()
        self.turn, self.moment = self.turn + 1, moment
        self._changed()
        try:
            return await self._unless_interrupted(self.callee.react(moment))
        finally:
            self.moment = None
            self.elapsed += (loop.time() - started) * self.speed
            self._changed()

    # ── the application ──

    async def request(self, method: str, url: str, params: Mapping[str, str]) -> Reply:
        """A request whose answer the call waits for. It takes as long as it takes, whatever the speed."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        reply = await self._send("request", method, url, params)
        self.elapsed += loop.time() - started
        if self._interruption.done():
            raise Interrupted
        return reply

    def notify(self, kind: str, method: str, url: str, params: Mapping[str, str]) -> None:
        """A callback whose answer nobody waits for; without a URL, none. All of them pass here, and by the faults."""

        async def deliver() -> None:
            await self._send(kind, method, url, params)

        if not url:
            return
        struck = self.network.faults.strike_callback()
        for name in struck:
            self.log("fault", name=name, of=kind)
        # What comes late must not hold up the call: not even where time takes no time.
        start = self.network.start if BELATED & struck.keys() else self.start
        start(disturbed(struck, deliver, self._swap))

    async def pass_beside(self, seconds: float) -> None:
        """Let simulated time pass for something that runs beside the call and does not hold it up."""
        await asyncio.sleep(self.network.pace(seconds))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the call, which may outlive it."""
        task = self.network.start(work)
        self._callbacks.add(task)
        task.add_done_callback(self._callbacks.discard)

    async def _send(self, kind: str, method: str, url: str, params: Mapping[str, str]) -> Reply:
        self.log(kind, method=method, url=url, params=dict(params))
        reply = await self.network.courier.send(method, url, params)
        self.log("reply", to=kind, url=url, status=reply.status, body=reply.body)
        if reply.error:
            self.fault(reply.error, f"{kind}: HTTP {reply.status}" if reply.status else kind, url)
        return reply

    # ── the log ──

    def log(self, event: str, **details: Any) -> None:
        at = now().isoformat(timespec="milliseconds")
        self.call.log.append({"at": at, "second": round(self.elapsed, 1), "event": event, **details})
        self._changed()

    def _changed(self) -> None:
        self.network.feed.changed(self.call.sid)

    def suffers(self, fault: str, of: str) -> bool:
        """Whether this fault strikes, which is then logged."""
        struck = self.network.faults.strikes(fault)
        if struck:
            self.log("fault", name=fault, of=of)
        return struck

    def fault(self, code: int, message: str, url: str) -> None:
        self.log("error", code=code, message=message, url=url)

    def close(self, status: str) -> None:
        """Give the call its final status and duration."""
        if self.call.status not in FINAL:
            self.call.duration = round(self.elapsed) if self.call.start_time else 0
            self.call.set_status(status)
