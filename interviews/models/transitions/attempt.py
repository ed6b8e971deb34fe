"""The transitions of an attempt, except those of its conversation."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_noop

from candidates.models import Consent
from interviews.conversation import engine
from interviews.conversation.eligibility_question import EligibilityQuestion
from interviews.models.attempt import Attempt
from interviews.models.eligibility.answer import EligibilityAnswer
from interviews.models.event import EventKind, event_kind
from interviews.models.interview import Interview
from interviews.models.recording import Recording
from interviews.models.response import InterviewResponse
from interviews.models.transitions.consent import ConsentReply, add_consent
from interviews.models.transitions.interview import LockedInterview, already_locked
from interviews.models.transitions.locking import read_locked
from interviews.models.transitions.recording import LockedRecording
from interviews.models.transitions.response import LockedResponse
from interviews.task_handles import FOLLOW_UP

MAX_POSTPONEMENTS = 3
"""How often the candidate may have the call postponed. After that a person takes over."""

APOLOGY_REASON = gettext_noop("Something went wrong on our side; the candidate was promised a call back.")
WRONG_PERSON = gettext_noop("Another person answered this number.")
MACHINE_ANSWERED = gettext_noop("A machine answered.")
MACHINE_HAD_ANSWERED = gettext_noop("A machine had answered.")
ASKED_OR_ANSWERED = (
    EventKind.RESPONSE_ASKED,
    EventKind.RESPONSE_ANSWERED,
    EventKind.RESPONSE_SILENT,
    EventKind.RECORDING_REJECTED,
)

BEFORE_QUESTIONS = engine.ELIGIBILITY_STAGES | {engine.Stage.CONSENT, engine.Stage.STOP}
"""The stages at which an eligibility question can be open and come next."""

# Every webhook runs these statements. They are written out because Django takes longer to build them than to run them.
LOCK_ATTEMPT = """
SELECT {columns} FROM interviews_interview interview
JOIN interviews_attempt attempt ON attempt.interview_id = interview.id
WHERE attempt.id = %s FOR NO KEY UPDATE OF interview, attempt
"""
SELECT_RESPONSES = """
SELECT id, interview_id, position, question, competency, max_seconds, status, postponed
FROM interviews_interviewresponse WHERE interview_id = %s ORDER BY position
"""
SELECT_RECORDINGS = """
SELECT id, response_id, attempt_id, turn, sid, status, ended, seconds, chosen, carrier_transcript_status
FROM interviews_recording WHERE (attempt_id = %s AND turn = %s) OR (sid <> '' AND sid = %s)
"""


@dataclass
class LockedAttempt:
    """An attempt and its interview, locked to the end of the transaction. Only a locked attempt can be changed."""

    row: Attempt
    interview: LockedInterview

    @cached_property
    def responses(self) -> dict[int, LockedResponse]:
        """The responses of the interview by position."""
        rows = InterviewResponse.objects.raw(SELECT_RESPONSES, [self.row.interview_id])
        return {response.position: LockedResponse(response, self.interview) for response in rows}

    @cached_property
    def eligibility_answers(self) -> list[EligibilityAnswer]:
        """The answers to eligibility questions by position, as they were when they were first needed."""
        return list(self.interview.row.eligibility_answers.order_by("position"))

    def _open_eligibility(self) -> tuple[EligibilityQuestion, ...]:
        """The eligibility questions that are not answered. They matter at the stages before the questions only."""
        if self.row.stage not in BEFORE_QUESTIONS:
            return ()
        return tuple(row.spoken_question for row in self.eligibility_answers if row.status in row.OPEN)

    def conversation_state(self) -> engine.ConversationState:
        open_positions = self.open_positions()
        return engine.ConversationState(
            stage=engine.Stage.OVER if self._ignores_input(open_positions) else engine.Stage(self.row.stage),
            turn=self.row.turn,
            open_positions=open_positions,
            postponed=frozenset(position for position in open_positions if self.responses[position].row.postponed),
            progress=self.row.question_progress,
            silences=self.row.silences,
            resumed=self.row.resumed,
            language=self.interview.row.language,
            slow=self.row.slow,
            pause_seconds=self.row.pause_seconds,
            can_postpone=self.interview.row.postponements < MAX_POSTPONEMENTS,
            eligibility=self._open_eligibility(),
            today=timezone.localdate(),
            candidate_name=SimpleLazyObject(lambda: self.interview.row.candidate.full_name),
        )

    def open_positions(self) -> tuple[int, ...]:
        """The unanswered questions in the order in which they are asked: the current one, others, postponed ones."""
        current_position = self.row.position if self.row.stage in engine.QUESTION_STAGES else None
        responses = (response.row for response in self.responses.values())
        open_responses = [response for response in responses if response.status in response.OPEN]
        open_responses.sort(
            key=lambda response: (response.position != current_position, response.postponed, response.position)
        )
        return tuple(response.position for response in open_responses)

    def _ignores_input(self, open_positions: tuple[int, ...]) -> bool:
        """Whether an input comes too late to have an effect. It is stored all the same."""
        attempt = self.row
        if not self.interview.row.is_live:
            return True
        if not attempt.is_live and (attempt.outcome in attempt.NEVER_HELD or attempt.has_successor):
            return True
        return attempt.stage in engine.QUESTION_STAGES and attempt.position not in open_positions

    def get_or_create_recording(self, turn: int, *, sid: str, **fields: Any) -> LockedRecording | None:
        """Return the recording of this turn with `fields` set. It is created for the turn that is awaited.

        None: another recording has this SID, or this turn has a recording with another SID. Any webhook about a
        recording may be the first that names its SID. A recording belongs to the question that was asked at its turn.
        """
        recordings = list(Recording.objects.raw(SELECT_RECORDINGS, [self.row.pk, turn, sid]))
        if not recordings:
            return self._create_recording(turn, sid=sid, **fields)
        recording = recordings[0]
        is_other = (recording.attempt_id, recording.turn) != (self.row.pk, turn)
        if len(recordings) > 1 or is_other or (sid and recording.sid not in ("", sid)):
            return None
        if recording.seconds is not None:
            fields.pop("seconds", None)  # the carrier's measured length replaces the one reported during the call
        if changed_fields := fields | ({"sid": sid} if sid and not recording.sid else {}):
            recording.update_fields(**changed_fields)
        return LockedRecording(recording, self.interview)

    def locked_recording(self, recording: Recording) -> LockedRecording:
        """Return a recording of this attempt with its response as it is locked here."""
        responses = (response.row for response in self.responses.values())
        recording.response = next(response for response in responses if response.pk == recording.response_id)
        return LockedRecording(recording, self.interview)

    def _create_recording(self, turn: int, **fields: Any) -> LockedRecording | None:
        attempt = self.row
        if attempt.position is None or turn != attempt.turn:
            return None
        response = self.responses[attempt.position].row
        recording = Recording(attempt=attempt, response=response, turn=turn, continues=self._cut_recording(), **fields)
        Recording.insert([recording])
        return LockedRecording(recording, self.interview)

    def _cut_recording(self) -> Recording | None:
        """The recording whose end is awaited."""
        cut_turn = self.row.question_progress.checked_turn
        if self.row.stage != engine.Stage.GO_ON or cut_turn is None:
            return None
        return self.row.recordings.filter(turn=cut_turn).first()

    def end(self, outcome: str, *, reason: str = "") -> None:
        """The session is closed. The follow-up is decided once the last recording has had time to arrive."""
        attempt = self.row
        if not attempt.is_live:
            return
        end_reason = attempt.reason or ("" if attempt.outcome else reason)
        attempt.update_fields(ended_at=timezone.now(), outcome=attempt.outcome or outcome, reason=end_reason)
        self._add_end_event()
        if attempt.stage == engine.Stage.STRANGER and attempt.outcome == attempt.Outcome.HUNG_UP:
            self.interview.finish(Interview.Outcome.WRONG_PERSON, reason=WRONG_PERSON)
        if self.interview.row.is_live:
            begun_stages = engine.ELIGIBILITY_STAGES | engine.QUESTION_STAGES
            cut_off = attempt.stage in begun_stages or attempt.outcome == attempt.Outcome.HUNG_UP
            FOLLOW_UP.defer(attempt.pk, delay=attempt.channel_service.grace_seconds if cut_off else 0)

    def reopen(self) -> None:
        """The attempt goes on: its call was believed not to have been placed, and was. No other call is due."""
        self.row.update_fields(ended_at=None, outcome="", reason="")
        self.interview.clear_next_attempt(keeps_promise=True)
        self._add_event(EventKind.ATTEMPT_REOPENED, actor="carrier")

    def resume(self) -> None:
        """The candidate goes on where they left. No call is placed meanwhile; its plan stays."""
        self.row.update_fields(ended_at=None, outcome="", reason="", last_input_at=timezone.now())
        self._add_event(EventKind.ATTEMPT_REOPENED, actor="candidate")

    def record_apology(self) -> None:
        """An error on our side cut the attempt off, and the candidate was promised a call back that does not count.

        If the follow-up has been decided already, it is decided again.
        """
        if self.row.apologised_at:
            return
        self.row.update_fields(apologised_at=timezone.now(), reason=APOLOGY_REASON)
        self._add_event(EventKind.ATTEMPT_APOLOGISED, reason=APOLOGY_REASON)
        self.repeat_follow_up()

    def repeat_follow_up(self) -> None:
        """Decide the follow-up of an ended attempt again, unless another attempt followed."""
        if not self.row.is_live and not self.row.has_successor:
            self.interview.clear_next_attempt()
            FOLLOW_UP.defer(self.row.pk)

    def mark_voicemail(self) -> None:
        """A machine answered: the attempt counts, its questions are asked again, and its consent is voided.

        The carrier may report it after the call. It has no effect once the conversation came to its own end, another
        attempt followed, or a key was pressed: machines press no keys.
        """
        attempt = self.row
        if not attempt.channel_service.reaches_machines:
            return
        if attempt.outcome not in attempt.MAY_BE_MACHINE or not self.interview.row.is_live or attempt.has_successor:
            return
        if self._pressed_keys:
            return
        if attempt.outcome == attempt.Outcome.CALL_LATER:
            self._withdraw_postponement()
        attempt.update_fields(outcome=attempt.Outcome.VOICEMAIL, stage=engine.Stage.OVER, reason=MACHINE_ANSWERED)
        if not attempt.is_live:
            self._add_end_event()
        self._void_consent()
        self._reset_responses()
        if attempt.is_live:
            attempt.channel_service.end_attempt(attempt.pk)

    def _withdraw_postponement(self) -> None:
        """No candidate asked for another time."""
        self.row.update_fields(call_again_at=None)
        self.interview.count_postponement(-1)
        self.repeat_follow_up()

    @property
    def _pressed_keys(self) -> bool:
        if self.row.key_pressed:
            return True
        recordings = self.row.recordings.filter(ended__in=[Recording.Ended.KEY, Recording.Ended.REPEAT])
        return self.row.consents.filter(given_by=Consent.GivenBy.KEY).exists() or recordings.exists()

    def _void_consent(self) -> None:
        if self.row.consents.filter(kind=Consent.Kind.RECORD, given=True).exists():
            voided_consent = ConsentReply(Consent.GivenBy.VOIDED)
            add_consent(self.row, Consent.Kind.RECORD, given=False, reply=voided_consent)
            if not self.row.resumed:
                self.interview.void_consent(reason=MACHINE_HAD_ANSWERED)

    def _reset_responses(self) -> None:
        """Reset the questions of this attempt. Events of other kinds come from work on earlier attempts."""
        attempt_events = self.interview.row.events.filter(
            kind__in=ASKED_OR_ANSWERED, created_at__gte=self.row.created_at
        )
        for position in set(attempt_events.values_list("data__position", flat=True)):
            self.responses[position].reset_to_planned(reason=MACHINE_HAD_ANSWERED)
        answered_here = self.interview.row.eligibility_answers.filter(attempt=self.row)
        planned = EligibilityAnswer.Status.PLANNED
        answered_here.update(status=planned, words="", value="", is_met=None, attempt=None, answered_at=None)

    def _add_end_event(self) -> None:
        actor = "candidate" if self.row.is_self_service else "carrier"
        self._add_event(event_kind("attempt", self.row.outcome), actor=actor, reason=self.row.reason)

    def _add_event(self, kind: EventKind, *, actor: str = "screener", reason: str = "") -> None:
        attempt = self.row
        self.interview.add_event(kind, actor=actor, reason=reason, attempt=str(attempt.pk), number=attempt.number)


@contextmanager
def lock_attempt(pk: UUID) -> Iterator[LockedAttempt]:
    """Lock this attempt and its interview to the end of the transaction. Raises Attempt.DoesNotExist."""
    with transaction.atomic():
        locked_rows = read_locked(LOCK_ATTEMPT, pk, Interview, Attempt)
        if not locked_rows:
            raise Attempt.DoesNotExist(f"There is no attempt {pk}.")
        interview, attempt = cast(tuple[Interview, Attempt], locked_rows)
        attempt.interview = interview
        with already_locked(interview) as locked_interview:
            yield LockedAttempt(attempt, locked_interview)
