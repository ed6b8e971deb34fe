"""The present page of an interview in writing: the disclosure, a question, or why there is none."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from interviews.conversation import engine, wording
from interviews.conversation.phrases.intent import Intent
from interviews.conversation.wording.spelling import spell_value
from interviews.models import Attempt, Interview, InterviewResponse
from interviews.models.transitions.interview import INTERVIEW_OVER, ChannelNotAllowed
from interviews.self_service.attempts import IN_A_CALL, may_continue
from interviews.turns import stored_reply
from interviews.writing.disclosure import Disclosure, written_disclosure

MAX_CHARACTERS = 5_000
"""Of one answer: as many as in some six minutes of speech."""

MAX_ELIGIBILITY_CHARACTERS = 500
TURN_NAME = re.compile(r"(\d{1,4})\.(\d{1,6})", re.ASCII)

EMPTY_ANSWER = _("The answer was empty. Write one, or skip the question.")
LOOKED_LIKE_REQUEST = _("This reads like a request, not like an answer. If it is your answer, send it again.")
POSTPONED_QUESTION = _("You wanted to come back to this question.")
CONFIRM_STOP = _("Do you want to end the interview here? The answers that you have sent are kept.")
CONFIRM_PERSON = _("A person will get in touch with you, and the interview ends here. Do you want that?")

READ_BACK = gettext_noop(
    "You have answered: %(answer)s. The job requires something else, so that the interview would end here, and a "
    "person would look at it. Is your answer right?"
)
NOT_UNDERSTOOD = _("This was not understood. Please answer once more, in other words.")
ELIGIBILITY_NOTES = {
    engine.EligibilityLead.UNCLEAR: NOT_UNDERSTOOD,
    engine.EligibilityLead.SILENCE: _("The answer was empty. Write one, or choose that you do not want to answer."),
    engine.EligibilityLead.EXPLAINED: _("It is about what the job requires. Answer as it is for you."),
    engine.EligibilityLead.REASON: _("The employer asks because the job requires it. Your answer gets no score."),
    engine.EligibilityLead.OTHER_QUESTION: _(
        "Only people at the employer can answer this. Please answer the question."
    ),
}

SILENT_LEADS = frozenset({engine.LeadIn.UNHEARD, engine.LeadIn.ENCOURAGED})
USUAL_LEADS = frozenset({engine.LeadIn.FIRST, engine.LeadIn.NEXT, engine.LeadIn.RESUMED, engine.LeadIn.SKIPPED})


class Stage(models.TextChoices):
    """Where the candidate stands. Clients rely on the codes."""

    CONSENT = "consent", "The disclosure waits for consent"
    ELIGIBILITY = "eligibility", "A question about a requirement of the job waits for its answer"
    READ_BACK = "read_back", "An answer that would end the interview waits for confirmation"
    QUESTION = "question", "A question waits for its answer"
    CONFIRMATION = "confirmation", "Ending the interview waits for confirmation"
    CALL = "call", "A call is under way"
    OVER = "over", "The interview is over"


class Choice(models.TextChoices):
    """The choices that the candidate has in place of writing. Clients rely on the codes."""

    AGREE = "agree", _("I agree")
    DECLINE = "decline", _("I do not agree")
    SKIP = "skip", _("Skip this question")
    COME_BACK = "come_back", _("Come back to this question at the end")
    LEAVE = "leave", _("Save and come back later")
    PERSON = "person", _("Ask for a person")
    STOP = "stop", _("End the interview")
    NEVER = "never", _("Never contact me again")
    CONFIRM = "confirm", _("Yes, end it")
    GO_ON = "go_on", _("No, go on")
    RIGHT = "right", _("Yes, that is right")
    CHANGE = "change", _("No, answer again")
    NO_ANSWER = "no_answer", _("I do not want to answer this")


INTENTS = {
    Choice.AGREE: Intent.AGREE,
    Choice.DECLINE: Intent.NO,
    Choice.SKIP: Intent.SKIP,
    Choice.COME_BACK: Intent.COME_BACK,
    Choice.PERSON: Intent.PERSON,
    Choice.STOP: Intent.REFUSE,
    Choice.NEVER: Intent.NEVER,
    Choice.CONFIRM: Intent.YES,
    Choice.GO_ON: Intent.NO,
    Choice.RIGHT: Intent.YES,
    Choice.CHANGE: Intent.NO,
    Choice.NO_ANSWER: Intent.SKIP,
}
"""All choices but LEAVE, which is no input of the conversation: the candidate goes on at the same place."""

CHOICES = {
    Stage.CONSENT: (Choice.AGREE, Choice.DECLINE, Choice.PERSON, Choice.NEVER),
    Stage.QUESTION: (Choice.SKIP, Choice.COME_BACK, Choice.LEAVE, Choice.PERSON, Choice.STOP, Choice.NEVER),
    Stage.ELIGIBILITY: (Choice.NO_ANSWER, Choice.LEAVE, Choice.PERSON, Choice.STOP, Choice.NEVER),
    Stage.READ_BACK: (Choice.RIGHT, Choice.CHANGE, Choice.LEAVE),
    Stage.CONFIRMATION: (Choice.CONFIRM, Choice.GO_ON, Choice.LEAVE),
    Stage.CALL: (),
    Stage.OVER: (),
}
STAGES = {
    engine.Stage.CONSENT: Stage.CONSENT,
    engine.Stage.ELIGIBILITY: Stage.ELIGIBILITY,
    engine.Stage.READ_BACK: Stage.READ_BACK,
    engine.Stage.QUESTION: Stage.QUESTION,
    engine.Stage.STOP: Stage.CONFIRMATION,
}


@dataclass(frozen=True)
class TurnName:
    """Names a turn of an interview: the number of the attempt, and the turn in it."""

    attempt: int
    turn: int

    @classmethod
    def parse(cls, text: str) -> "TurnName | None":
        match = TURN_NAME.fullmatch(text)
        return cls(int(match[1]), int(match[2])) if match else None

    def __str__(self) -> str:
        return f"{self.attempt}.{self.turn}"


@dataclass(frozen=True)
class PresentQuestion:
    """`note`: a sentence about the last input, or why there is no question. `answered`: of `total` questions.

    `answer_kind`: that of a question about a requirement. `options`: the texts that answer it, if they are few.
    """

    stage: str
    turn: str
    position: int | None
    question: str
    note: str
    disclosure: Disclosure | None
    choices: tuple[str, ...]
    answered: int
    total: int
    max_characters: int = MAX_CHARACTERS
    max_seconds: int | None = None
    answer_kind: str = ""
    options: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        return asdict(self)


def present_question(interview: Interview, *, language: str = "", may_speak: bool = False) -> PresentQuestion:
    """Return the present question to a candidate who answers in writing. Changes nothing. Raises ChannelNotAllowed.

    `language`: of the texts, by default that of the interview. `may_speak`: answers may also be spoken.
    """
    with translation.override(language or interview.language):
        return _present_question(interview, may_speak=may_speak)


def _present_question(interview: Interview, *, may_speak: bool) -> PresentQuestion:
    if Attempt.Channel.TEXT not in interview.job.channels:
        raise ChannelNotAllowed(Attempt.Channel.TEXT)
    responses = list(interview.responses.order_by("position"))
    newest_attempt = interview.attempts.order_by("-number").first()
    if not interview.is_live:
        return _closed(Stage.OVER, newest_attempt, responses)
    if newest_attempt and newest_attempt.is_live and not newest_attempt.is_self_service:
        return _closed(Stage.CALL, newest_attempt, responses)
    is_text = newest_attempt is not None and newest_attempt.channel == Attempt.Channel.TEXT
    if newest_attempt and is_text and may_continue(newest_attempt):
        reply = stored_reply(newest_attempt, newest_attempt.turn - 1) if newest_attempt.turn else None
        prompt = reply.prompt if reply else {}
        return question_of(interview, newest_attempt, responses, prompt, may_speak=may_speak)
    number = newest_attempt.number + 1 if newest_attempt else 1
    new_attempt = Attempt(number=number, stage=engine.Stage.CONSENT)
    return question_of(interview, new_attempt, responses, {}, may_speak=may_speak)


def question_of(
    interview: Interview,
    attempt: Attempt,
    responses: list[InterviewResponse],
    prompt: dict[str, Any],
    *,
    may_speak: bool,
) -> PresentQuestion:
    """Return the question of the present state of this attempt. `prompt`: that of its last turn, as data.

    Texts are in the present language.
    """
    stage = STAGES.get(engine.Stage(attempt.stage), Stage.OVER) if interview.is_live else Stage.OVER
    if stage is Stage.OVER:
        return _closed(stage, attempt, responses)
    if stage in (Stage.ELIGIBILITY, Stage.READ_BACK):
        return _eligibility_question(interview, attempt, responses, prompt, stage)
    open_responses = [response for response in responses if response.status in response.OPEN]
    position = None if stage is Stage.CONSENT else attempt.position
    return PresentQuestion(
        stage=stage.value,
        turn=str(TurnName(attempt.number, attempt.turn)),
        position=position,
        question=responses[position].question if position is not None else "",
        note=_note(stage, prompt),
        disclosure=written_disclosure(interview, open_responses, may_speak=may_speak)
        if stage is Stage.CONSENT
        else None,
        choices=_choices(stage, responses, open_responses, position),
        answered=len(responses) - len(open_responses),
        total=len(responses),
        max_seconds=interview.answer_seconds(responses[position].max_seconds) if position is not None else None,
    )


def _eligibility_question(
    interview: Interview,
    attempt: Attempt,
    responses: list[InterviewResponse],
    prompt: dict[str, Any],
    stage: Stage,
) -> PresentQuestion:
    answer = interview.eligibility_answers.open().order_by("position").first()
    if answer is None:
        return _closed(Stage.OVER, attempt, responses)
    question = answer.spoken_question
    value = attempt.question_progress.answer_value
    texts = wording.for_language(interview.language)
    return PresentQuestion(
        stage=stage.value,
        turn=str(TurnName(attempt.number, attempt.turn)),
        position=None,
        question=question.text,
        note=gettext(READ_BACK) % {"answer": spell_value(texts, question, value)}
        if stage is Stage.READ_BACK
        else str(ELIGIBILITY_NOTES.get(prompt.get("lead", ""), "")),
        disclosure=None,
        choices=tuple(choice.value for choice in CHOICES[stage]),
        answered=0,
        total=len(responses),
        max_characters=MAX_ELIGIBILITY_CHARACTERS,
        answer_kind=question.kind.value,
        options=tuple(texts.YES_NO_NAMES.get(value, value) for value in question.possible_values),
    )


def _choices(
    stage: Stage, responses: list[InterviewResponse], open_responses: list[InterviewResponse], position: int | None
) -> tuple[str, ...]:
    may_postpone = position is not None and len(open_responses) > 1 and not responses[position].postponed
    return tuple(choice.value for choice in CHOICES[stage] if choice is not Choice.COME_BACK or may_postpone)


def _note(stage: Stage, prompt: dict[str, Any]) -> str:
    """The words of the phone are for a listener; these are for a reader."""
    if stage is Stage.CONFIRMATION:
        return str(CONFIRM_STOP if prompt.get("request") == Intent.REFUSE else CONFIRM_PERSON)
    lead = prompt.get("lead")
    if lead is None or lead in USUAL_LEADS or lead == engine.LeadIn.POSTPONED:
        return ""
    if lead == engine.LeadIn.RETURNED:
        return str(POSTPONED_QUESTION)
    return str(EMPTY_ANSWER if lead in SILENT_LEADS else LOOKED_LIKE_REQUEST)


def _closed(stage: Stage, attempt: Attempt | None, responses: list[InterviewResponse]) -> PresentQuestion:
    note = gettext(IN_A_CALL if stage is Stage.CALL else INTERVIEW_OVER)
    turn = TurnName(attempt.number, attempt.turn) if attempt else TurnName(1, 0)
    answered = sum(response.status not in response.OPEN for response in responses)
    return PresentQuestion(stage.value, str(turn), None, "", note, None, (), answered, len(responses))
