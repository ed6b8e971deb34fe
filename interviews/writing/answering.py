"""Takes the answers and choices of a candidate in writing: by a page, or by a client of the API in their name."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from unicodedata import category

from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from candidates.models import Consent
from interviews.answers.uploaded_sound import UploadedSound
from interviews.conversation import engine
from interviews.models import Attempt, Interview, LockedAttempt, TurnReply
from interviews.models.transitions.conversation import ReceivedInput
from interviews.self_service.attempts import leave_attempt, open_attempt
from interviews.self_service.turns import take_input
from interviews.writing.question import (
    INTENTS,
    Choice,
    PresentQuestion,
    Stage,
    TurnName,
    present_question,
    question_of,
)
from interviews.writing.speaking import NOT_AGREED, TOO_SHORT, may_be_recorded, problem_of, take_sound
from screener.models import InvalidTransition

WRITTEN = "written"
"""The kind of a written input. The kind of another one is its choice."""

TURN_IS_OVER = gettext_noop("This was answered already, in another window or on another device. Go on from here.")
WORDING_CHANGED = gettext_noop("The text before the interview has changed since you read it. Read it again.")
NOT_OFFERED = gettext_noop("This can't be chosen at this point.")
TOO_LONG = gettext_noop("This answer is too long. Shorten it, then send it again.")
CONSENT_CHOICES = (Choice.AGREE, Choice.DECLINE)
HIDDEN_CATEGORIES = frozenset({"Cc", "Cs"})
DIRECTION_OVERRIDES = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


@dataclass(frozen=True)
class WrittenInput:
    """A text, a sound or a choice. `disclosure_version`: of the disclosure that the candidate read, in `language`.

    The language is by default that of the interview.
    """

    turn: str
    text: str | None = None
    sound: UploadedSound | None = None
    choice: Choice | None = None
    disclosure_version: str = ""
    language: str = ""
    given_by: Consent.GivenBy = Consent.GivenBy.FORM

    @property
    def may_speak(self) -> bool:
        """Whether the candidate was told that answers may be spoken: only clients of the API offer it."""
        return self.given_by == Consent.GivenBy.API


class NotTaken(InvalidTransition):
    """The input was not taken, and changed nothing. Its member `question`: the present question."""

    def __init__(self, code: str, message: str, question: PresentQuestion) -> None:
        super().__init__(gettext(message))
        self.code, self.question, self.members = code, question, {"question": question.data}


def send_input(interview: Interview, written_input: WrittenInput) -> dict[str, Any]:
    """Take an input and return the next question, as data.

    The same input for the same turn gets the same reply. Raises NotTaken with the code `stale_turn`,
    `wording_changed`, `not_offered`, `voice_not_agreed`, `too_short` or `too_long`, InCall or InterviewOver.
    """
    turn = TurnName.parse(written_input.turn)
    attempt = interview.attempts.filter(number=turn.attempt).first() if turn else None
    question = _read_question(interview, written_input)
    is_present = written_input.turn == question.turn
    if is_present:
        _require_offered(written_input, question)
        if written_input.sound is not None:
            _require_usable(attempt, written_input.sound, question)
    if turn is None or not (is_present or attempt):
        raise _stale_turn(interview, written_input)
    if is_present and (attempt is None or attempt.channel != Attempt.Channel.TEXT):
        attempt = open_attempt(interview, Attempt.Channel.TEXT)
    if attempt is None or attempt.number != turn.attempt:
        raise _stale_turn(interview, written_input)
    try:
        return _apply(attempt, turn, written_input)
    except engine.StaleTurn:
        raise _stale_turn(interview, written_input) from None


def _stale_turn(interview: Interview, written_input: WrittenInput) -> NotTaken:
    return NotTaken("stale_turn", TURN_IS_OVER, _read_question(reread(interview), written_input))


def _read_question(interview: Interview, written_input: WrittenInput) -> PresentQuestion:
    return present_question(interview, language=written_input.language, may_speak=written_input.may_speak)


def reread(interview: Interview) -> Interview:
    return Interview.all_objects.select_related("job").get(pk=interview.pk)


def _require_offered(written_input: WrittenInput, question: PresentQuestion) -> None:
    shown_version = question.disclosure.version if question.disclosure else written_input.disclosure_version
    if written_input.choice in CONSENT_CHOICES and written_input.disclosure_version != shown_version:
        raise NotTaken("wording_changed", WORDING_CHANGED, question)
    if not _is_offered(written_input, question):
        raise NotTaken("not_offered", NOT_OFFERED, question)
    if len(written_input.text or "") > question.max_characters:
        raise NotTaken("too_long", TOO_LONG, question)


def _is_offered(written_input: WrittenInput, question: PresentQuestion) -> bool:
    if written_input.choice is not None:
        return written_input.choice in question.choices
    takes_text = question.stage in (Stage.CONFIRMATION, Stage.ELIGIBILITY, Stage.READ_BACK)
    return question.stage == Stage.QUESTION or (takes_text and written_input.sound is None)


def _require_usable(attempt: Attempt | None, sound: UploadedSound, question: PresentQuestion) -> None:
    if attempt is None or question.max_seconds is None or not may_be_recorded(attempt):
        raise NotTaken("voice_not_agreed", NOT_AGREED, question)
    if code := problem_of(sound, max_seconds=question.max_seconds):
        raise NotTaken(code, TOO_SHORT if code == "too_short" else TOO_LONG, question)


def _apply(attempt: Attempt, turn: TurnName, written_input: WrittenInput) -> dict[str, Any]:
    if written_input.choice is Choice.LEAVE:
        leave_attempt(attempt.pk)
        return _read_question(reread(attempt.interview), written_input).data
    render = partial(_render, may_speak=written_input.may_speak)
    if written_input.sound is not None:
        return _as_data(take_sound(attempt, turn.turn, written_input.sound, render))
    received_input = ReceivedInput(
        written_input.choice or WRITTEN, _as_input(written_input), given_by=written_input.given_by
    )
    return _as_data(take_input(attempt.pk, turn.turn, received_input, render))


def _as_data(reply: TurnReply) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(reply.body)
    return data


def _as_input(written_input: WrittenInput) -> engine.Input:
    if written_input.choice is None:
        return engine.WrittenAnswer(clean_text(written_input.text or ""))
    return engine.ChoiceMade(INTENTS[written_input.choice], written_input.disclosure_version)


def clean_text(text: str) -> str:
    """Return the text with one kind of line end, without what can't be stored or changes how other text is shown."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(filter(_is_visible, lines)).strip()


def _is_visible(character: str) -> bool:
    if character in "\n\t":
        return True
    return category(character) not in HIDDEN_CATEGORIES and character not in DIRECTION_OVERRIDES


def _render(attempt: LockedAttempt, prompt: engine.Prompt, *, may_speak: bool) -> str:
    interview, responses = attempt.interview.row, [response.row for response in attempt.responses.values()]
    with translation.override(interview.language):
        prompt_data = engine.prompt_data(prompt)
        return json.dumps(question_of(interview, attempt.row, responses, prompt_data, may_speak=may_speak).data)
