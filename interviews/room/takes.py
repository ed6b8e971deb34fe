"""The takes of a question: opened, sent as the answer, or discarded."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from interviews.conversation import engine
from interviews.models import LockedAttempt, LockedResponse, Recording, Take, TakeChunk
from interviews.models.transitions.conversation import ReceivedInput
from interviews.models.turns.take import BYTES_PER_SECOND
from interviews.turns import RenderPrompt, take_turn
from screener.models import InvalidTransition

INPUT_KIND = "take"
MAX_ROWS = 200
"""Of one sweep."""


class TakeRefused(InvalidTransition):
    """The take can't be opened or sent now. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MissingChunks(TakeRefused):
    """Not all chunks of the take have arrived."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__("missing_chunks")
        self.numbers = numbers


def count_used_takes(response_id: UUID) -> int:
    """Count the takes that the candidate recorded and discarded. One without a second of sound is none."""
    return Take.objects.filter(response=response_id, status=Take.Status.DISCARDED, seconds__gt=0).count()


def open_take(attempt: LockedAttempt, take_id: UUID, *, allowed: int) -> Take:
    """Return the take of the current question with this id. It is created unless it exists already.

    Another open take of the question is discarded. Raises TakeRefused with the code `no_question`, `foreign_take` or
    `too_many_takes`.
    """
    response = _current_response(attempt).row
    existing_take = Take.objects.filter(pk=take_id).first()
    if existing_take is not None:
        if existing_take.response_id != response.pk:
            raise TakeRefused("foreign_take")
        return existing_take
    discard_takes(attempt)
    if count_used_takes(response.pk) >= allowed or response.takes.count() >= Take.MAX_PER_RESPONSE:
        raise TakeRefused("too_many_takes")
    return Take.objects.create(pk=take_id, response=response, attempt=attempt.row, turn=attempt.row.turn)


def open_take_of(attempt: LockedAttempt) -> Take | None:
    """Return the take of the current question that can be continued."""
    return _current_response(attempt).row.takes.filter(status=Take.Status.OPEN).first()


def discard_takes(attempt: LockedAttempt) -> None:
    """Discard the open take of the current question, if there is one."""
    for take in _current_response(attempt).row.takes.filter(status=Take.Status.OPEN):
        take.discard()


def send_take(attempt: LockedAttempt, take_id: UUID, chunk_count: int, render: RenderPrompt) -> None:
    """Make this take the answer to the current question. One that was sent before has no effect.

    Raises MissingChunks, or TakeRefused with the code `no_question`, `foreign_take`, `discarded`, `malformed` or
    `too_short`.
    """
    take = Take.objects.filter(pk=take_id, response__interview=attempt.row.interview_id).first()
    if take is None:
        raise TakeRefused("foreign_take")
    if take.status in Take.ANSWERS:
        return
    if take.status == Take.Status.DISCARDED:
        raise TakeRefused("discarded")
    if take.response_id != _current_response(attempt).row.pk:
        raise TakeRefused("foreign_take")
    if not 0 < chunk_count <= take.max_chunks:
        raise TakeRefused("malformed")
    if missing_numbers := take.chunks.missing_numbers(chunk_count):
        raise MissingChunks(missing_numbers)
    if take.size < BYTES_PER_SECOND:
        raise TakeRefused("too_short")
    _answer_with(attempt, take, chunk_count, render)


def _answer_with(attempt: LockedAttempt, take: Take, chunk_count: int, render: RenderPrompt) -> None:
    """The candidate pressed Send, so that the answer is not checked as after a pause on the phone."""
    turn = attempt.row.turn
    take.mark_sent(chunk_count, attempt=attempt.row, turn=turn)
    answer = engine.RecordedAnswer(take.seconds, engine.RecordingEnd.KEY)
    take_turn(attempt, turn, ReceivedInput(INPUT_KIND, answer, recording_sid=take.sid), render)
    recording = attempt.get_or_create_recording(turn, sid=take.sid)
    if recording is not None:
        recording.mark_available(seconds=take.seconds)
    if attempt.row.stage == engine.Stage.OVER:
        attempt.end(attempt.row.Outcome.ANSWERED)


def _current_response(attempt: LockedAttempt) -> LockedResponse:
    """Return the response that is awaited. Raises TakeRefused if no question is."""
    state = attempt.conversation_state()
    if state.stage is not engine.Stage.QUESTION or not attempt.row.is_live:
        raise TakeRefused("no_question")
    return attempt.responses[state.open_positions[0]]


def delete_settled_chunks() -> None:
    """Delete the sound of takes whose recordings are stored, and of open takes that can't become answers any more."""
    settled_recordings = Recording.objects.filter(
        attempt=OuterRef("attempt"), turn=OuterRef("turn"), status__in=Recording.SETTLED
    )
    for take in Take.objects.filter(Exists(settled_recordings), status=Take.Status.SENT)[:MAX_ROWS]:
        take.mark_stored()
    for take in Take.objects.obsolete()[:MAX_ROWS]:
        take.discard()
    settled_takes = Take.objects.filter(pk=OuterRef("take"), status__in=[Take.Status.STORED, Take.Status.DISCARDED])
    TakeChunk.objects.filter(Exists(settled_takes)).delete()  # added while the take was settled
