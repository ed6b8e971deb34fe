"""The transitions of an interview, and the lock that every transition of its rows needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from candidates.models import Candidate, DoNotCall
from interviews.channels import get_channel
from interviews.models.eligibility.answer import EligibilityAnswer
from interviews.models.event import EventKind, InterviewEvent, event_kind
from interviews.models.interview import Interview
from interviews.models.invitations.candidate_message import CandidateMessage, MessageKind
from interviews.models.notices.notice import new_event
from interviews.models.response import InterviewResponse
from interviews.task_handles import CONCLUDE, DIAL
from interviews.wait_reason import AGREED, WaitReason
from jobs.channels import Channel
from screener.labels import in_sentence
from screener.models import InvalidTransition

SOON_SECONDS = 30
NO_NEXT_ATTEMPT: dict[str, Any] = {
    "next_attempt_at": None,
    "wait_reason": "",
    "waiting_for": "",
    "keeps_promise": False,
    "dial_slot_at": None,
}
REFUSED_IN_INTERVIEW = gettext_noop("said in an interview")
CALL_IN_PROGRESS = gettext_noop("A call for this interview is in progress or is being placed.")
ANSWERS_ERASED = gettext_noop("The answers of this interview were erased.")
INTERVIEW_OVER = gettext_noop("This interview is over.")
NOT_ON_THE_PHONE = gettext_noop("This interview is not held on the phone. Move it to the phone first.")
NOT_REACHED = gettext_noop("The interview was over before this question was answered.")


class ChannelNotAllowed(InvalidTransition):
    """The job does not allow the channel."""

    code = "channel_not_allowed"

    def __init__(self, channel: str) -> None:
        message = gettext("This job does not allow the channel: %(channel)s. Choose another, or allow it in the job.")
        super().__init__(message % {"channel": in_sentence(str(Channel(channel).label))})


@dataclass
class LockedInterview:
    """An interview whose row is locked to the end of the transaction, and was read after that.

    Only a locked interview can be changed, and the transitions of its attempts, responses and recordings need one. Its
    events are inserted in one statement when the block of the lock ends; after that it refuses further ones.
    """

    row: Interview
    _events: list[InterviewEvent] = field(default_factory=list)
    _has_ended: bool = False

    def has_lease(self, token: UUID) -> bool:
        return self.row.has_lease(token)

    def add_event(self, kind: EventKind, *, actor: str = "screener", reason: str = "", **data: Any) -> None:
        """Add an event that changes no status of the interview itself."""
        self.queue_event(kind=kind, actor=actor, reason=reason, data=data)

    def queue_event(self, **event: Any) -> None:
        if self._has_ended:
            raise RuntimeError("This interview is no longer locked.")
        self._events.append(new_event(self.row, **event))

    def queue_response_event(
        self, response: InterviewResponse, *, after: str, actor: str = "screener", reason: str
    ) -> None:
        """Add the event of a response that is about to move to the status `after`."""
        response_event, data = event_kind("response", after), {"position": response.position}
        self.queue_event(
            kind=response_event, actor=actor, before=response.status, after=after, reason=reason, data=data
        )

    def insert_events(self) -> None:
        """Insert the queued events. No event can be added after that."""
        InterviewEvent.insert(self._events)
        self._has_ended = True

    def begin(self, *, actor: str = "candidate") -> None:
        """The candidate has consented. A consent in a later attempt has no effect."""
        interview = self.row
        if interview.status == interview.Status.IN_PROGRESS:
            return
        if interview.status != interview.Status.PENDING:
            status = in_sentence(interview.get_status_display())
            raise InvalidTransition(
                gettext("This interview is %(status)s; it can't begin any more.") % {"status": status}
            )
        self._move_interview(
            EventKind.INTERVIEW_BEGUN, interview.Status.IN_PROGRESS, actor=actor, reason="", started_at=timezone.now()
        )

    def void_consent(self, *, reason: str) -> None:
        """The consent came from a machine: the interview is pending again."""
        interview = self.row
        if interview.status == interview.Status.IN_PROGRESS:
            self._move_interview(
                EventKind.INTERVIEW_VOIDED, interview.Status.PENDING, actor="screener", reason=reason, started_at=None
            )

    def schedule_next_attempt(
        self, when: datetime, *, wait_reason: str = "", reason: str = "", keeps_promise: bool = False
    ) -> None:
        """Let the next call be due at `when`. `reason` explains the code `wait_reason` to people.

        `keeps_promise`: the due call is only placed later, and stays promised. A longer wait with the same code adds no
        event.
        """
        interview = self.row
        if not interview.is_live:
            raise InvalidTransition(gettext("This interview is over; it can't be called again. Start a new one."))
        if interview.channel != Channel.PHONE:
            raise InvalidTransition(gettext(NOT_ON_THE_PHONE))
        if reason and wait_reason != interview.wait_reason:
            self.add_event(EventKind.INTERVIEW_WAITING, reason=reason, until=when.isoformat())
        keeps_promise = keeps_promise and interview.has_promised_call
        interview.update_fields(
            next_attempt_at=when, wait_reason=wait_reason, waiting_for=reason, keeps_promise=keeps_promise
        )
        delay_seconds = (when - timezone.now()).total_seconds()
        if delay_seconds < SOON_SECONDS:  # the sweep finds what is due later
            DIAL.defer(interview.pk, delay=max(0, ceil(delay_seconds)))

    def move_next_attempt(self, when: datetime, *, actor: str, wait_reason: str = "", **data: str) -> None:
        """Have the next call placed at another time. The dial rules decide as ever when it is due.

        `wait_reason`: who has chosen the time; empty: as soon as possible. `data`: further data of the event.
        Raises InvalidTransition during a call.
        """
        if self.row.attempts.in_a_call().exists():
            raise InvalidTransition(gettext(CALL_IN_PROGRESS))
        if not wait_reason:
            self._call_off_appointment(actor=actor)
        self.schedule_next_attempt(when, wait_reason=wait_reason)
        self.add_event(EventKind.INTERVIEW_RESCHEDULED, actor=actor, until=when.isoformat(), **data)
        if wait_reason:
            CandidateMessage.objects.queue_appointment(self.row, actor=actor)

    def hold_calls(self, until: datetime, *, wait_reason: WaitReason, reason: str, actor: str = "candidate") -> None:
        """Place no call before the candidate, or a reviewer for them, has chosen one.

        An interview that is not on the phone has no calls to hold; it keeps the reason. Raises InvalidTransition during
        a call.
        """
        if self.row.attempts.in_a_call().exists():
            raise InvalidTransition(gettext(CALL_IN_PROGRESS))
        if self.row.channel != Channel.PHONE:
            self.row.update_fields(wait_reason=wait_reason, waiting_for=reason)
            return
        self._call_off_appointment(actor=actor)
        self.schedule_next_attempt(until, wait_reason=wait_reason, reason=reason)

    def release_calls(self, at: datetime) -> None:
        """Place the calls that are held from this time on."""
        if self.row.next_attempt_at:
            self.schedule_next_attempt(at)

    def move_end_of_wait(self, until: datetime) -> None:
        """Hold the calls that are held until this time."""
        if self.row.next_attempt_at:
            self.row.update_fields(next_attempt_at=until)

    def set_more_time(self, more_time: bool, *, actor: str) -> None:
        """Give the candidate more time, or the usual time again, from the next attempt on. Idempotent."""
        if not self.row.is_live:
            raise InvalidTransition(gettext(INTERVIEW_OVER))
        if more_time != self.row.more_time:
            self.row.update_fields(more_time=more_time)
            kind = EventKind.INTERVIEW_MORE_TIME if more_time else EventKind.INTERVIEW_USUAL_TIME
            self.add_event(kind, actor=actor)

    def choose_channel(self, channel: str, *, actor: str, call_at: datetime | None = None) -> None:
        """Hold the interview over this channel from now on. `call_at`: when to call, on the phone; at once unless set.

        Raises ChannelNotAllowed, or InvalidTransition during a call.
        """
        interview = self.row
        if not interview.is_live:
            raise InvalidTransition(gettext(INTERVIEW_OVER))
        if channel not in interview.job.channels:
            raise ChannelNotAllowed(channel)
        if interview.attempts.in_a_call().exists():
            raise InvalidTransition(gettext(CALL_IN_PROGRESS))
        if channel == interview.channel:
            return
        self._set_channel(channel, actor=actor)
        if channel == Channel.PHONE:
            self.schedule_next_attempt(call_at or timezone.now())

    def hold_on_phone(self) -> None:
        """The candidate asked for a call, which is promised."""
        if self.row.channel != Channel.PHONE:
            self._set_channel(Channel.PHONE, actor="candidate")

    def _set_channel(self, channel: str, *, actor: str) -> None:
        self._call_off_appointment(actor=actor)
        self.row.update_fields(channel=channel, **NO_NEXT_ATTEMPT)
        self.add_event(EventKind.INTERVIEW_CHANNEL_CHOSEN, actor=actor, channel=channel)

    def clear_next_attempt(self, *, keeps_promise: bool = False) -> None:
        """Let no call be due, for now. `keeps_promise`: a promised call stays promised until the carrier places it."""
        is_promised = keeps_promise and self.row.has_promised_call
        self.row.update_fields(**NO_NEXT_ATTEMPT | {"keeps_promise": is_promised})

    def fulfil_promise(self) -> None:
        """The phone rings or is busy, which keeps the promise. A further call is not promised."""
        if self.row.keeps_promise and self.row.next_attempt_at is None:
            self.row.update_fields(keeps_promise=False)

    def count_postponement(self, change: int = 1) -> None:
        """A postponed attempt uses up no attempt of the job. -1: the attempt was not postponed after all."""
        self.row.update_fields(postponements=self.row.postponements + change)

    def record_person_request(self, *, reason: str, data: dict[str, str]) -> None:
        """Keep that the candidate asked for a person. The first request counts."""
        if self.row.person_requested_at is None:
            self.row.update_fields(person_requested_at=timezone.now())
            self.add_event(EventKind.INTERVIEW_PERSON_REQUESTED, actor="candidate", reason=reason, **data)
            self._keep_refusal(DoNotCall.Kind.PERSON_REQUESTED)

    def opt_out(self, *, reason: str) -> None:
        """The candidate asked not to be called again. That holds for the number, however the interview ends."""
        if self.row.is_live:
            self.finish(Interview.Outcome.OPTED_OUT, actor="candidate", reason=reason)
        else:
            self.add_event(EventKind.INTERVIEW_OPTED_OUT, actor="candidate", reason=reason)
            self._keep_refusal(DoNotCall.Kind.OPTED_OUT)

    def finish(self, outcome: str, *, reason: str = "", actor: str = "screener") -> None:
        """The conversation is over, or will not take place. Final: a second call has no effect.

        Open questions are skipped; answers in work are worked on to their end.
        """
        interview = self.row
        if not interview.is_live:
            return
        status = next(status for status, outcomes in interview.OUTCOMES_OF.items() if outcome in outcomes)
        now, began_at = timezone.now(), interview.started_at
        is_completed = status == interview.Status.COMPLETED
        self._call_off_appointment(actor=actor)
        self._move_interview(
            event_kind("interview", status),
            status,
            actor=actor,
            reason=reason,
            outcome=outcome,
            outcome_reason=reason,
            result_status=interview.ResultStatus.PENDING if is_completed else interview.ResultStatus.NONE,
            completed_at=now,
            duration_seconds=int((now - began_at).total_seconds()) if began_at else None,
            **NO_NEXT_ATTEMPT,
        )
        self._skip_open_responses()
        if outcome in DoNotCall.Kind.values:
            self._keep_refusal(outcome)
        if is_completed:
            CONCLUDE.defer(interview.pk)
            self._thank_candidate()

    def cancel(self, outcome: str, *, actor: str, reason: str = "") -> None:
        """Cancel the interview and end its live attempt. Unlike `finish`, raises InvalidTransition when it is over."""
        interview = self.row
        if not interview.is_live:
            status = in_sentence(interview.get_status_display())
            raise InvalidTransition(
                gettext("This interview is %(status)s; it can no longer be cancelled.") % {"status": status}
            )
        self.finish(outcome, actor=actor, reason=reason)
        self.end_live_attempt()

    def end_live_attempt(self) -> None:
        """End the attempt that is under way at its channel, if there is one."""
        if attempt := self.row.attempts.live().first():
            get_channel(attempt.channel).end_attempt(attempt.pk)

    def move_to(self, candidate: Candidate, *, actor: str) -> None:
        """The candidate's record was merged into another one of the same person."""
        former = str(self.row.candidate_id)
        self.row.update_fields(candidate=candidate)
        self.add_event(EventKind.CANDIDATE_MERGED, actor=actor, former=former, candidate=str(candidate.pk))

    def set_result_status(self, result_status: str, *, reason: str) -> None:
        """Save that there is a result, or why it is missing."""
        interview = self.row
        if interview.status != interview.Status.COMPLETED:
            raise InvalidTransition(gettext("Only a completed interview has a result."))
        earlier_status = interview.result_status
        interview.release(result_status=result_status)
        self.queue_event(
            kind=event_kind("result", result_status), before=earlier_status, after=result_status, reason=reason
        )

    def reopen_result(self, *, actor: str, reason: str) -> None:
        """An answer or a score of the result changes. The result becomes history, and another one is made."""
        interview = self.row
        if interview.status != interview.Status.COMPLETED:
            raise InvalidTransition(gettext("Only a completed interview can be scored again."))
        self.require_answers()
        interview.results.filter(is_current=True).update(is_current=False)
        interview.release(result_status=interview.ResultStatus.PENDING)
        self.add_event(EventKind.RESULT_REOPENED, actor=actor, reason=reason)
        CONCLUDE.defer(interview.pk)

    def require_answers(self) -> None:
        """Raise InvalidTransition where the answers were erased: they can no longer be read or scored."""
        if self.row.answers_erased_at:
            raise InvalidTransition(gettext(ANSWERS_ERASED))

    def mark_answers_erased(self, *, actor: str) -> None:
        """The answers are being erased. A result that was being made will not come."""
        interview = self.row
        is_pending = interview.result_status == interview.ResultStatus.PENDING
        self.row.release(
            answers_erased_at=timezone.now(),
            outcome_reason="",
            repeat_reason="",
            waiting_for="",
            result_status=interview.ResultStatus.NONE if is_pending else interview.result_status,
        )
        self.add_event(EventKind.ANSWERS_ERASED, actor=actor)

    def _call_off_appointment(self, *, actor: str) -> None:
        """Cancel the calendar entry of a call whose time a person chose, because the call is not placed."""
        if self.row.wait_reason in AGREED:
            CandidateMessage.objects.queue_cancellation(self.row, actor=actor)

    def _thank_candidate(self) -> None:
        if self.row.job.sends_thanks and self.row.purpose == Interview.Purpose.SCREENING:
            CandidateMessage.objects.queue(self.row, MessageKind.THANK_YOU, actor="screener")

    def _keep_refusal(self, kind: str) -> None:
        """A no holds for the number that was called, and for the person who said it, until a person lifts it."""
        interview = self.row
        phone_attempts = interview.attempts.filter(call__isnull=False).order_by("-number")
        phone_number = phone_attempts.values_list("call__number", flat=True).first() or interview.candidate.phone
        if not phone_number:  # erased; entries of the number and of the person stay
            return
        DoNotCall.objects.add_number(
            phone_number,
            kind=kind,
            candidate=interview.candidate,
            interview_id=interview.pk,
            source=REFUSED_IN_INTERVIEW,
            email=interview.candidate.email if kind == DoNotCall.Kind.OPTED_OUT else "",
        )

    def _skip_open_responses(self) -> None:
        not_reached = EligibilityAnswer.Status.NOT_REACHED
        self.row.eligibility_answers.open().update(status=not_reached, updated_at=timezone.now())
        skipped = InterviewResponse.Status.SKIPPED
        open_responses = list(self.row.responses.filter(status__in=InterviewResponse.OPEN))
        for response in open_responses:
            self.queue_response_event(response, after=skipped, reason=NOT_REACHED)
        if open_responses:
            open_rows = self.row.responses.filter(pk__in=[response.pk for response in open_responses])
            open_rows.update(status=skipped, status_reason=NOT_REACHED, updated_at=timezone.now())

    def _move_interview(self, kind: EventKind, status: str, *, actor: str, reason: str, **changes: Any) -> None:
        earlier_status = self.row.status
        self.row.update_fields(status=status, **changes)
        self.queue_event(
            kind=kind,
            actor=actor,
            before=earlier_status,
            after=status,
            reason=reason,
            data={key: str(value) for key, value in changes.items() if key in ("outcome", "result_status")},
        )


@contextmanager
def lock_interview(interview: Interview) -> Iterator[LockedInterview]:
    """Lock the row of this interview to the end of the transaction, and read it afresh."""
    with transaction.atomic():
        interview.refresh_from_db(from_queryset=Interview.all_objects.select_for_update(of=("self",)))
        with already_locked(interview) as locked_interview:
            yield locked_interview


@contextmanager
def already_locked(interview: Interview) -> Iterator[LockedInterview]:
    """For an interview that the present transaction has read with its lock, or created."""
    locked_interview = LockedInterview(interview)
    yield locked_interview
    locked_interview.insert_events()
