"""`python -m devtools.load.webhook_load`: sends signed webhooks as Twilio does; a plan on stdin, results on stdout.

A process of its own, so that nothing but the application's answers takes its time.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import aiohttp

QUESTIONS = 5


@dataclass(frozen=True)
class Step:
    """One webhook, ready to be sent."""

    kind: str
    path: str
    body: str
    signature: str


@dataclass(frozen=True)
class Account:
    sid: str
    token: str
    base: str
    """The public address, which is what is signed."""

    def sign(self, kind: str, path: str, form: dict[str, str]) -> Step:
        text = self.base + path + "".join(f"{key}{form[key]}" for key in sorted(form))
        digest = hmac.new(self.token.encode(), text.encode(), hashlib.sha1).digest()
        return Step(kind, path, urlencode(form), base64.b64encode(digest).decode())


def script(attempt: str, account: Account) -> list[Step]:
    """All webhooks of one call in which every question is answered, in their order."""
    call = {
        "CallSid": f"CA{UUID(attempt).hex}",
        "AccountSid": account.sid,
        "From": "+12025550100",
        "To": "+14155550100",
        "CallStatus": "in-progress",
        "Direction": "outbound-api",
        "ApiVersion": "2010-04-01",
    }
    here = f"/webhooks/twilio/attempts/{attempt}"

    def steps() -> Iterator[Step]:
        yield account.sign("turn", f"{here}/turns/0/pickup", call)
        for turn in (1, 2):
            yield account.sign("turn", f"{here}/turns/{turn}/reply", call | {"Digits": "1"})
        for turn in range(3, 3 + QUESTIONS):
            take = call | {"RecordingSid": f"RE{uuid4().hex}", "RecordingDuration": "20"}
            yield account.sign("take", f"{here}/turns/{turn}/take", take | {"Digits": ""})
            yield account.sign("news", f"{here}/turns/{turn}/recording", take | {"RecordingStatus": "completed"})
            said = {"TranscriptionSid": f"TR{uuid4().hex}", "TranscriptionStatus": "completed"}
            words = said | {"TranscriptionText": "I led the migration of twelve services in six weeks."}
            yield account.sign("news", f"{here}/turns/{turn}/transcription", take | words)
        over = {"CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "150"}
        yield account.sign("news", f"{here}/status", call | over)

    return list(steps())


@dataclass(frozen=True)
class Plan:
    """`rate`: webhooks per second whatever the answers take, 0: as fast as they come. `width`: calls at once."""

    to: str
    calls: list[list[Step]]
    rate: float
    width: int

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> "Plan":
        given = json.loads(text)
        return cls(**given | {"calls": [[Step(**step) for step in call] for call in given["calls"]]})


class Client:
    def __init__(self, plan: Plan, session: aiohttp.ClientSession) -> None:
        self._plan, self._session = plan, session
        self._clock = asyncio.get_running_loop().time
        self.samples: list[tuple[str, float, int]] = []

    async def run(self) -> float:
        """Send it all; returns the seconds that it took."""
        waiting = enumerate(self._plan.calls)
        began = self._clock()
        if self._plan.rate:
            await asyncio.gather(*(self._at_its_pace(began, *one) for one in waiting))
        else:
            await asyncio.gather(*(self._one_after_another(waiting) for _ in range(self._plan.width)))
        return self._clock() - began

    async def _at_its_pace(self, began: float, index: int, call: list[Step]) -> None:
        """Each step at its time: what is answered late is late from then on, not from when it was sent."""
        wave, place = divmod(index, self._plan.width)
        start = began + (wave * len(call) * self._plan.width + place) / self._plan.rate
        for number, step in enumerate(call):
            due = start + number * self._plan.width / self._plan.rate
            await asyncio.sleep(max(0, due - self._clock()))
            await self._send(step, due)

    async def _one_after_another(self, waiting: Iterator[tuple[int, list[Step]]]) -> None:
        for _, call in waiting:
            for step in call:
                await self._send(step, self._clock())

    async def _send(self, step: Step, due: float) -> None:
        headers = {
            "X-Twilio-Signature": step.signature,
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        async with self._session.post(self._plan.to + step.path, data=step.body, headers=headers) as reply:
            await reply.read()
        self.samples.append((step.kind, self._clock() - due, reply.status))


async def send(plan: Plan) -> dict[str, Any]:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)  # as Twilio: no connection is kept
    async with aiohttp.ClientSession(connector=connector) as session:
        client = Client(plan, session)
        seconds = await client.run()
    return {"seconds": seconds, "samples": client.samples}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(send(Plan.parse(sys.stdin.read())))))
