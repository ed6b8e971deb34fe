"""Interviewers that say of each answer what a test wants."""

from collections.abc import Callable
from typing import Any

from interviews.models import InterviewResponse
from screener.services.interviewer.offline_rules import OfflineInterviewer
from screener.services.interviewer.protocol import AnswerScores, AnswerText, CriterionScore, Reply
from tests.support.factories import QUESTIONS, an_approved_job, transcribed

WORDS = "In my last job, I moved twelve services to Kubernetes; outages fell by half."


class Scripted:
    """All but answers it judges as the offline rules do. `asked`: how many answers it was given."""

    label = "a test"

    def __init__(self, assess: Callable[[AnswerText], AnswerScores]) -> None:
        self._assess = assess
        self.asked = 0

    def assess(self, answer: AnswerText) -> Reply[AnswerScores]:
        self.asked += 1
        return Reply(self._assess(answer), model="test-1", prompt_hash="0" * 64)

    def __getattr__(self, name: str) -> Any:
        return getattr(OfflineInterviewer(), name)


def all_alike(score: float, quote: str) -> Callable[[AnswerText], AnswerScores]:
    def assess(answer: AnswerText) -> AnswerScores:
        return AnswerScores(
            criteria=[
                CriterionScore(criterion=one.key, score=score, reason="why", quotes=[quote]) for one in answer.rubric
            ],
            feedback="Fine.",
        )

    return assess


def failing(error: BaseException) -> Callable[[AnswerText], AnswerScores]:
    def assess(answer: AnswerText) -> AnswerScores:
        raise error

    return assess


def in_turn(*each: Callable[[AnswerText], AnswerScores]) -> Callable[[AnswerText], AnswerScores]:
    """Each once, the last one for ever."""
    left = list(each)
    return lambda answer: (left.pop(0) if len(left) > 1 else left[0])(answer)


def one_answer(words: str = WORDS, **fields: Any) -> InterviewResponse:
    """The only answer of a completed interview."""
    interview = transcribed(words, job=an_approved_job(questions=QUESTIONS[:1]))
    interview.responses.update(**fields)
    return interview.responses.get()
