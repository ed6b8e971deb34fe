"""The language model: prompts out, judgement in, through OpenAI's chat completions or a server that speaks them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Annotated

from django.conf import settings
from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from screener.services.errors import PermanentError
from screener.services.interviewer.offline_rules import OfflineInterviewer
from screener.services.interviewer.protocol import (
    AnswerScores,
    AnswerText,
    Criterion,
    Interviewer,
    InterviewText,
    JobText,
    JudgedAnswer,
    QuestionPlan,
    Reply,
    Summary,
    T,
)
from screener.services.openai.openai_client import Account, Count, paid_for
from screener.services.openai.request_options import asked_within_reason
from screener.services.privacy.redaction import redact
from screener.services.usage import Usage


class Declined(PermanentError):
    """The model will not judge this text."""


class CutOff(PermanentError):
    """The reply ended at the limit of its length."""


class NotAsAsked(PermanentError):
    """The reply is prose, or JSON of another shape than the one that was asked for."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Details(BaseModel):
    cached_tokens: Count = None
    cache_write_tokens: Count = None


_OrNothing = BeforeValidator(lambda told: told if isinstance(told, dict) else {})
"""What a server tells of beside the reply: it may tell nothing, in whatever form."""


class _Usage(BaseModel):
    prompt_tokens: Count = None
    completion_tokens: Count = None
    prompt_tokens_details: Annotated[_Details, _OrNothing] = _Details()

    def as_told(self) -> Usage:
        details = self.prompt_tokens_details
        return Usage(
            tokens_in=self.prompt_tokens,
            tokens_cached=details.cached_tokens,
            tokens_to_cache=details.cache_write_tokens,
            tokens_out=self.completion_tokens,
        )


class _Completion(BaseModel):
    """As much of a chat completion as is used here."""

    choices: Annotated[list[_Choice], Field(min_length=1)]
    model: Annotated[str, BeforeValidator(lambda told: told if isinstance(told, str) else "")] = ""
    usage: Annotated[_Usage, _OrNothing] = _Usage()


@dataclass(frozen=True)
class _Prompt:
    """A file under templates/prompts: what the model is told, a line of `=== user ===`, what it is given."""

    system: str
    user: Template
    hash: str

    @staticmethod
    @cache
    def named(name: str) -> "_Prompt":
        text = (Path(settings.BASE_DIR) / "templates" / "prompts" / f"{name}.txt").read_text(encoding="utf-8")
        system, user = text.split("\n=== user ===\n")
        return _Prompt(system.strip(), Template(user.strip()), sha256(text.encode()).hexdigest())

    def user_turn(self, facts: dict[str, str], material: dict[str, str], private: tuple[str, ...]) -> str:
        """The user turn. `material` is what strangers wrote or said: masked, and fenced in by a mark of its own."""
        material = {name: redact(text, private) for name, text in material.items()}
        mark = _mark_for(material.values())
        fenced = {name: f"BEGIN {name} {mark}\n{text}\nEND {name} {mark}" for name, text in material.items()}
        return self.user.substitute(facts | fenced)


def _mark_for(texts: Iterable[str]) -> str:
    """A mark that none of the texts contains, always the same for the same texts."""
    everything = "\n".join(texts)
    mark = sha256(everything.encode("utf-8", "replace")).hexdigest()[:16]
    while mark in everything:
        mark = sha256(mark.encode()).hexdigest()[:16]
    return mark


@dataclass(frozen=True)
class OpenAIInterviewer:
    """Judges by a language model. What it returns has the shape that was asked for; others check that it is true."""

    account: Account

    @property
    def label(self) -> str:
        return f"OpenAI {self.account.model}"

    @property
    def paid_model(self) -> str:
        return self.account.model

    def compose_questions(self, job: JobText, count: int = 5) -> Reply[QuestionPlan]:
        facts = {"count": str(count), "language": job.language}
        reply = self._ask("compose_questions", QuestionPlan, facts, {"job": _job(job)}, ())
        if not reply.value.questions:
            raise NotAsAsked(
                f"{self.account.who} composed no questions. Describe the job in more words, then try again."
            )
        return replace(reply, value=QuestionPlan(questions=reply.value.questions[:count]))

    def assess(self, answer: AnswerText) -> Reply[AnswerScores]:
        material = {
            "job": _job(answer.job),
            "rubric": "\n".join(_criterion(number, one) for number, one in enumerate(answer.rubric, start=1)),
            "question": f"{answer.question}\nIt is about: {answer.competency}",
            "answer": answer.transcript,
        }
        if answer.objection:
            material["objection"] = f"An earlier judgement of this answer was refused: {answer.objection}"
        facts = {"language": answer.job.language, "objection": ""}
        reply = self._ask("assess_answer", AnswerScores, facts, material, answer.private)
        return replace(reply, value=_by_key(reply.value, answer.rubric))

    def summarise(self, interview: InterviewText) -> Reply[Summary]:
        material = {"job": _job(interview.job), "interview": "\n\n".join(_judged(one) for one in interview.answers)}
        return self._ask("summarise", Summary, {"language": interview.job.language}, material, interview.private)

    def _ask(
        self, name: str, shape: type[T], facts: dict[str, str], material: dict[str, str], private: tuple[str, ...]
    ) -> Reply[T]:
        prompt = _Prompt.named(name)
        create = partial(
            self.account.client.chat.completions.with_raw_response.create,
            model=self.account.model,
            messages=[
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user_turn(facts, material, private)},
            ],
            response_format=_format(name, shape),
        )
        with self.account.asking():
            response = asked_within_reason(self.account.base_url, self.account.model, lambda wishes: create(**wishes))
            completion = self.account.read(response.text, _Completion)
        usage = completion.usage.as_told()
        with paid_for(usage):
            value = self._value(completion.choices[0], shape)
        return Reply(value, model=completion.model or self.account.model, prompt_hash=prompt.hash, usage=usage)

    def _value(self, choice: _Choice, shape: type[T]) -> T:
        who = self.account.who
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise Declined(f"{who} declined to work on this text. Read it and judge it yourself.")
        if choice.finish_reason == "length":
            raise CutOff(f"{who} wrote more than it may, so its reply is not whole. Try again, or use another model.")
        try:
            return shape.model_validate_json(choice.message.content or "")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = " ".join(str(part)[:40] for part in first["loc"]) or "reply"
            raise NotAsAsked(
                f"{who} did not reply in the form that was asked for ({where}: {first['msg'][:120]}), "
                "so nothing was taken from it. Try again, or use another model."
            ) from error


@cache
def _format(name: str, shape: type[BaseModel]) -> ResponseFormatJSONSchema:
    """The schema keeps OpenAI's strict rules because the shapes do: nothing optional, nothing extra, no limits."""
    schema = shape.model_json_schema()
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}


def _job(job: JobText) -> str:
    return f"{job.title}\n\n{job.description}"


def _criterion(number: int, one: Criterion) -> str:
    """By its number: of a key that is like the candidate's name, masking would leave nothing to answer under."""
    anchors = "".join(f"\n  {level}: {text}" for level, text in sorted(one.anchors.items()))
    return f"criterion {number}: {one.name}{anchors}"


def _by_key(scores: AnswerScores, rubric: tuple[Criterion, ...]) -> AnswerScores:
    """The scores under the keys of the rubric; what was given under no number of it stays as it came."""
    keys = {str(number): one.key for number, one in enumerate(rubric, start=1)}
    criteria = [
        one.model_copy(update={"criterion": keys.get(one.criterion.removeprefix("criterion "), one.criterion)})
        for one in scores.criteria
    ]
    return scores.model_copy(update={"criteria": criteria})


def _judged(one: JudgedAnswer) -> str:
    findings = "".join(f"\n  {found.criterion}, {found.score:g}: {found.reason}" for found in one.criteria)
    return (
        f"position {one.position}\nquestion: {one.question}\nscore: {one.score:g} of 10"
        f"\nfindings:{findings}\nanswer: {one.transcript}"
    )


def interviewer() -> Interviewer:
    """Who judges, by the settings alone: a model that is down is waited for, and the rules never stand in for it."""
    if not settings.OPENAI_API_KEY:
        return OfflineInterviewer()
    return OpenAIInterviewer(
        Account(
            who="The language model",
            prefix="OPENAI",
            key=settings.OPENAI_API_KEY,
            base_url=settings.OPENAI_BASE_URL,
            model=settings.OPENAI_MODEL,
            seconds=settings.OPENAI_TIMEOUT,
        )
    )
