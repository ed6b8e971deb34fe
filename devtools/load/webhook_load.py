"""`python -m devtools.load.webhook_load`: sends signed webhooks as Twilio does. Plan on stdin, samples on stdout.

It is a process of its own, so that its timing depends on the application only.
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
FIRST_QUESTION_TURN = 3
TURN, ANSWER, CALLBACK = "turn", "answer", "callback"  # kinds of webhooks
TRANSCRIPT = "I led the migration of twelve services in six weeks."


@dataclass(frozen=True)
class SignedWebhook:
    kind: str
    path: str
    body: str
    signature: str

    @property
    def headers(self) -> dict[str, str]:
        content_type = "application/x-www-form-urlencoded; charset=UTF-8"
        return {"X-Twilio-Signature": self.signature, "Content-Type": content_type}


@dataclass(frozen=True)
class SigningAccount:
    sid: str
    token: str
    base_url: str
    """The public address, which is part of the signature."""

    def sign(self, kind: str, path: str, form: dict[str, str]) -> SignedWebhook:
        text = self.base_url + path + "".join(f"{key}{form[key]}" for key in sorted(form))
        digest = hmac.new(self.token.encode(), text.encode(), hashlib.sha1).digest()
        return SignedWebhook(kind, path, urlencode(form), base64.b64encode(digest).decode())


def script_call(attempt: str, account: SigningAccount) -> list[SignedWebhook]:
    """Return all webhooks of a call in which every question is answered, in their order."""
    attempt_path = f"/webhooks/twilio/attempts/{attempt}"
    call_params = {
        "CallSid": f"CA{UUID(attempt).hex}",
        "AccountSid": account.sid,
        "From": "+12025550100",
        "To": "+14155550100",
        "CallStatus": "in-progress",
        "Direction": "outbound-api",
        "ApiVersion": "2010-04-01",
    }
    webhooks = [account.sign(TURN, f"{attempt_path}/turns/0/pickup", call_params)]
    for turn in range(1, FIRST_QUESTION_TURN):
        webhooks.append(account.sign(TURN, f"{attempt_path}/turns/{turn}/reply", call_params | {"Digits": "1"}))
    for turn in range(FIRST_QUESTION_TURN, FIRST_QUESTION_TURN + QUESTIONS):
        webhooks += _script_answer(f"{attempt_path}/turns/{turn}", account, call_params)
    end_params = {"CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "150"}
    return [*webhooks, account.sign(CALLBACK, f"{attempt_path}/status", call_params | end_params)]


def _script_answer(turn_path: str, account: SigningAccount, call_params: dict[str, str]) -> Iterator[SignedWebhook]:
    params = call_params | {"RecordingSid": f"RE{uuid4().hex}", "RecordingDuration": "20"}
    yield account.sign(ANSWER, f"{turn_path}/take", params | {"Digits": ""})
    yield account.sign(CALLBACK, f"{turn_path}/recording", params | {"RecordingStatus": "completed"})
    transcription = {
        "TranscriptionSid": f"TR{uuid4().hex}",
        "TranscriptionStatus": "completed",
        "TranscriptionText": TRANSCRIPT,
    }
    yield account.sign(CALLBACK, f"{turn_path}/transcription", params | transcription)


@dataclass(frozen=True)
class LoadPlan:
    """`rate`: webhooks per second regardless of the responses; 0: as fast as possible. `width`: concurrent calls."""

    url: str
    calls: list[list[SignedWebhook]]
    rate: float
    width: int

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> "LoadPlan":
        fields = json.loads(text)
        fields["calls"] = [[SignedWebhook(**webhook) for webhook in call] for call in fields["calls"]]
        return cls(**fields)


class LoadClient:
    def __init__(self, plan: LoadPlan, session: aiohttp.ClientSession) -> None:
        self._plan, self._session = plan, session
        self._clock = asyncio.get_running_loop().time
        self.samples: list[tuple[str, float, int]] = []  # kind, seconds, HTTP status

    async def send_all(self) -> float:
        """Send all webhooks. Returns the seconds that it took."""
        calls = enumerate(self._plan.calls)
        started = self._clock()
        if self._plan.rate:
            await asyncio.gather(*(self._send_on_schedule(started, index, call) for index, call in calls))
        else:
            await asyncio.gather(*(self._send_without_pause(calls) for _ in range(self._plan.width)))
        return self._clock() - started

    async def _send_on_schedule(self, started: float, index: int, call: list[SignedWebhook]) -> None:
        """Send each webhook when it is due. The latency counts from then, even if sending starts later."""
        plan = self._plan
        wave, position = divmod(index, plan.width)
        call_start = started + (wave * len(call) * plan.width + position) / plan.rate
        for number, webhook in enumerate(call):
            due = call_start + number * plan.width / plan.rate
            await asyncio.sleep(max(0, due - self._clock()))
            await self._send(webhook, due)

    async def _send_without_pause(self, calls: Iterator[tuple[int, list[SignedWebhook]]]) -> None:
        for _, call in calls:
            for webhook in call:
                await self._send(webhook, self._clock())

    async def _send(self, webhook: SignedWebhook, due: float) -> None:
        url = self._plan.url + webhook.path
        async with self._session.post(url, data=webhook.body, headers=webhook.headers) as response:
            await response.read()
        self.samples.append((webhook.kind, self._clock() - due, response.status))


async def run_plan(plan: LoadPlan) -> dict[str, Any]:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)  # like Twilio, without kept connections
    async with aiohttp.ClientSession(connector=connector) as session:
        client = LoadClient(plan, session)
        seconds = await client.send_all()
    return {"seconds": seconds, "samples": client.samples}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(run_plan(LoadPlan.parse(sys.stdin.read())))))
