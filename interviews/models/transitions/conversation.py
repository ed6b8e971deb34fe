"""The transitions of an attempt's conversation: an input moves it, and its facts are written to rows."""

import logging
from dataclasses import dataclass
from typing import assert_never

from django.utils import timezone

from candidates.models import Consent
from interviews.conversation import engine
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.models.event import EventKind
from interviews.models.interview import Interview
from interviews.models.recording import Recording
from interviews.models.response import InterviewResponse
from interviews.models.transitions.answer import LockedRecording
from interviews.models.transitions.attempt import WRONG_PERSON, LockedAttempt
from interviews.models.transitions.consent import ConsentReply, add_consent, consent_reply
from interviews.models.transitions.coverage import accept_partial_recording, finish_by_coverage

log = logging.getLogger(__name__)

WRONG_RECORDING = "The carrier named a recording that does not belong to this answer."
NO_CLEAR_REPLY = "The call was picked up, but there was no clear reply."
NOTHING_SAID = "Asked twice; nothing was said."
OPTED_OUT = "Asked not to be called again."
NOT_HERE = "Another person answered; the candidate was not there."
CALL_LATER = "Asked to be called again later."
HAND_OVERS = {
    engine.HandOver.ASKED: "The candidate asked for a person.",
    engine.HandOver.LANGUAGE: "The candidate asked for another language.",
    engine.HandOver.POSTPONED: "The candidate asked to be called later once more than is allowed.",
}


@dataclass(frozen=True)
class ReceivedInput:
    """An input as it came over a channel. `kind`: the channel's own word for it."""

    kind: str
    input: engine.Input
    recording_sid: str = ""


def apply_input(attempt: LockedAttempt, turn: int, received: ReceivedInput) -> engine.Prompt:
    """Move the conversation by one input and return the next prompt.

    Raises StaleTurn, with nothing changed, when the turn is over.
    """
    step = engine.next_step(attempt.conversation_state(), turn, received.input)
    reply = consent_reply(attempt.row, received.input)
    recording = None
    if isinstance(received.input, engine.RecordedAnswer):
        kept = any(isinstance(fact, engine.AnswerKept) for fact in step.facts)
        recording = _save_recording(attempt, turn, received.input, sid=received.recording_sid, chosen=kept)
    now = timezone.now()
    attempt.row.update_fields(
        stage=step.state.stage,
        turn=step.state.turn,
        silences=step.state.silences,
        slow=step.state.slow,
        key_pressed=attempt.row.key_pressed or isinstance(received.input, engine.KeyPressed),
        position=getattr(step.prompt, "position", attempt.row.position),
        answered_at=attempt.row.answered_at or now,
        last_input_at=now,
    )
    for fact in step.facts:
        _apply_fact(attempt, fact, recording, reply)
    return step.prompt


def adopt_missing_recording(attempt: LockedAttempt, recorded: dict[str, int | None]) -> None:
    """Take the newest recording that is not known here as the answer that was cut off.

    `recorded`: the SIDs of the carrier's recordings of this call, newest first, with their seconds.
    """
    known = set(Recording.objects.filter(sid__in=recorded).values_list("sid", flat=True))
    missing = next((sid for sid in recorded if sid not in known), None)
    if missing and attempt.row.is_missing_last_recording:
        answer = engine.RecordedAnswer(recorded[missing], engine.RecordingEnd.HANGUP)
        apply_input(attempt, attempt.row.turn, ReceivedInput("recording", answer, recording_sid=missing))


def _save_recording(
    attempt: LockedAttempt, turn: int, answer: engine.RecordedAnswer, *, sid: str, chosen: bool
) -> LockedRecording | None:
    """Return the recording of this turn, or None, with an event, where `sid` belongs to another recording."""
    length = {} if answer.seconds is None else {"seconds": answer.seconds}
    recording = attempt.get_or_create_recording(turn, sid=sid, ended=answer.ended, chosen=chosen, **length)
    position = attempt.row.position
    if recording is not None:
        responses = (response.row for response in attempt.responses.values())
        recording.row.response = next(response for response in responses if response.pk == recording.row.response_id)
    elif position is not None:
        log.warning("attempt %s, turn %d: recording rejected, question %d", attempt.row.pk, turn, position)
        attempt.interview.add_event(
            EventKind.RECORDING_REJECTED,
            reason=WRONG_RECORDING,
            attempt=str(attempt.row.pk),
            turn=turn,
            position=position,
        )
    return recording


def _apply_fact(
    attempt: LockedAttempt, fact: engine.Fact, recording: LockedRecording | None, reply: ConsentReply
) -> None:
    match fact:
        case engine.ConsentGiven():
            add_consent(attempt.row, Consent.Kind.RECORD, given=True, reply=reply)
            attempt.interview.begin()
        case engine.QuestionAsked(position):
            attempt.responses[position].mark_asked()
        case engine.AnswerKept(position) if recording is not None:
            attempt.responses[position].accept_recording(recording)
        case engine.AnswerKept(position):
            _close_unanswered(attempt, position, InterviewResponse.Status.AUDIO_LOST, WRONG_RECORDING)
        case engine.QuestionUnanswered(position):
            _close_unanswered(attempt, position, InterviewResponse.Status.SILENT, NOTHING_SAID)
        case engine.ConversationEnded():
            _apply_ending(attempt, fact, reply)
        case _ as unreachable:
            assert_never(unreachable)


def _close_unanswered(attempt: LockedAttempt, position: int, status: InterviewResponse.Status, reason: str) -> None:
    """Close this question without an answer, unless an earlier recording of it can serve as one."""
    response = attempt.responses[position]
    if not accept_partial_recording(response):
        response.close_unscored(status, reason=reason)


def _apply_ending(attempt: LockedAttempt, ended: engine.ConversationEnded, reply: ConsentReply) -> None:
    """The conversation came to its own end."""
    row, interview, channel = attempt.row, attempt.interview, attempt.row.channel_service
    match ended.ending:
        case engine.Ending.NO_REPLY:
            row.update_fields(outcome=row.Outcome.NO_ANSWER, reason=NO_CLEAR_REPLY)
            return
        case engine.Ending.NOT_HERE:
            row.update_fields(outcome=row.Outcome.NOT_HERE, reason=NOT_HERE)
            return
        case engine.Ending.CALL_LATER:
            _postpone(attempt, ended.when)
            return
        case engine.Ending.PERSON_REQUESTED:
            _hand_over(attempt, ended)
        case engine.Ending.FINISHED:
            finish_by_coverage(interview, reason="")
        case engine.Ending.DECLINED:
            add_consent(row, Consent.Kind.RECORD, given=False, reply=reply)
            reason = f"Declined in {channel.session_name}."
            interview.finish(Interview.Outcome.DECLINED, actor="candidate", reason=reason)
        case engine.Ending.OPTED_OUT:
            add_consent(row, Consent.Kind.CALL, given=False, reply=reply)
            interview.finish(Interview.Outcome.OPTED_OUT, actor="candidate", reason=OPTED_OUT)
        case engine.Ending.WRONG_PERSON:
            interview.finish(Interview.Outcome.WRONG_PERSON, reason=WRONG_PERSON)
        case _ as unreachable:
            assert_never(unreachable)
    row.update_fields(outcome=row.Outcome.ANSWERED)


def _postpone(attempt: LockedAttempt, requested: RequestedTime | None) -> None:
    """The call is placed at the requested time once this one has ended (`calling.retries`)."""
    row = attempt.row
    call_again_at = row.channel_service.next_contact(row.pk, requested or RequestedTime())
    row.update_fields(outcome=row.Outcome.CALL_LATER, reason=CALL_LATER, call_again_at=call_again_at)
    attempt.interview.count_postponement()


def _hand_over(attempt: LockedAttempt, ended: engine.ConversationEnded) -> None:
    """No more calls for this interview. What was answered is kept, and scored where it is enough."""
    interview, reason = attempt.interview, HAND_OVERS[ended.hand_over]
    data = {"attempt": str(attempt.row.pk), "why": ended.hand_over, "language": ended.language or ""}
    interview.record_person_request(reason=reason, data=data)
    if interview.row.status == Interview.Status.PENDING:
        interview.finish(Interview.Outcome.PERSON_REQUESTED, actor="candidate", reason=reason)
    else:
        finish_by_coverage(interview, reason=reason, too_little=Interview.Outcome.PERSON_REQUESTED)
