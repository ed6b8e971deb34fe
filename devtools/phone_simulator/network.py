"""The simulated phone network: one account with its calls, recordings and SMS, and the speed of simulated time."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from .callees.callee import Callee
from .callees.human_callee import HumanCallee
from .callees.personas import persona_for_number
from .change_stream import ChangeStream
from .faults import ActiveFaults
from .messages.message import Message
from .resources import INBOUND, Call, Recording, Transcription
from .speech_recognizer import SpeechRecognizer
from .webhook_client import WebhookClient


@dataclass
class Network:
    """State shared by the REST API and the running calls. Lives in one event loop."""

    account_sid: str
    auth_token: str
    speed: float = 0  # simulated seconds per real second; 0: simulated time takes no real time
    caller_number: str | None = None  # the only number that may call; None: any
    choose_callee: Callable[[str], Callee] = persona_for_number
    synthesize_speech: bool = True  # record speech, if espeak-ng is installed; otherwise tones
    recognizer: SpeechRecognizer | None = None  # of humans at the phone page; None: only typed words are understood
    human_answers_all: bool = False  # the human at the phone page answers all calls,
    human_numbers: set[str] = field(default_factory=set)  # or only calls to these numbers
    inbound_url: str = ""  # where the application takes calls to its number, with a slash at the end; empty: nowhere
    sms_url: str = ""  # where the application takes SMS to its number; empty: nowhere
    application_number: str = "+14155550199"  # that number, until the application has called from another one
    changes: ChangeStream = field(default_factory=ChangeStream)
    url: str = ""  # base URL of the REST API
    calls: dict[str, Call] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    transcriptions: dict[str, Transcription] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    opted_out: set[tuple[str, str]] = field(default_factory=set)  # numbers that said STOP, each with the sender
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.webhook_client = WebhookClient(self.auth_token)
        self.faults = ActiveFaults(self.changes)

    @property
    def sender_number(self) -> str:
        """The number of the application that sends and gets SMS."""
        return self.caller_number or self.application_number

    def real_seconds(self, simulated_seconds: float) -> float:
        return simulated_seconds / self.speed if self.speed else 0

    def start_task(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run the coroutine in the background until it ends or the network shuts down."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def wait_until_idle(self) -> None:
        """Return once no call is running and no callback is pending."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def shut_down(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def receive_call(self, number: str, callee: Callee) -> Call:
        """Create a call from this number to the application, with the settings of the application's number."""
        placed = [call.from_ for call in self.calls.values() if not call.is_inbound]
        params = {
            "From": number,
            "To": self.caller_number or (placed[-1] if placed else self.application_number),
            "Url": self.inbound_url,
            "FallbackUrl": f"{self.inbound_url}fallback",
            "StatusCallback": f"{self.inbound_url}status",
        }
        call = Call(self.account_sid, params, frozenset({"completed"}), callee.name, INBOUND)
        self.calls[call.sid] = call
        return call

    def create_call(self, params: Mapping[str, str], reported_events: frozenset[str]) -> tuple[Call, Callee]:
        number = params["To"]
        is_for_human = self.human_answers_all or number in self.human_numbers
        callee = HumanCallee() if is_for_human else self.choose_callee(number)
        call = Call(self.account_sid, params, reported_events, callee.name)
        self.calls[call.sid] = call
        return call, callee
