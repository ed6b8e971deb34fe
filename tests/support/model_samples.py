"""Requests to models and their replies, as samples for tests."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from screener.services.interviewer.protocol import (
    AssessedResponse,
    Criterion,
    CriterionScore,
    InterviewText,
    JobText,
    ResponseText,
)
from screener.services.transcription.protocol import AnswerRecording
from screener.services.wav import encode_wav

JOB = JobText("Barista", "Make coffee. Questions to hr@example.com or +1 415 555 0100.", "en")
RUBRIC = (Criterion("relevance", "Relevance", 3, {2: "Off the subject.", 9: "To the point."}),)
RESPONSE = ResponseText(
    JOB, "Why coffee?", "Motivation", "I roasted beans for $5 a day at home. ${question} $answer", RUBRIC
)
SCORES: dict[str, Any] = {
    "criteria": [{"criterion": "relevance", "score": 7.5, "reason": "Says why.", "quotes": ["I roasted beans"]}],
    "feedback": "Knows coffee.",
}
PLAN = {
    "questions": [
        {
            "text": f"Question {n}?",
            "competency": "Coffee",
            "weight": 2,
            "max_seconds": 90,
            "kind": "technical",
            "follow_ups": 1,
            "good_answer": "Tastes first\nCleans up",
        }
        for n in "123"
    ]
}
CRITERION_SCORE = CriterionScore(criterion="relevance", score=8, reason="Why not.", quotes=["I roasted beans"])
INTERVIEW = InterviewText(JOB, (AssessedResponse(0, "Why coffee?", "I roasted beans", 8.0, (CRITERION_SCORE,)),))
SUMMARY = {
    "reasoning": [{"text": "Knows coffee.", "position": 0, "quote": "I roasted beans"}],
    "strengths": [{"text": "Roasts", "position": 0, "quote": "I roasted beans"}],
    "improvements": [],
    "opinion": "consider",
}
TRANSCRIPTION = {"text": "I make coffee.", "languages": [{"code": "en"}], "usage": {"type": "duration", "seconds": 3}}
MP3_FRAME = b"\xff\xf3\x84\xc4" + bytes(200)
WAV_HEADER = b"RIFF\x24\x00\x00\x00WAVEfmt "


def make_wav(seconds: float, rate: int = 8000) -> bytes:
    """Silence of this length."""
    return encode_wav(bytes(2 * int(seconds * rate)), rate)


def make_answer_recording(audio: bytes = WAV_HEADER, language: str = "en", **fields: Any) -> AnswerRecording:
    recording = AnswerRecording(read_audio=lambda: audio, language=language, sid="RE1", recorded_at=timezone.now())
    return replace(recording, **fields)
