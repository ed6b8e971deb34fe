"""The transitions of an attempt's conversation: an input moves it, and its facts are written to rows."""

import logging
from dataclasses import asdict, dataclass, replace
from typing import Any, assert_never

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from candidates.models import Consent
from interviews.conversation import engine
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.models.attempt import Attempt
from interviews.models.event import EventKind
from interviews.models.interview import Interview
from interviews.models.recording import Recording
from interviews.models.transitions.attempt import WRONG_PERSON, LockedAttempt
from interviews.models.transitions.consent import ConsentReply, add_consent, consent_reply
from interviews.models.transitions.coverage import finish_by_coverage, hand_over
from interviews.models.transitions.question import (
    WRONG_RECORDING,
    apply_eligibility_fact,
    apply_question_fact,
    recording_fields,
)
from interviews.models.transitions.recording import LockedRecording
from interviews.models.turns.live_transcript import live_words

log = logging.getLogger(__name__)

NO_CLEAR_REPLY = gettext_noop("The call was picked up, but there was no clear reply.")
OPTED_OUT = gettext_noop("Asked not to be called again.")
NOT_HERE = gettext_noop("Another person answered; the candidate was not there.")
CALL_LATER = gettext_noop("Asked to be called again later.")
NOT_ELIGIBLE = gettext_noop("An answer does not meet a requirement of the job. Look at it, then decide.")
HAND_OVERS = {
    engine.HandOver.ASKED: gettext_noop("The candidate asked for a person. Get in touch, then decide."),
    engine.HandOver.LANGUAGE: gettext_noop("The candidate asked for another language. Get in touch, then decide."),
    engine.HandOver.POSTPONED: gettext_noop("The candidate postponed the call too often. Get in touch, then decide."),
    engine.HandOver.REFUSAL: gettext_noop("Each unclear reply sounded like a refusal. Get in touch, then decide."),
}


@dataclass(frozen=True)
class ReceivedInput:
    """An input as it came over a channel. `kind`: the channel's own word for it.

    `given_by`: how a consent in it is given, where the input does not show it.
    """

    kind: str
    input: engine.Input
    recording_sid: str = ""
    given_by: Consent.GivenBy = Consent.GivenBy.UNKNOWN


def apply_input(attempt: LockedAttempt, turn: int, received_input: ReceivedInput) -> engine.Prompt:
    """Move the conversation by one input and return the next prompt.

    Raises StaleTurn, without an effect, when the turn is over.
    """
    input = _with_live_words(attempt.row, turn, received_input.input)
    step = engine.next_step(attempt.conversation_state(), turn, input)
    reply = consent_reply(attempt.row, input, received_input.given_by)
    recording = None
    if isinstance(input, engine.RecordedAnswer):
        recording_values = recording_fields(step.facts)
        recording = _save_recording(attempt, turn, input, sid=received_input.recording_sid, **recording_values)
    now = timezone.now()
    attempt.row.update_fields(
        stage=step.state.stage,
        turn=step.state.turn,
        silences=step.state.silences,
        slow=step.state.slow,
        progress=asdict(step.state.progress),
        key_pressed=attempt.row.key_pressed or isinstance(input, engine.KeyPressed),
        position=getattr(step.prompt, "position", attempt.row.position),
        answered_at=attempt.row.answered_at or now,
        last_input_at=now,
    )
    for fact in step.facts:
        _apply_fact(attempt, fact, recording, reply)
    return step.prompt


def _with_live_words(attempt: Attempt, turn: int, input: engine.Input) -> engine.Input:
    """Add the words that came while the channel recorded. Words without a recording were spoken before it began."""
    if not settings.LIVE_TRANSCRIPTION or attempt.stage not in engine.RECORDING_STAGES or turn != attempt.turn:
        return input
    match input:
        case engine.RecordedAnswer():
            return replace(input, words=live_words(attempt.pk, turn))
        case engine.NoReply():
            spoken_words = live_words(attempt.pk, turn)
            return engine.WordsSpoken(spoken_words) if spoken_words else input
        case _:
            return input


def settle_lost_line(attempt: LockedAttempt) -> None:
    """The attempt ended while the candidate was asked whether that was the answer, or whether to stop."""
    if attempt.row.stage in (engine.Stage.CHECK, engine.Stage.GO_ON, engine.Stage.STOP):
        apply_input(attempt, attempt.row.turn, ReceivedInput("line_lost", engine.LineLost()))


def adopt_missing_recording(attempt: LockedAttempt, recorded_seconds: dict[str, int | None]) -> None:
    """Take the newest recording that is not known here as the answer that was cut off.

    `recorded_seconds`: the SIDs of the carrier's recordings of this call, newest first, with their seconds.
    """
    adopted_sids = set(Recording.objects.filter(sid__in=recorded_seconds).values_list("sid", flat=True))
    missing_sid = next((sid for sid in recorded_seconds if sid not in adopted_sids), None)
    if missing_sid and attempt.row.is_missing_last_recording:
        answer = engine.RecordedAnswer(recorded_seconds[missing_sid], engine.RecordingEnd.HANGUP)
        apply_input(attempt, attempt.row.turn, ReceivedInput("recording", answer, recording_sid=missing_sid))


def _save_recording(
    attempt: LockedAttempt, turn: int, answer: engine.RecordedAnswer, *, sid: str, **fields: Any
) -> LockedRecording | None:
    """Return the recording of this turn, or None, with an event, where `sid` belongs to another recording."""
    length_field = {} if answer.seconds is None else {"seconds": answer.seconds}
    recording = attempt.get_or_create_recording(turn, sid=sid, ended=answer.ended, **fields, **length_field)
    position = attempt.row.position
    if recording is not None:
        return attempt.locked_recording(recording.row)
    if position is not None:
        log.warning("attempt %s, turn %d: recording rejected, question %d", attempt.row.pk, turn, position)
        attempt.interview.add_event(
            EventKind.RECORDING_REJECTED,
            reason=WRONG_RECORDING,
            attempt=str(attempt.row.pk),
            turn=turn,
            position=position,
        )
    return None


def _apply_fact(
    attempt: LockedAttempt, fact: engine.Fact, recording: LockedRecording | None, reply: ConsentReply
) -> None:
    match fact:
        case engine.ConsentGiven():
            add_consent(attempt.row, Consent.Kind.RECORD, given=True, reply=reply)
            attempt.interview.begin()
        case engine.ConversationEnded():
            _apply_ending(attempt, fact, reply)
        case engine.EligibilityAsked() | engine.EligibilityAnswered():
            apply_eligibility_fact(attempt, fact)
        case _:
            apply_question_fact(attempt, fact, recording)


def _apply_ending(attempt: LockedAttempt, conversation_end: engine.ConversationEnded, reply: ConsentReply) -> None:
    """The conversation came to its own end."""
    row, interview, channel = attempt.row, attempt.interview, attempt.row.channel_service
    match conversation_end.ending:
        case engine.Ending.NO_REPLY:
            row.update_fields(outcome=row.Outcome.NO_ANSWER, reason=NO_CLEAR_REPLY)
            return
        case engine.Ending.NOT_HERE:
            row.update_fields(outcome=row.Outcome.NOT_HERE, reason=NOT_HERE)
            return
        case engine.Ending.CALL_LATER:
            _postpone_call(attempt, conversation_end.when)
            return
        case engine.Ending.PERSON_REQUESTED:
            _hand_over(attempt, conversation_end)
        case engine.Ending.FINISHED:
            finish_by_coverage(interview, reason="")
        case engine.Ending.NOT_ELIGIBLE:
            outcome = Interview.Outcome.NOT_ELIGIBLE
            finish_by_coverage(interview, reason=NOT_ELIGIBLE, too_little=outcome, actor="candidate")
        case engine.Ending.DECLINED:
            add_consent(row, Consent.Kind.RECORD, given=False, reply=reply)
            reason = f"Declined in {channel.session_name}."
            if reply.wording_version:
                interview.finish(Interview.Outcome.DECLINED, actor="candidate", reason=reason)
            else:  # consent was given; the answers so far were, too
                finish_by_coverage(interview, reason=reason, too_little=Interview.Outcome.DECLINED, actor="candidate")
        case engine.Ending.OPTED_OUT:
            add_consent(row, Consent.Kind.CALL, given=False, reply=reply)
            interview.finish(Interview.Outcome.OPTED_OUT, actor="candidate", reason=OPTED_OUT)
        case engine.Ending.WRONG_PERSON:
            interview.finish(Interview.Outcome.WRONG_PERSON, reason=WRONG_PERSON)
        case _ as unreachable:
            assert_never(unreachable)
    row.update_fields(outcome=row.Outcome.ANSWERED)


def _postpone_call(attempt: LockedAttempt, requested_time: RequestedTime | None) -> None:
    """The call is placed at the requested time once this one has ended (`calling.retries`).

    If it has ended already, the follow-up is decided again.
    """
    row = attempt.row
    call_again_at = row.channel_service.next_contact(row.pk, requested_time or RequestedTime())
    row.update_fields(outcome=row.Outcome.CALL_LATER, reason=CALL_LATER, call_again_at=call_again_at)
    attempt.interview.hold_on_phone()
    attempt.interview.count_postponement()
    attempt.repeat_follow_up()


def _hand_over(attempt: LockedAttempt, conversation_end: engine.ConversationEnded) -> None:
    event_data = {
        "attempt": str(attempt.row.pk),
        "why": conversation_end.hand_over,
        "language": conversation_end.language or "",
    }
    hand_over(attempt.interview, reason=HAND_OVERS[conversation_end.hand_over], data=event_data)
