"""The transitions of a call."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from candidates.models import DoNotCall
from interviews.models.attempt import Attempt
from interviews.models.call import ONE_LIVE_CALL, SID_LENGTH, Call
from interviews.models.interview import Interview
from interviews.models.transitions.attempt import LockedAttempt
from interviews.models.transitions.interview import already_locked
from interviews.models.transitions.locking import read_locked
from interviews.task_handles import ASSIGN_CAPACITY, HANG_UP
from screener.db.constraints import violates_constraint

REPORTED_BY_CARRIER = "reported by the carrier"

# Written out for the same reason as LOCK_ATTEMPT. PostgreSQL reads only locked rows afresh after a wait, so that all
# three are locked; the interview first, as everywhere.
LOCK_CALL = """
SELECT {columns} FROM interviews_interview interview
JOIN interviews_attempt attempt ON attempt.interview_id = interview.id
JOIN interviews_call call ON call.attempt_id = attempt.id
WHERE attempt.id = %s FOR NO KEY UPDATE OF interview, attempt, call
"""


@dataclass
class LockedCall:
    """A call, its attempt and its interview, locked to the end of the transaction. Only it has the transitions."""

    row: Call
    attempt: LockedAttempt

    def match_or_adopt_sid(self, sid: str) -> bool:
        """Whether the carrier means this call. A call without a SID adopts the first one that is reported for it."""
        call = self.row
        if not call.twilio_sid and 0 < len(sid) <= SID_LENGTH and not Call.objects.filter(twilio_sid=sid).exists():
            call.update_fields(twilio_sid=sid)
            if call.ended_at:
                self._reopen_if_possible()
            # The call was cancelled before its SID was known, or another call has taken its place.
            if call.ended_at or not self.attempt.interview.row.is_live:
                HANG_UP.defer(call.attempt_id)
        return bool(sid) and call.twilio_sid == sid

    def _reopen_if_possible(self) -> None:
        """The call was believed not to have been placed, and was. It goes on unless another one has taken its place.

        That is another attempt of this interview, or another call to this number.
        """
        call = self.row
        if not self.attempt.interview.row.is_live or self.attempt.row.has_successor:
            return
        try:
            with transaction.atomic():
                call.update_fields(ended_at=None, status=call.Status.PLANNED)
        except IntegrityError as error:
            if not violates_constraint(error, ONE_LIVE_CALL):
                raise
            call.refresh_from_db(fields=["ended_at", "status"])
        else:
            self.attempt.reopen()

    def apply_status(
        self,
        status: str,
        *,
        sequence_number: int | None = None,
        why: str = "",
        is_number_dead: bool = False,
        **details: Any,
    ) -> None:
        """Apply a status that the carrier reports. Late and repeated reports have no effect; an ended call stays ended.

        `why`: the error of the call, in a sentence. `is_number_dead`: no later call can reach the number.
        """
        call = self.row
        if call.ended_at or (sequence_number is not None and sequence_number <= call.sequence):
            return
        if call.ORDER.index(status) < call.ORDER.index(call.status):
            status = call.status  # the reply to a poll may be older than a status callback
        has_ended = status in call.ENDED
        reported_details = {key: value for key, value in details.items() if value not in ("", None)}
        if status in call.UNANSWERED:
            reported_details.setdefault("price", 0)  # Twilio reports no price for these
        call.update_fields(
            status=status,
            sequence=call.sequence if sequence_number is None else sequence_number,
            ended_at=timezone.now() if has_ended else None,
            **reported_details,
        )
        if status in call.REACHED:
            self.attempt.interview.fulfil_promise()
        if has_ended:
            failed_for_good = is_number_dead and status == call.Status.FAILED
            outcome = Attempt.Outcome.INVALID_NUMBER if failed_for_good else Attempt.Outcome[call.ENDED[status]]
            self._end_attempt(outcome, reason=f"{call.REASONS[status]} {why}".strip())

    def mark_never_placed(self, outcome: str, *, reason: str) -> None:
        """The carrier refused the call, or is known not to have received it."""
        call = self.row
        if not call.ended_at:
            call.update_fields(status=call.Status.FAILED, ended_at=timezone.now())
            self._end_attempt(outcome, reason=reason)

    def _end_attempt(self, outcome: str, *, reason: str) -> None:
        """The call is over. A number that is not in service is not called again until it is corrected."""
        ASSIGN_CAPACITY.defer()
        if outcome == Attempt.Outcome.INVALID_NUMBER:
            self.list_number(DoNotCall.Kind.OUT_OF_SERVICE)
        self.attempt.end(outcome, reason=reason)

    def list_number(self, kind: DoNotCall.Kind) -> None:
        """Put the number on the do-not-call list, as the carrier reports it."""
        interview = self.attempt.interview.row
        DoNotCall.objects.add_number(
            self.row.number,
            kind=kind,
            candidate=interview.candidate,
            interview_id=interview.pk,
            source=REPORTED_BY_CARRIER,
        )


@contextmanager
def lock_call(attempt_id: UUID) -> Iterator[LockedCall]:
    """Lock the call of this attempt, the attempt and its interview to the end of the transaction.

    Raises Call.DoesNotExist.
    """
    with transaction.atomic():
        locked_rows = read_locked(LOCK_CALL, attempt_id, Interview, Attempt, Call)
        if not locked_rows:
            raise Call.DoesNotExist(f"Attempt {attempt_id} has no call.")
        interview, attempt, call = cast(tuple[Interview, Attempt, Call], locked_rows)
        attempt.interview, attempt.call, call.attempt = interview, call, attempt
        with already_locked(interview) as locked_interview:
            yield LockedCall(call, LockedAttempt(attempt, locked_interview))
