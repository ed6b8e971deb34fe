"""The scores that were written in advance for the answers of the demo's personas: `judgements.toml`."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from devtools.phone_simulator.callees import stories

FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class CriterionJudgement:
    score: float
    reason: str
    quotes: tuple[str, ...]

    def as_json(self, criterion: str) -> dict[str, Any]:
        return {"criterion": criterion, "score": self.score, "reason": self.reason, "quotes": [*self.quotes]}


@dataclass(frozen=True)
class Statement:
    text: str
    quote: str


@dataclass(frozen=True)
class Judgement:
    """How an answer was judged. `summary`: its strength or weakness. `reasoning`: its part in the opinion."""

    scores: dict[str, CriterionJudgement]
    feedback: str
    summary: Statement
    reasoning: Statement | None
    opinion: str


def find(question: str, answer: str) -> Judgement | None:
    """Return the judgement of this answer to this question. Case and punctuation do not matter."""
    first_line = question.partition("\n")[0]
    return _judgements().get((_words(first_line), _words(answer)))


@cache
def _judgements() -> dict[tuple[str, str], Judgement]:
    """By the words of the question and of the answer."""
    by_speaker = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        (_words(stories.QUESTIONS[topic]), _words(stories.ANSWERS[speaker][topic])): _parse(entry, answers["opinion"])
        for speaker, answers in by_speaker.items()
        for topic, entry in answers.items()
        if topic != "opinion"
    }


def _parse(entry: dict[str, Any], opinion: str) -> Judgement:
    reasoning = entry.get("reasoning")
    return Judgement(
        scores={
            criterion: CriterionJudgement(values[0], values[1], tuple(values[2:]))
            for criterion, values in entry.items()
            if criterion not in ("feedback", "summary", "reasoning")
        },
        feedback=entry["feedback"],
        summary=Statement(*entry["summary"]),
        reasoning=Statement(*reasoning) if reasoning else None,
        opinion=opinion,
    )


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))
