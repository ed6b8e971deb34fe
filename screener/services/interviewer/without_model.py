"""The interviewer of a deployment without a language model (`JUDGE=person`): it neither writes nor scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_noop

from screener.services.errors import NotSent, PermanentError
from screener.services.interviewer.protocol import (
    InterviewText,
    JobText,
    QuestionPlan,
    Reply,
    ResponseScores,
    ResponseText,
    ResumeQuestions,
    SharpenedQuestions,
    Summary,
)

WAIT_FOR_PERSON = timedelta(days=1)
"""After this time the settings are read again: a model that was configured since then scores the answer."""


class WaitingForPerson(NotSent):
    """No model scores this answer. It stays transcribed until a person scores it."""


@dataclass(frozen=True)
class WithoutModel:
    label: str = gettext_noop("a person, no language model")
    billed_model: str = ""
    writes_questions: bool = False

    def compose_questions(
        self, job: JobText, count: int = 5, *, besides: tuple[str, ...] = (), kinds: Mapping[str, int] | None = None
    ) -> Reply[QuestionPlan]:
        raise PermanentError("Without a language model, questions are picked from the question bank.")

    def sharpen_questions(self, task: ResumeQuestions) -> Reply[SharpenedQuestions]:
        raise PermanentError("Without a language model there are no personal questions.")

    def assess_response(self, answer: ResponseText) -> Reply[ResponseScores]:
        raise WaitingForPerson("The answer waits for a person's scores.", wait=WAIT_FOR_PERSON)

    def summarise_interview(self, interview: InterviewText) -> Reply[Summary]:
        raise PermanentError("Without a language model an interview has no summary.")
