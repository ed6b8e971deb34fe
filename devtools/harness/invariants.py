"""Finds lost and doubled work: pure functions over the phone network's records and the tables."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

FINAL_STATUSES = frozenset({"completed", "failed", "cancelled"})
SETTLED_RESULTS = frozenset({"ready", "incomplete", "needs_review"})
UNSETTLED_RESPONSES = frozenset({"planned", "asked", "answered", "transcribed"})


@dataclass(frozen=True)
class PlacedCall:
    """A call in the records of the phone network."""

    sid: str
    attempt: str
    number: str
    started: datetime
    ended: datetime | None


@dataclass(frozen=True)
class AcknowledgedRecording:
    """A recording that was reported to the application, which acknowledged it with success."""

    sid: str
    digits: str


@dataclass(frozen=True)
class RecordingRow:
    sid: str
    response: str
    chosen: bool
    stored: bool
    """Whether its audio is in the files."""


@dataclass(frozen=True)
class ResponseRow:
    id: str
    interview: str
    status: str
    transcript: str
    assessments: int
    current_assessments: int


@dataclass(frozen=True)
class InterviewRow:
    id: str
    status: str
    result_status: str
    end_events: int
    results: int
    current_results: int


@dataclass
class Violations:
    """Each is a sentence that names the row. True if there are any."""

    lost: list[str] = field(default_factory=list)
    called_twice: list[str] = field(default_factory=list)
    assessed_twice: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    answered_twice: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def __str__(self) -> str:
        return "  ".join(f"{_as_words(kind)} {len(sentences)}" for kind, sentences in vars(self).items())

    def sentences(self) -> list[str]:
        return [f"{_as_words(kind)}: {sentence}" for kind, group in vars(self).items() for sentence in group]

    def extend(self, other: "Violations") -> None:
        for kind, sentences in vars(other).items():
            getattr(self, kind).extend(sentences)


def _as_words(name: str) -> str:
    return name.replace("_", " ")


def acknowledged_recordings(log: Iterable[dict[str, Any]]) -> list[AcknowledgedRecording]:
    """Return the acknowledged recordings in the log of a call, without those that the key `*` discarded."""
    reported: dict[str, dict[str, str]] = {}
    acknowledged: set[str] = set()
    for entry in log:
        if entry["event"] == "request" and entry["url"].endswith("/take"):
            reported[entry["url"]] = entry["params"]
        elif entry["event"] == "reply" and entry["to"] == "request" and 200 <= entry["status"] < 300:
            acknowledged.add(entry["url"])
    return [
        AcknowledgedRecording(params["RecordingSid"], params.get("Digits", ""))
        for url, params in reported.items()
        if url in acknowledged and params.get("Digits") != "*"
    ]


def find_lost(
    acknowledged: Iterable[AcknowledgedRecording],
    recordings: Iterable[RecordingRow],
    responses: Iterable[ResponseRow],
    utterances: Mapping[str, str],
) -> list[str]:
    """Find acknowledged answers without their row, their audio or their exact transcript.

    A recording that was cut short by hanging up may be replaced by a better one. `utterances` are by recording SID.
    """
    by_sid = {recording.sid: recording for recording in recordings}
    chosen = {recording.response: recording for recording in by_sid.values() if recording.chosen}
    by_id = {response.id: response for response in responses}
    lost = []
    for expected in acknowledged:
        recording = by_sid.get(expected.sid)
        if recording is None:
            lost.append(f"{expected.sid}: not in the tables")
            continue
        answer = chosen.get(recording.response)
        if answer is None or (expected.digits != "hangup" and answer is not recording):
            lost.append(f"{expected.sid}: not chosen as the answer to question {recording.response}")
            continue
        lost += _missing_content(answer, by_id[recording.response], utterances.get(answer.sid, ""))
    return lost


def _missing_content(answer: RecordingRow, response: ResponseRow, utterance: str) -> list[str]:
    question = f"question {response.id} ({response.status})"
    if not answer.stored:
        return [f"{answer.sid}: {question} has no audio"]
    if response.transcript != utterance:
        return [f"{answer.sid}: {question} has another transcript"]
    return []


def find_called_twice(calls: Sequence[PlacedCall]) -> list[str]:
    """Find attempts with several calls, and numbers with two calls at the same time."""
    by_attempt = Counter(call.attempt for call in calls)
    violations = [f"attempt {attempt}: {count} calls" for attempt, count in by_attempt.items() if count > 1]
    by_number = defaultdict(list)
    for call in sorted(calls, key=lambda call: call.started):
        by_number[call.number].append(call)
    for number, group in by_number.items():
        for first, second in pairwise(group):
            if first.ended is None or second.started < first.ended:
                violations.append(f"{number}: {second.sid} started while {first.sid} was running")
    return violations


def find_assessed_twice(
    responses: Iterable[ResponseRow], interviews: Iterable[InterviewRow], paid: Mapping[str, int], crashes: int
) -> list[str]:
    """Find rows without exactly one current assessment or result, and model prompts that were paid too often.

    `paid` counts the complete replies of the model by prompt. Each crash may have cost one more.
    """
    violations = [
        f"question {response.id}: {response.assessments} assessments, {response.current_assessments} of them current"
        for response in responses
        if not _has_one_current_assessment(response)
    ]
    violations += [
        f"interview {interview.id}: {interview.results} results, {interview.current_results} of them current"
        for interview in interviews
        if not _has_one_result(interview)
    ]
    paid_too_often = {prompt: count for prompt, count in paid.items() if count > 1 + crashes}
    return violations + [f"{prompt[-80:]!r}: paid {count} times" for prompt, count in paid_too_often.items()]


def _has_one_current_assessment(response: ResponseRow) -> bool:
    """An answer that was judged twice, such as one that addresses the scorer, has more rows. Only one is current."""
    return response.current_assessments == (1 if response.status == "assessed" else 0)


def _has_one_result(interview: InterviewRow) -> bool:
    expected = (1, 1) if interview.result_status in SETTLED_RESULTS else (0, 0)
    return (interview.results, interview.current_results) == expected


def find_unfinished(interviews: Iterable[InterviewRow], responses: Iterable[ResponseRow]) -> list[str]:
    """Find interviews that have not reached exactly one final state."""
    open_interviews = {response.interview for response in responses if response.status in UNSETTLED_RESPONSES}
    violations = []
    for interview in interviews:
        has_result = interview.result_status in SETTLED_RESULTS and interview.id not in open_interviews
        is_settled = interview.status != "completed" or has_result
        if interview.status not in FINAL_STATUSES or not is_settled or interview.end_events != 1:
            state = f"{interview.status}, result {interview.result_status}"
            violations.append(f"interview {interview.id}: {state}, {interview.end_events} end events")
    return violations
