"""What became of each answer, call and score: pure functions over what the network saw and the tables say."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

FINAL = frozenset({"completed", "failed", "cancelled"})
SETTLED = frozenset({"ready", "incomplete", "needs_review"})
IN_WORK = frozenset({"planned", "asked", "answered", "transcribed"})


@dataclass(frozen=True)
class Rung:
    """One call, as the phone network saw it."""

    sid: str
    attempt: str
    number: str
    began: datetime
    ended: datetime | None


@dataclass(frozen=True)
class Promise:
    """A take that the application was told of and that it answered with success."""

    sid: str
    digits: str


@dataclass(frozen=True)
class Take:
    """A take, as the tables and the files say."""

    sid: str
    response: str
    chosen: bool
    stored: bool


@dataclass(frozen=True)
class Response:
    id: str
    interview: str
    status: str
    transcript: str
    assessments: int
    current: int


@dataclass(frozen=True)
class Interview:
    id: str
    status: str
    result_status: str
    endings: int
    """How often its history says that it ended."""
    results: int
    current: int


@dataclass
class Findings:
    """Each a sentence that names the row. Empty lists: all is well."""

    lost: list[str] = field(default_factory=list)
    rung_twice: list[str] = field(default_factory=list)
    assessed_twice: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.rung_twice or self.assessed_twice or self.unfinished)

    def __str__(self) -> str:
        return "  ".join(f"{name.replace('_', ' ')} {len(found)}" for name, found in vars(self).items())

    def sentences(self) -> list[str]:
        return [f"{name.replace('_', ' ')}: {one}" for name, found in vars(self).items() for one in found]


def promises(log: Iterable[dict[str, Any]]) -> list[Promise]:
    """The takes of a call that count, by its log: `*` discards one."""
    told: dict[str, dict[str, str]] = {}
    heard: set[str] = set()
    for entry in log:
        if entry["event"] == "request" and entry["url"].endswith("/take"):
            told[entry["url"]] = entry["params"]
        elif entry["event"] == "reply" and entry["to"] == "request" and 200 <= entry["status"] < 300:
            heard.add(entry["url"])
    kept = [params for url, params in told.items() if url in heard and params.get("Digits") != "*"]
    return [Promise(params["RecordingSid"], params.get("Digits", "")) for params in kept]


def lost(
    promised: Iterable[Promise], takes: Iterable[Take], responses: Iterable[Response], words: dict[str, str]
) -> list[str]:
    """Answers that were promised and are not here with their audio and, word for word, their transcript.

    `words`: what was said in each take. One that was broken off by hanging up may give way to a better one.
    """
    by_sid = {take.sid: take for take in takes}
    chosen = {take.response: take for take in by_sid.values() if take.chosen}
    by_id = {one.id: one for one in responses}
    found = []
    for promise in promised:
        take = by_sid.get(promise.sid)
        if take is None:
            found.append(f"{promise.sid}: the tables do not know it")
            continue
        counts = chosen.get(take.response)
        if counts is None or (promise.digits != "hangup" and counts is not take):
            found.append(f"{promise.sid}: is not the answer to question {take.response}")
            continue
        response, said = by_id[take.response], words.get(counts.sid, "")
        if not counts.stored:
            found.append(f"{counts.sid}: its audio is not here; question {response.id} is {response.status}")
        elif response.transcript != said:
            found.append(f"{counts.sid}: question {response.id}, {response.status}, has other words than were said")
    return found


def rung_twice(calls: Sequence[Rung]) -> list[str]:
    by_attempt = Counter(call.attempt for call in calls)
    found = [f"attempt {attempt}: {count} calls" for attempt, count in by_attempt.items() if count > 1]
    by_number = defaultdict(list)
    for call in sorted(calls, key=lambda one: one.began):
        by_number[call.number].append(call)
    for number, rung in by_number.items():
        for first, second in pairwise(rung):
            if first.ended is None or second.began < first.ended:
                found.append(f"{number}: {second.sid} while {first.sid} was running")
    return found


def assessed_twice(
    responses: Iterable[Response], interviews: Iterable[Interview], paid: dict[str, int], crashes: int
) -> list[str]:
    """`paid`: how often a model gave its whole reply to each prompt. Nobody here has asked for another score."""
    found = [
        f"question {one.id}: {one.assessments} assessments, {one.current} of them current"
        for one in responses
        if (one.assessments, one.current) != ((1, 1) if one.status == "assessed" else (0, 0))
    ]
    found += [
        f"interview {one.id}: {one.results} results, {one.current} of them current"
        for one in interviews
        if (one.results, one.current) != ((1, 1) if one.result_status in SETTLED else (0, 0))
    ]
    return found + [f"{what[-80:]!r}: paid for {count} times" for what, count in paid.items() if count > 1 + crashes]


def unfinished(interviews: Iterable[Interview], responses: Iterable[Response]) -> list[str]:
    """What has not reached exactly one final state."""
    open_ones = {one.interview for one in responses if one.status in IN_WORK}
    found = []
    for one in interviews:
        concluded = one.status != "completed" or (one.result_status in SETTLED and one.id not in open_ones)
        if one.status not in FINAL or not concluded or one.endings != 1:
            found.append(f"interview {one.id}: {one.status}, result {one.result_status}, ended {one.endings} times")
    return found
