"""The interviewer of a deployment without a language model (`JUDGE=person`): it writes questions and scores nothing."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.utils.translation import gettext_noop

from screener.services.errors import NotSent, PermanentError
from screener.services.interviewer import advertisement, question_composer
from screener.services.interviewer.protocol import (
    InterviewText,
    JobText,
    QuestionPlan,
    Reply,
    ResponseScores,
    ResponseText,
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

    def compose_questions(self, job: JobText, count: int = 5) -> Reply[QuestionPlan]:
        if job.language.lower().replace("_", "-").split("-")[0] != "en":
            raise PermanentError(
                f"Without a language model, questions are written in English only, and this job is in another language "
                f"({job.language}). Write the questions yourself, or set OPENAI_API_KEY."
            )
        questions = question_composer.compose_questions(job, count)
        return Reply(QuestionPlan(questions=questions), model="question-composer", prompt_hash=_composer_hash())

    def assess_response(self, answer: ResponseText) -> Reply[ResponseScores]:
        raise WaitingForPerson("The answer waits for a person's scores.", wait=WAIT_FOR_PERSON)

    def summarise_interview(self, interview: InterviewText) -> Reply[Summary]:
        raise PermanentError("Without a language model an interview has no summary.")


@cache
def _composer_hash() -> str:
    """The composer's counterpart of a prompt hash: it changes with the rules and their words."""
    modules = (Path(str(module.__file__)) for module in (advertisement, question_composer))
    files = (module.with_suffix(suffix) for module in modules for suffix in (".py", ".toml"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
