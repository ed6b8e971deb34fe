"""The language model as interviewer, through OpenAI's chat completions or a server with the same protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from urllib.parse import urlsplit

from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, ValidationError

from screener.records import QuestionContent
from screener.services.errors import PermanentError
from screener.services.interviewer.model_prompt import load_prompt
from screener.services.interviewer.protocol import (
    SIMULATED_LABEL,
    SIMULATED_MODEL,
    AssessedResponse,
    Criterion,
    InterviewText,
    JobText,
    QuestionPlan,
    Reply,
    ResponseScores,
    ResponseText,
    ResumeQuestions,
    SharpenedQuestions,
    Summary,
    T,
)
from screener.services.openai.chat_completion import ChatCompletion, Choice
from screener.services.openai.openai_client import Account, bill_on_error
from screener.services.openai.request_options import chat_options, create_with_supported_options

OPENAI_HOST = "api.openai.com"
MAX_LOCATION_LENGTH, MAX_REASON_LENGTH, MAX_REFUSAL_LENGTH = 40, 120, 300


class ModelDeclined(PermanentError):
    """The model declined to work on the text."""


class TruncatedReply(PermanentError):
    """The reply was cut off at the token limit."""


class MalformedReply(PermanentError):
    """The reply is not JSON of the requested schema."""


@dataclass(frozen=True)
class ModelRequest:
    """A request by the prompt of this name. `private` is redacted in all untrusted texts."""

    name: str
    facts: dict[str, str]
    untrusted: dict[str, str]
    format: ResponseFormatJSONSchema
    temperature: float
    private: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenAIInterviewer:
    """Replies have the requested shape. Callers verify that they are true."""

    account: Account
    scoring_temperature: float = 0
    question_temperature: float = 0
    max_tokens: int = 16_000

    @property
    def label(self) -> str:
        if self.account.model == SIMULATED_MODEL:
            return SIMULATED_LABEL
        host = urlsplit(self.account.base_url).hostname
        return f"OpenAI {self.account.model}" if host == OPENAI_HOST else f"{self.account.model} at {host}"

    @property
    def billed_model(self) -> str:
        return self.account.model

    @property
    def writes_questions(self) -> bool:
        return True

    def compose_questions(
        self, job: JobText, count: int = 5, *, besides: tuple[str, ...] = (), kinds: Mapping[str, int] | None = None
    ) -> Reply[QuestionPlan]:
        wanted = ", ".join(f"{number} {kind}" for kind, number in (kinds or {}).items() if number)
        facts = {"count": str(count), "language": job.language, "kinds": wanted or "as fits the job", "besides": ""}
        untrusted = {"job": _format_job(job)}
        if besides:
            untrusted["besides"] = "\n".join(" ".join(text.split()) for text in besides)
        format = _response_format("compose_questions", QuestionPlan)
        request = ModelRequest("compose_questions", facts, untrusted, format, self.question_temperature)
        reply = self._request_reply(request, QuestionPlan)
        if not reply.value.questions:
            raise MalformedReply(
                f"{self.account.service_name} composed no questions. Extend the job description, then try again."
            )
        return replace(reply, value=QuestionPlan(questions=reply.value.questions[:count]))

    def sharpen_questions(self, task: ResumeQuestions) -> Reply[SharpenedQuestions]:
        questions = "\n\n".join(
            _format_question(number, question) for number, question in enumerate(task.questions, start=1)
        )
        untrusted = {"job": _format_job(task.job), "questions": questions, "resume": task.resume}
        format = _response_format("sharpen_questions", SharpenedQuestions, questions=len(task.questions))
        facts = {"language": task.job.language}
        request = ModelRequest("sharpen_questions", facts, untrusted, format, self.question_temperature, task.private)
        return self._request_reply(request, SharpenedQuestions)

    def assess_response(self, answer: ResponseText) -> Reply[ResponseScores]:
        untrusted = {
            "job": _format_job(answer.job),
            "rubric": _format_rubric(answer.rubric),
            "question": f"{answer.question}\nIt is about: {answer.competency}",
            "answer": answer.transcript,
        }
        if answer.objection:
            untrusted["objection"] = f"An earlier judgement of this answer was refused: {answer.objection}"
        if answer.resume:
            untrusted["resume"] = answer.resume
        facts = {"language": answer.job.language, "objection": "", "resume": ""}
        format = _response_format("assess_answer", ResponseScores, criteria=len(answer.rubric))
        request = ModelRequest("assess_answer", facts, untrusted, format, self.scoring_temperature, answer.private)
        reply = self._request_reply(request, ResponseScores)
        return replace(reply, value=_restore_keys(reply.value, answer.rubric))

    def summarise_interview(self, interview: InterviewText) -> Reply[Summary]:
        responses = "\n\n".join(_format_response(response) for response in interview.answers)
        untrusted = {"job": _format_job(interview.job), "interview": responses}
        if interview.resume:
            untrusted["resume"] = interview.resume
        facts = {"language": interview.job.language, "resume": ""}
        positions = tuple(response.position for response in interview.answers)
        format = _response_format("summarise", Summary, positions=positions)
        request = ModelRequest("summarise", facts, untrusted, format, self.scoring_temperature, interview.private)
        return self._request_reply(request, Summary)

    def _request_reply(self, request: ModelRequest, shape: type[T]) -> Reply[T]:
        prompt = load_prompt(request.name)
        create = partial(
            self.account.client.chat.completions.with_raw_response.create,
            model=self.account.model,
            messages=[
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user_message(request.facts, request.untrusted, request.private)},
            ],
        )
        options = chat_options(request.format, temperature=request.temperature, max_tokens=self.max_tokens)
        with self.account.guarded_request():
            response = create_with_supported_options(
                self.account.base_url, self.account.model, options, lambda supported: create(**supported)
            )
            completion = self.account.parse_reply(response.text, ChatCompletion)
        usage = completion.usage.to_usage()
        with bill_on_error(usage):
            value = self._parse_choice(completion.choices[0], shape)
        return Reply(value, model=completion.model or self.account.model, prompt_hash=prompt.hash, usage=usage)

    def _parse_choice(self, choice: Choice, shape: type[T]) -> T:
        service = self.account.service_name
        if choice.is_declined:
            raise ModelDeclined(_refusal_message(service, choice.message.refusal or ""))
        if choice.is_truncated:
            raise TruncatedReply(f"{service} exceeded the maximum reply length. Try again, or use another model.")
        try:
            return shape.model_validate_json(choice.message.content or "")
        except ValidationError as error:
            raise MalformedReply(
                f"The reply of {service.lower()} was discarded, because it does not follow the requested schema "
                f"({_first_problem(error)}). Try again, or use another model."
            ) from error


def _refusal_message(service: str, refusal: str) -> str:
    """Quote the refusal, without control characters and not at length: a server wrote it."""
    words = " ".join(refusal.split())[:MAX_REFUSAL_LENGTH]
    quoted = f" (“{words}”)" if words else ""
    return f"{service} declined to work on this text{quoted}. Read it and judge it yourself."


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    location = " ".join(str(part)[:MAX_LOCATION_LENGTH] for part in first["loc"]) or "reply"
    return f"{location}: {first['msg'][:MAX_REASON_LENGTH]}"


@cache
def _response_format(
    name: str,
    shape: type[BaseModel],
    *,
    criteria: int = 0,
    positions: tuple[int, ...] = (),
    questions: int = 0,
) -> ResponseFormatJSONSchema:
    """The strict schema of a reply, with the limits of its numbers.

    It names the criteria, positions and numbers of questions that exist.
    """
    schema = shape.model_json_schema()
    parts = schema.get("$defs", {})
    if criteria:
        numbers = [str(number) for number in range(1, criteria + 1)]
        parts["CriterionScore"]["properties"]["criterion"]["enum"] = numbers
        schema["properties"]["criteria"] |= {"minItems": criteria, "maxItems": criteria}
    if positions:
        parts["SummaryPoint"]["properties"]["position"]["enum"] = list(positions)
    if questions:
        parts["SharpenedQuestion"]["properties"]["number"]["enum"] = list(range(1, questions + 1))
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}


def _format_job(job: JobText) -> str:
    return f"{job.title}\n\n{job.description}"


def _format_question(number: int, question: QuestionContent) -> str:
    points = "".join(f"\n  {point}" for point in question.good_answer_points)
    return f"question {number}: {question.text}\nit is about: {question.competency}\na good answer shows:{points}"


def _format_rubric(rubric: tuple[Criterion, ...]) -> str:
    return "\n".join(_format_criterion(number, criterion) for number, criterion in enumerate(rubric, start=1))


def _format_criterion(number: int, criterion: Criterion) -> str:
    """Criteria are sent by number, because redaction removes a key that looks like the candidate's name."""
    anchors = "".join(f"\n  {level}: {text}" for level, text in sorted(criterion.anchors.items()))
    return f"criterion {number}: {criterion.name}{anchors}"


def _restore_keys(scores: ResponseScores, rubric: tuple[Criterion, ...]) -> ResponseScores:
    """Replace the numbers of criteria by their keys. An unknown number stays unchanged."""
    keys = {str(number): criterion.key for number, criterion in enumerate(rubric, start=1)}
    criteria = [
        score.model_copy(update={"criterion": keys.get(score.criterion.removeprefix("criterion "), score.criterion)})
        for score in scores.criteria
    ]
    return scores.model_copy(update={"criteria": criteria})


def _format_response(response: AssessedResponse) -> str:
    findings = "".join(f"\n  {score.criterion}, {score.score:g}: {score.reason}" for score in response.criteria)
    return (
        f"position {response.position}\nquestion: {response.question}\nscore: {response.score:g} of 10"
        f"\nfindings:{findings}\nanswer: {response.transcript}"
    )
