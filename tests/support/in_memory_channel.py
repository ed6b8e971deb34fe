"""Interviews over a channel that is held in memory. Imports no webhooks and no telephony."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.utils import timezone

from interviews import channels
from interviews.conversation import engine
from interviews.conversation.phrases.requested_time import RequestedTime, resolve_time
from interviews.conversation.script import NextCall, Question, Script, prompt_texts
from interviews.models import Attempt, Interview, LockedAttempt, Recording, lock_attempt
from interviews.models.transitions.conversation import ReceivedInput
from interviews.reception.employer import employer_of
from interviews.turns import spoken_eligibility, stored_reply, take_turn

NAME = "memory"
AUDIO = b"RIFF\x00\x00\x00\x00WAVE"


@dataclass
class InMemoryChannel:
    """Keeps the attempts that it was asked to end and the audio of recordings."""

    session_name: str = "the session"
    grace_seconds: int = 0
    reaches_machines: bool = True
    ended: list[UUID] = field(default_factory=list)
    audio: dict[str, bytes] = field(default_factory=dict)

    def end_attempt(self, attempt_id: UUID) -> None:
        self.ended.append(attempt_id)

    def next_contact(self, attempt_id: UUID, requested: RequestedTime) -> datetime:
        return resolve_time(requested, timezone.now())

    def fetch_audio(self, recording_sid: str) -> bytes:
        return self.audio[recording_sid]

    def list_audio(self, attempt_id: UUID) -> list[str]:
        return []

    def delete_audio(self, recording_sid: str) -> None:
        del self.audio[recording_sid]


def open_channel() -> InMemoryChannel:
    channel = InMemoryChannel()
    channels.register_channel(NAME, channel)
    return channel


class Session:
    """One attempt, from the candidate's side."""

    def __init__(self, channel: InMemoryChannel, interview: Interview) -> None:
        self.channel = channel
        number = interview.attempts.count() + 1
        resumed = interview.status == Interview.Status.IN_PROGRESS
        self.attempt = interview.attempts.create(
            number=number, channel=NAME, resumed=resumed, send_before=timezone.now()
        )
        self.prompt = ""

    def send(self, input: engine.Input, *, sid: str = "", turn: int | None = None) -> str:
        """Send one input, to the present turn unless another is named. Returns the text of the reply."""
        with lock_attempt(self.attempt.pk) as attempt:
            turn = attempt.row.turn if turn is None else turn
            received = ReceivedInput(type(input).__name__, input, recording_sid=sid)
            try:
                self.prompt = take_turn(attempt, turn, received, partial(_render, attempt)).body
            except engine.StaleTurn:
                reply = stored_reply(attempt.row, turn)
                self.prompt = reply.body if reply else ""
        self.attempt.refresh_from_db()
        return self.prompt

    def agree(self) -> None:
        """Pick up, confirm the identity and consent, in spoken words."""
        for input in (engine.PickedUp(), engine.WordsSpoken("yes"), engine.WordsSpoken("I agree")):
            self.send(input)

    def answer(self, ended: engine.RecordingEnd = engine.RecordingEnd.PAUSE) -> Recording | None:
        """Record an answer of 20 seconds, whose audio the channel then has."""
        turn, sid = self.attempt.turn, f"memory-{self.attempt.pk}-{self.attempt.turn}"
        self.channel.audio[sid] = AUDIO
        self.send(engine.RecordedAnswer(20, ended), sid=sid)
        with lock_attempt(self.attempt.pk) as attempt:
            recording = attempt.get_or_create_recording(turn, sid=sid)
            if recording is not None:
                recording.mark_available(seconds=20)
        return recording.row if recording else None

    def hang_up(self) -> None:
        with lock_attempt(self.attempt.pk) as attempt:
            attempt.end(Attempt.Outcome.HUNG_UP)

    def reveal_machine(self) -> None:
        with lock_attempt(self.attempt.pk) as attempt:
            attempt.mark_voicemail()


def _render(attempt: LockedAttempt, prompt: engine.Prompt) -> str:
    interview, responses = attempt.interview.row, (response.row for response in attempt.responses.values())
    script = Script(
        candidate_name=interview.candidate.full_name,
        job_title=interview.job.title_to_say,
        employer=employer_of(interview.job),
        language=interview.language,
        questions=tuple(Question(response.question, response.max_seconds) for response in responses),
        remaining=len(attempt.conversation_state().open_positions),
        eligibility=spoken_eligibility(attempt),
        next_call=NextCall(at, timezone.now().date()) if (at := attempt.row.call_again_at) else None,
    )
    return " ".join(prompt_texts(prompt, script))
