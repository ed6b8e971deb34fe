"""Failures of a model's server: of OpenAI under load, and of small models on local servers."""

import json
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from devtools.model_simulator import replies
from devtools.model_simulator.interviewer import completion_of
from devtools.model_simulator.replies import Behaviour
from devtools.model_simulator.requests import ReceivedRequest

EVERY_TIME = math.inf
HANG_SECONDS = 60.0
SLOW_SECONDS = 20.0
RETRY_AFTER_SECONDS = 1
DEFAULT_CAP = 4096
"""Tokens after which a model that loops stops by itself."""
LOOPED_WORDS = "and then I checked it again "

Content = dict[str, Any] | None
MakeReply = Callable[[ReceivedRequest, Content], Behaviour]


@dataclass(frozen=True)
class Fault:
    """`reply` makes the faulty reply from the one that the model would have given."""

    description: str
    reply: MakeReply


def _cut_off(request: ReceivedRequest, content: Content) -> Behaviour:
    body = json.dumps(replies.completion(json.dumps(content))).encode()

    def reply(exchange: replies.Exchange) -> None:
        exchange.begin(200, len(body))
        exchange.wfile.write(body[:-50])
        exchange.close_connection = True

    return reply


def _drip(request: ReceivedRequest, content: Content) -> Behaviour:
    return replies.dripping_reply(SLOW_SECONDS, json.dumps(replies.completion(json.dumps(content))).encode())


def _loop(request: ReceivedRequest, content: Content) -> Behaviour:
    """Repeat the same words until the cap that the request sets, as a small model does that found no end."""
    fields = request.json
    cap = int(fields.get("max_completion_tokens") or fields.get("max_tokens") or DEFAULT_CAP)
    text = LOOPED_WORDS * (cap * replies.CHARACTERS_PER_TOKEN // len(LOOPED_WORDS))
    return replies.completion_reply(f'{{"criteria": [{{"reason": "{text}', finish_reason="length", tokens=(321, cap))


def _exceed_bounds(request: ReceivedRequest, content: Content) -> Behaviour:
    """Put each number out of its bounds, as a server does that does not enforce the schema."""
    return replies.completion_reply(json.dumps(_enlarge(content)))


def _enlarge(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int() | float():
            return value + 1000
        case list():
            return [_enlarge(entry) for entry in value]
        case dict():
            return {name: _enlarge(entry) for name, entry in value.items()}
        case _:
            return value


FAULTS: dict[str, Fault] = {
    "hang": Fault("does not respond", lambda *_: replies.hanging_reply(HANG_SECONDS)),
    "429": Fault("limits the request rate", lambda *_: replies.error_reply(429, Retry_After=str(RETRY_AFTER_SECONDS))),
    "500": Fault("fails", lambda *_: replies.error_reply(500)),
    "dies": Fault("closes the connection without a response", lambda *_: replies.disconnect),
    "truncated": Fault("cuts off its response", _cut_off),
    "malformed": Fault(
        "replies with text that is no JSON", lambda *_: replies.completion_reply('Sure! {"criteria": [')
    ),
    "refusal": Fault("refuses", lambda request, _: completion_of(request, None)),
    "slow": Fault(f"sends its reply over {SLOW_SECONDS:g} seconds", _drip),
    "loop": Fault("repeats itself until the length limit", _loop),
    "out-of-bounds": Fault("replies with numbers out of their bounds", _exceed_bounds),
}


class Faults:
    """The active faults: `NAME` or `PURPOSE:NAME`, each with the number of requests that it still affects."""

    def __init__(self) -> None:
        self._left: dict[str, float] = {}
        self._lock = threading.Lock()

    def activate(self, values: Mapping[str, Any]) -> None:
        """Activate exactly these faults; `true` stands for every request. Raises ValueError with the reason."""
        left = {name: parse_fault_value(name, value) for name, value in values.items()}
        with self._lock:
            self._left = left

    def add(self, name: str, requests: int) -> None:
        with self._lock:
            self._left[name] = self._left.get(name, 0) + parse_fault_value(name, requests)

    def take(self, purpose: str) -> str:
        """Return the fault of the next request, and count it. Empty: none. Faults of the purpose come first."""
        with self._lock:
            for key in sorted(self._left, key=lambda name: ":" not in name):
                of, _, fault = key.rpartition(":")
                if of in ("", purpose) and self._left[key] > 0:
                    self._left[key] -= 1
                    return fault
        return ""

    def as_json(self) -> dict[str, float | bool]:
        with self._lock:
            return {name: left == EVERY_TIME or left for name, left in self._left.items() if left}


def parse_fault_value(name: str, value: Any) -> float:
    """Return the number of requests. Raises ValueError for an unknown fault or an impossible number."""
    if name.rpartition(":")[2] not in FAULTS:
        raise ValueError(f"Unknown fault {name!r}. Valid names: {', '.join(FAULTS)}.")
    if value is True:
        return EVERY_TIME
    if isinstance(value, bool) or not str(value).isdecimal():
        raise ValueError(f"{name}: {value!r} is not a number of requests.")
    return float(value)
