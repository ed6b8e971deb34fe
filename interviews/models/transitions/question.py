"""The facts of a question: asked, answered, skipped, postponed."""

from collections.abc import Iterable
from typing import Any, assert_never

from django.utils import timezone
from django.utils.translation import gettext_noop

from interviews.conversation import engine
from interviews.models.eligibility.answer import EligibilityAnswer
from interviews.models.event import EventKind, event_kind
from interviews.models.no_answer import OF_REQUEST
from interviews.models.response import InterviewResponse
from interviews.models.transitions.attempt import LockedAttempt
from interviews.models.transitions.coverage import accept_partial_recording
from interviews.models.transitions.recording import LockedRecording
from interviews.models.turns.live_transcript import LiveWords, add_live_words

WRONG_RECORDING = gettext_noop("The carrier named a recording that does not belong to this answer.")
NOTHING_SAID = gettext_noop("Asked twice; nothing was said.")
REPLY_KEY = "reply"


def recording_fields(facts: Iterable[engine.Fact]) -> dict[str, Any]:
    """Return the columns of the recording of this turn that follow from the facts."""
    field_values: dict[str, Any] = {"chosen": False}
    for fact in facts:
        match fact:
            case engine.AnswerKept(turn=None):
                field_values["chosen"] = True
            case engine.RequestRecorded(request=request, turn=None):
                field_values["request"] = OF_REQUEST[request]
            case _:
                pass
    return field_values


def apply_question_fact(attempt: LockedAttempt, fact: engine.QuestionFact, recording: LockedRecording | None) -> None:
    """Write a fact to the rows. `recording`: the one of this turn."""
    match fact:
        case engine.QuestionAsked(position):
            attempt.responses[position].mark_asked()
        case engine.AnswerKept(position):
            _keep_answer(attempt, fact, recording)
        case engine.AnswerWritten(position, text):
            attempt.responses[position].save_written_answer(text)
        case engine.RequestRecorded():
            _mark_request(attempt, fact)
        case engine.QuestionUnanswered(position):
            _close_unanswered(attempt, position, InterviewResponse.Status.SILENT, NOTHING_SAID)
        case engine.QuestionSkipped(position, request):
            no_answer = OF_REQUEST[request]
            skipped = InterviewResponse.Status.SKIPPED
            _close_unanswered(attempt, position, skipped, str(no_answer.label), no_answer=no_answer)
        case engine.QuestionPostponed(position):
            attempt.responses[position].postpone_question()
        case _ as unreachable:
            assert_never(unreachable)


def apply_eligibility_fact(attempt: LockedAttempt, fact: engine.EligibilityFact) -> None:
    """Write the state and the answer of an eligibility question. Never finishes the interview."""
    answer = next(row for row in attempt.eligibility_answers if row.position == fact.position)
    match fact:
        case engine.EligibilityAsked():
            answer.update_fields(status=EligibilityAnswer.Status.ASKED)
        case engine.EligibilityAnswered(state=state, words=words, value=value, is_met=is_met):
            answer.update_fields(
                status=EligibilityAnswer.Status(state),
                words=words,
                value=value,
                is_met=is_met,
                attempt=attempt.row,
                answered_at=timezone.now(),
            )
            attempt.interview.add_event(event_kind("eligibility", state), actor="candidate", position=fact.position)
        case _ as unreachable:
            assert_never(unreachable)


def _keep_answer(attempt: LockedAttempt, fact: engine.AnswerKept, recording: LockedRecording | None) -> None:
    if fact.turn is not None:
        recording = _recording_at(attempt, fact.turn)
        if fact.words:
            add_live_words(attempt.row.pk, fact.turn, LiveWords(REPLY_KEY, fact.words, is_final=True))
    if recording is None:
        _close_unanswered(attempt, fact.position, InterviewResponse.Status.AUDIO_LOST, WRONG_RECORDING)
    else:
        recording.accept_as_answer()


def _recording_at(attempt: LockedAttempt, turn: int) -> LockedRecording | None:
    recording = attempt.row.recordings.filter(turn=turn).first()
    return attempt.locked_recording(recording) if recording else None


def _mark_request(attempt: LockedAttempt, fact: engine.RequestRecorded) -> None:
    """Mark an earlier recording as a request. The recording of this turn was saved with its mark."""
    no_answer = OF_REQUEST[fact.request]
    if fact.turn is not None:
        attempt.row.recordings.filter(turn=fact.turn).update(request=no_answer)
    kind = EventKind.RESPONSE_REQUEST
    attempt.interview.add_event(kind, actor="candidate", position=fact.position, request=no_answer)


def _close_unanswered(attempt: LockedAttempt, position: int, status: str, reason: str, no_answer: str = "") -> None:
    """Close this question without an answer, unless an earlier recording of it can serve as one."""
    response = attempt.responses[position]
    if not accept_partial_recording(response):
        response.close_unscored(status, reason=reason, no_answer=no_answer)
