"""Reports of any size, made without the database."""

from datetime import UTC, datetime
from typing import Any

from interviews.reports.interview.report import (
    InterviewReport,
    ReportAnswer,
    ReportAttempt,
    ReportCriterion,
    ReportDecision,
    ReportResult,
)
from screener.records import Point

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SENTENCE = "We moved four hundred mailboxes in six weeks, and nobody lost a mail. "
CRITERIA = ("Relevance", "Specificity", "Clarity", "Professionalism", "Initiative", "Empathy")


def make_text(length: int, sentence: str = SENTENCE) -> str:
    return (sentence * (length // len(sentence) + 1))[:length].strip()


def make_report(
    *, answers: int = 5, criteria: int = 4, words: int = 120, sentence: str = SENTENCE, points: int = 3, **changes: Any
) -> InterviewReport:
    """`words`: the characters of every text that a person or a model wrote."""
    text = make_text(words, sentence)
    fields: dict[str, Any] = {
        "interview_id": "b6a1f0de-9a3c-4f2e-8a44-3c0a1c7d5e21",
        "job_id": "0d9d4b0e-5f0c-4b43-9a5e-6a2f4c8f1b11",
        "candidate_id": "3f9d2c1a-7b64-4d5c-9a0e-51c8e2f7a913",
        "candidate_name": "Ada Lovelace",
        "names_hidden": False,
        "scores_hidden": False,
        "job_title": "Support engineer",
        "employer": "Northwind Logistics, Inc.",
        "language": "en",
        "status": "completed",
        "status_label": "Completed",
        "outcome": "complete",
        "outcome_reason": "",
        "result_status": "ready",
        "result_status_label": "Ready",
        "started_at": NOW,
        "completed_at": NOW,
        "duration_seconds": 342,
        "answers_erased_at": None,
        "attempts": [_attempt(number) for number in range(1, 4)],
        "result": _result(text, points),
        "decision": _decision(text),
        "answers": [_answer(position, criteria, text) for position in range(answers)],
        "generated_at": NOW,
    }
    return InterviewReport(**fields | changes)


def _attempt(number: int) -> ReportAttempt:
    return ReportAttempt(
        number=number,
        channel="phone",
        channel_label="Phone",
        outcome="no_answer",
        outcome_label="No answer",
        started_at=NOW,
    )


def _result(text: str, points: int) -> ReportResult:
    statements = [Point(text=text, position=position, quote=text) for position in range(points)]
    return ReportResult(
        overall_score=7.5,
        coverage=1.0,
        recommendation="hire",
        recommendation_label="Hire",
        reasoning=text,
        grounds=statements,
        strengths=statements,
        improvements=statements,
        flags=["needs a reviewer", "the transcript is uncertain: listen to the recording"],
        hire_at=7.0,
        consider_at=4.5,
        judged_by="simulated model",
        model="simulated-model",
        created_at=NOW,
    )


def _decision(text: str) -> ReportDecision:
    return ReportDecision(
        verdict="hire", verdict_label="Hire", reason=text, decided_by="hanna", decided_at=NOW, is_recommended=True
    )


def _answer(position: int, criteria: int, text: str) -> ReportAnswer:
    return ReportAnswer(
        position=position,
        question=f"{text}?",
        competency="Troubleshooting",
        weight=1.0,
        status="assessed",
        status_label="Assessed",
        problem="",
        score=7.5,
        scored_by="simulated model",
        criteria=[
            ReportCriterion(name=name, weight=1.0, score=7.5, reason=text, quotes=[text, text])
            for name in CRITERIA[:criteria]
        ],
        flags=[],
        transcript=text,
    )
