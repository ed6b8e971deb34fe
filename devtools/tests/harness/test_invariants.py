"""The checks of the experiments find each violation, and no violation where there is none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devtools.harness.invariants import (
    AcknowledgedRecording,
    InterviewRow,
    PlacedCall,
    RecordingRow,
    ResponseRow,
    Violations,
    acknowledged_recordings,
    find_assessed_twice,
    find_called_twice,
    find_lost,
    find_unfinished,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACKNOWLEDGED = AcknowledgedRecording("RE1", "")
CUT_SHORT = AcknowledgedRecording("RE1", "hangup")
RECORDING = RecordingRow("RE1", "q1", chosen=True, stored=True)
RESPONSE = ResponseRow("q1", "i1", "assessed", "said", assessments=1, current_assessments=1)
INTERVIEW = InterviewRow("i1", "completed", "ready", end_events=1, results=1, current_results=1)
UTTERANCES = {"RE1": "said", "RE2": "more"}


def make_call(sid: str, attempt: str, *, start: int, end: int | None, number: str = "+1") -> PlacedCall:
    """Return a call by its start and end in seconds."""
    ended = None if end is None else NOON + timedelta(seconds=end)
    return PlacedCall(sid, attempt, number, NOON + timedelta(seconds=start), ended)


def make_log(*, status: int = 200, digits: str = "", url: str = "/turns/3/take") -> list[dict[str, Any]]:
    return [
        {"event": "request", "url": url, "params": {"RecordingSid": "RE1", "Digits": digits}},
        {"event": "reply", "to": "request", "url": url, "status": status},
    ]


# --- acknowledged recordings ---


def test_success_acknowledges_recording() -> None:
    assert acknowledged_recordings(make_log()) == [ACKNOWLEDGED]
    assert acknowledged_recordings(make_log(digits="hangup")) == [CUT_SHORT]
    assert acknowledged_recordings(make_log() * 2) == [ACKNOWLEDGED]


@pytest.mark.parametrize(
    "log", [make_log(status=503), make_log(digits="*"), make_log(url="/turns/1/reply"), make_log()[:1]]
)
def test_other_requests_acknowledge_nothing(log: list[dict[str, Any]]) -> None:
    assert acknowledged_recordings(log) == []


# --- lost answers ---


def test_complete_answer_is_not_lost() -> None:
    assert find_lost([ACKNOWLEDGED], [RECORDING], [RESPONSE], UTTERANCES) == []


@pytest.mark.parametrize(
    ("recording", "response"),
    [
        (RecordingRow("RE9", "q1", chosen=True, stored=True), RESPONSE),
        (RecordingRow("RE1", "q1", chosen=False, stored=True), RESPONSE),
        (RecordingRow("RE1", "q1", chosen=True, stored=False), RESPONSE),
        (RECORDING, ResponseRow("q1", "i1", "assessed", "other words", 1, 1)),
        (RECORDING, ResponseRow("q1", "i1", "audio_lost", "", 0, 0)),
    ],
)
def test_incomplete_answer_is_lost(recording: RecordingRow, response: ResponseRow) -> None:
    assert len(find_lost([ACKNOWLEDGED], [recording], [response], UTTERANCES)) == 1


def test_only_cut_short_recording_is_replaceable() -> None:
    recordings = [
        RecordingRow("RE1", "q1", chosen=False, stored=True),
        RecordingRow("RE2", "q1", chosen=True, stored=True),
    ]
    responses = [ResponseRow("q1", "i1", "assessed", "more", 1, 1)]
    assert find_lost([CUT_SHORT], recordings, responses, UTTERANCES) == []
    assert len(find_lost([ACKNOWLEDGED], recordings, responses, UTTERANCES)) == 1


# --- double calls, assessments and states ---


@pytest.mark.parametrize(
    "calls",
    [
        [make_call("CA1", "a1", start=0, end=5), make_call("CA2", "a2", start=5, end=None)],
        [make_call("CA1", "a1", start=0, end=None), make_call("CA2", "a2", start=1, end=2, number="+2")],
    ],
)
def test_separate_calls_are_allowed(calls: list[PlacedCall]) -> None:
    assert find_called_twice(calls) == []


@pytest.mark.parametrize(
    "calls",
    [
        [make_call("CA1", "a1", start=0, end=1), make_call("CA2", "a1", start=2, end=3)],
        [make_call("CA1", "a1", start=0, end=3), make_call("CA2", "a2", start=2, end=4)],
        [make_call("CA1", "a1", start=0, end=None), make_call("CA2", "a2", start=2, end=4)],
    ],
)
def test_double_calls_are_found(calls: list[PlacedCall]) -> None:
    assert len(find_called_twice(calls)) == 1


@pytest.mark.parametrize(("paid", "violations"), [(1, 0), (2, 0), (3, 1)])
def test_crash_allows_one_more_payment(paid: int, violations: int) -> None:
    assert len(find_assessed_twice([RESPONSE], [INTERVIEW], {"prompt": paid}, crashes=1)) == violations


@pytest.mark.parametrize(
    ("response", "interview"),
    [
        (ResponseRow("q1", "i1", "assessed", "said", 2, 2), INTERVIEW),
        (ResponseRow("q1", "i1", "assessed", "said", 1, 0), INTERVIEW),
        (ResponseRow("q1", "i1", "silent", "", 1, 1), INTERVIEW),
        (RESPONSE, InterviewRow("i1", "completed", "ready", 1, 2, 1)),
    ],
)
def test_double_assessments_are_found(response: ResponseRow, interview: InterviewRow) -> None:
    assert len(find_assessed_twice([response], [interview], {}, crashes=0)) == 1


def test_answer_may_be_judged_twice() -> None:
    response = ResponseRow("q1", "i1", "assessed", "said", assessments=2, current_assessments=1)
    assert find_assessed_twice([response], [INTERVIEW], {}, crashes=0) == []


@pytest.mark.parametrize("interview", [INTERVIEW, InterviewRow("i1", "failed", "none", 1, 0, 0)])
def test_finished_interviews_are_allowed(interview: InterviewRow) -> None:
    assert find_unfinished([interview], [RESPONSE]) == []


@pytest.mark.parametrize(
    ("interview", "response"),
    [
        (InterviewRow("i1", "in_progress", "none", 0, 1, 1), RESPONSE),
        (InterviewRow("i1", "completed", "pending", 1, 1, 1), RESPONSE),
        (InterviewRow("i1", "completed", "ready", 2, 1, 1), RESPONSE),
        (INTERVIEW, ResponseRow("q1", "i1", "answered", "", 0, 0)),
    ],
)
def test_unfinished_interviews_are_found(interview: InterviewRow, response: ResponseRow) -> None:
    assert len(find_unfinished([interview], [response])) == 1


# --- the summary ---


def test_violations_are_summarised() -> None:
    assert not Violations()
    violations = Violations(called_twice=["attempt a1: 2 calls"])
    assert violations
    assert str(violations).split("  ") == [
        "lost 0",
        "called twice 1",
        "assessed twice 0",
        "unfinished 0",
        "answered twice 0",
    ]
    assert len(violations.sentences()) == 1


def test_violations_add_up() -> None:
    total = Violations(lost=["a"])
    total.extend(Violations(lost=["b"], unfinished=["c"]))
    assert total == Violations(lost=["a", "b"], unfinished=["c"])
