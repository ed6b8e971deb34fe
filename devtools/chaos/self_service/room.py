"""A candidate in the room, as the page's script behaves (static/screener/room): what is recorded is kept on the device
until the server has acknowledged it, and is sent for as long as that takes. Tabs die, other tabs and devices take over.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Any
from uuid import UUID, uuid4

from devtools.chaos.self_service.requests_until_reply import Browser
from devtools.chaos.self_service.writing import WritingCandidate
from devtools.harness.kept_answers import AcknowledgedTake

PATH = "room/"
BYTES_PER_SECOND = 32_000
SHORTEST_CHUNK = 2_000
CHUNKS_AT_ONCE = (2, 5)
MAX_REFUSALS = 100
CONFLICT = "conflict"
MOST_UNSENT = 3
"""How many chunks of a device with a poor connection wait, and overtake each other."""
SHARE_KILLED_TABS, SHARE_OTHER_TABS, SHARE_OTHER_DEVICES = 0.06, 0.06, 0.06
SHARE_NEW_TAKES, SHARE_IN_WRITING = 0.1, 0.1
ENTER_AGAIN = frozenset({"taken_over", "stale", "closed", "no_question", "discarded"})


class Refused(Exception):
    """The server refused a request of the script."""

    def __init__(self, code: str, data: object) -> None:
        super().__init__(code, data)
        self.code = code


class Interrupted(Exception):
    """The tab is gone: the candidate opens another one."""


@dataclass
class Device:
    """What outlives a tab: the takes by question, and their chunks that were not acknowledged."""

    takes: dict[int, UUID] = field(default_factory=dict)
    unsent: dict[UUID, dict[int, bytes]] = field(default_factory=dict)

    def chunks_of(self, take: UUID) -> dict[int, bytes]:
        return self.unsent.setdefault(take, {})


@dataclass
class RoomCandidate:
    """`has_poor_connection`: chunks overtake each other. Such a candidate stays at one device, which fills the gaps.

    `takes`: what was acknowledged.
    """

    interview: str
    browser: Browser
    writer: WritingCandidate
    pause: Callable[[], object]
    has_poor_connection: bool
    takes: dict[UUID, AcknowledgedTake] = field(default_factory=dict)
    tab: UUID = field(default_factory=uuid4)
    devices: list[Device] = field(default_factory=lambda: [Device(), Device()])
    state: dict[str, Any] = field(default_factory=lambda: {"stage": "outside"})

    @property
    def random(self) -> Random:
        return self.browser.random

    @property
    def device(self) -> Device:
        return self.devices[0]

    def hold(self) -> None:
        """Answer until no question is left."""
        for _ in range(MAX_REFUSALS):
            try:
                while self.state["stage"] != "over":
                    self._go_on()
                return
            except Interrupted:
                self.state = {"stage": "outside"}
            except Refused as refusal:
                if refusal.code == "over":
                    return
                if refusal.code not in ENTER_AGAIN:
                    raise
                self.state = {"stage": "outside"}
        raise RuntimeError(f"refused {MAX_REFUSALS} times")

    def _go_on(self) -> None:
        match self.state["stage"]:
            case "outside":
                self.tab = uuid4()
                self.state = self._post("enter/")
            case "consent":
                self.state = self._post("choice/", json={"turn": self.state["turn"], "choice": "agree"})
            case "question":
                self._answer()
            case stage:
                raise RuntimeError(f"the room is at {stage}")

    # --- One answer ---

    def _answer(self) -> None:
        take, number = self._begin_take()
        for following in range(number, number + self.random.randint(*CHUNKS_AT_ONCE)):
            self.device.chunks_of(take)[following] = self._hear()
            number = following + 1
            self._upload(take, keep=self.random.randint(0, MOST_UNSENT) if self.has_poor_connection else 0)
            self.pause()
            self._interrupt()
        self._upload(take, keep=0)
        if self.random.random() < SHARE_IN_WRITING:
            self._answer_in_writing()
        elif self.state["takes_left"] > 1 and self.random.random() < SHARE_NEW_TAKES:
            self._discard(take)
        else:
            self._send(take, number)

    def _begin_take(self) -> tuple[UUID, int]:
        """Return the take to record, and the number of its next chunk. One that was interrupted is continued."""
        position, continued = self.state["question"]["position"], self.state["take"]
        if continued:
            take, number = UUID(continued["id"]), int(continued["next"])
        else:
            take, number = self.device.takes.get(position) or uuid4(), 0
            self._post(f"takes/{take}/")
        self.device.takes[position] = take
        self.takes.setdefault(take, AcknowledgedTake(self.interview, str(take)))
        return take, max([number, *(unsent + 1 for unsent in self.device.chunks_of(take))])

    def _hear(self) -> bytes:
        """A second of sound, or less before a pause."""
        samples = BYTES_PER_SECOND // 2 if self.random.random() < 0.8 else self.random.randint(1, SHORTEST_CHUNK)
        return self.random.randbytes(2 * samples)

    def _upload(self, take: UUID, *, keep: int) -> None:
        """Send what waits on the device except for `keep` chunks, in the order of the numbers unless some overtake."""
        unsent = self.device.chunks_of(take)
        while len(unsent) > keep:
            number = self.random.choice(list(unsent)) if self.has_poor_connection else min(unsent)
            try:
                self._post(f"takes/{take}/chunks/{number}/", data=unsent[number])
                self.takes[take].chunks[number] = unsent[number]
            except Refused as refusal:
                if refusal.code != CONFLICT:  # another device has gone on: its sound counts
                    raise
            del unsent[number]

    def _send(self, take: UUID, count: int) -> None:
        if sum(map(len, self.takes[take].chunks.values())) < BYTES_PER_SECOND:
            return  # too short: the next round goes on with the take
        self.state = self._post(f"takes/{take}/send/", json={"count": count})
        self.takes[take].count = count

    def _discard(self, take: UUID) -> None:
        """Record the answer again: opening another take discards this one."""
        position = self.state["question"]["position"]
        self.device.takes.pop(position)
        self.state["take"] = None
        self.state["takes_left"] -= 1

    def _answer_in_writing(self) -> None:
        """Move to the text and answer the same question there. The take stays behind."""
        self.writer.answer_next()
        raise Interrupted

    # --- What happens to tabs ---

    def _interrupt(self) -> None:
        chance = self.random.random()
        if chance < SHARE_KILLED_TABS:
            raise Interrupted
        if chance < SHARE_KILLED_TABS + SHARE_OTHER_TABS:
            self._post("enter/", tab=uuid4())
        elif chance < SHARE_KILLED_TABS + SHARE_OTHER_TABS + SHARE_OTHER_DEVICES and not self.has_poor_connection:
            self.devices.reverse()
            raise Interrupted

    def _post(self, path: str, *, tab: UUID | None = None, **content: Any) -> dict[str, Any]:
        response = self.browser.post(PATH + path, headers={"X-Room-Tab": str(tab or self.tab)}, **content)
        data: dict[str, Any] = response.json()
        if response.status_code != HTTPStatus.OK:
            raise Refused(data.get("code", str(response.status_code)), data)
        return data
