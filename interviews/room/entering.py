"""Entering the room: the attempt is opened or continued, and the tab that came last holds it."""

from uuid import UUID

from interviews.conversation import engine
from interviews.conversation.phrases.intent import Intent
from interviews.invitations.choices import latest_consent
from interviews.models import Attempt, Interview, RoomVisit
from interviews.models.transitions.conversation import ReceivedInput
from interviews.room.takes import TakeRefused, discard_takes
from interviews.self_service.attempts import note_activity, open_attempt
from interviews.self_service.turns import lock_open_attempt, take_input

CHOICES = {
    "agree": (engine.Stage.CONSENT, Intent.AGREE),
    "refuse": (engine.Stage.CONSENT, Intent.REFUSE),
    "skip": (engine.Stage.QUESTION, Intent.SKIP),
    "come_back": (engine.Stage.QUESTION, Intent.COME_BACK),
    "no_answer": (engine.Stage.ELIGIBILITY, Intent.SKIP),
    "right": (engine.Stage.READ_BACK, Intent.YES),
    "change": (engine.Stage.READ_BACK, Intent.NO),
    "stop": (engine.Stage.STOP, Intent.YES),
    "go_on": (engine.Stage.STOP, Intent.NO),
}
"""The choices of the candidate by the name that the page uses: the stage at which each is offered, and its intent."""


def enter_room(interview: Interview, tab: UUID) -> Attempt:
    """Open the room for this tab, and close it for others. Raises InterviewOver or InCall.

    A candidate who has consented on the page of the invitation is not asked again.
    """
    attempt = open_attempt(interview, Attempt.Channel.ROOM)
    RoomVisit.objects.update_or_create(interview=interview, defaults={"tab": tab})
    consent = latest_consent(interview)
    if attempt.stage == engine.Stage.CONSENT and consent and consent.given and consent.said_at > interview.created_at:
        choose(attempt, attempt.turn, "agree", wording_version=consent.wording_version)
    return attempt


def held_attempt(interview: Interview, tab: UUID) -> Attempt:
    """Return the attempt in the room. Raises TakeRefused with the code `taken_over` if another tab holds it."""
    attempt = interview.attempts.filter(channel=Attempt.Channel.ROOM).order_by("number").last()
    if attempt is None or not RoomVisit.objects.filter(interview=interview, tab=tab).exists():
        raise TakeRefused("taken_over")
    return attempt


def note_room_activity(interview_id: UUID) -> None:
    """The candidate is recording: the attempt is not idle."""
    attempts = Attempt.objects.live().filter(interview=interview_id, channel=Attempt.Channel.ROOM)
    for attempt_id in attempts.values_list("pk", flat=True):
        note_activity(attempt_id)


def choose(attempt: Attempt, turn: int, choice: str, *, wording_version: str) -> None:
    """Apply a choice. A skipped question loses its open take; one that is put off keeps it. Raises StaleTurn."""
    stage, intent = CHOICES[choice]
    with lock_open_attempt(attempt.pk) as locked_attempt:
        if locked_attempt.row.turn == turn and locked_attempt.row.stage != stage:
            raise engine.StaleTurn
        if locked_attempt.row.turn == turn and choice == "skip":
            discard_takes(locked_attempt)
    received_input = ReceivedInput(choice, engine.ChoiceMade(intent, wording_version))
    take_input(attempt.pk, turn, received_input, lambda _, prompt: render_nothing(prompt))


def write_answer(attempt: Attempt, turn: int, text: str) -> None:
    """Apply a written answer to an eligibility question. Raises StaleTurn."""
    with lock_open_attempt(attempt.pk) as locked_attempt:
        if locked_attempt.row.turn == turn and locked_attempt.row.stage not in engine.ELIGIBILITY_STAGES:
            raise engine.StaleTurn
    received_input = ReceivedInput("written", engine.WrittenAnswer(text))
    take_input(attempt.pk, turn, received_input, lambda _, prompt: render_nothing(prompt))


def render_nothing(prompt: engine.Prompt) -> str:
    """The page asks for the state, so that no reply has a text."""
    return ""
