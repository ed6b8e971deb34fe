"""Follow-up of an attempt that ended before its interview: schedules another attempt or ends the interview."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_noop

from interviews.calling.reconcile import CARRIER_PATIENCE, fetch_last_recording
from interviews.calling.verdicts import Later
from interviews.models import Attempt, Call, DialRate, Interview, LockedInterview, WaitReason, lock_attempt, lock_call
from interviews.models.transitions.conversation import settle_lost_line
from interviews.models.transitions.coverage import finish_by_coverage
from interviews.wait_reason import PROMISED
from jobs.models import JobDescription
from screener.background.queue import retry_delay

MIN_CARRIER_TRIES = 8
"""A call is not given up before this number of tries, however long they take."""

FOLLOW_UP_OVERDUE = timedelta(seconds=30)

LEFT_OPEN = gettext_noop("The candidate has left the interview open, and can continue it at any time.")


def postpone_call(interview: LockedInterview, wait: Later) -> None:
    """Place the call that is due later. If it was promised, it stays promised."""
    interview.schedule_next_attempt(
        wait.not_before, wait_reason=wait.wait_reason, reason=wait.reason, keeps_promise=True
    )


def give_up_calling(interview: LockedInterview, outcome: str, reason: str) -> None:
    """End the interview without another call. An interview that has begun is finished with the answers it has."""
    if interview.row.status == Interview.Status.IN_PROGRESS:
        finish_by_coverage(interview, reason=reason)
    else:
        interview.finish(outcome, reason=reason)


def follow_up_attempt(attempt_id: UUID) -> None:
    """Schedule another attempt after one that has ended, or end the interview. Idempotent."""
    if not Call.objects.filter(attempt=attempt_id).exists():
        follow_up_self_service(attempt_id)
        return
    if not fetch_last_recording(attempt_id):
        return
    with lock_call(attempt_id) as call:
        attempt, interview = call.attempt.row, call.attempt.interview
        newest_attempt = interview.row.attempts.latest("number")
        is_idle = interview.row.is_live and not interview.row.next_attempt_at
        if not is_idle or newest_attempt != attempt or attempt.is_live:
            return
        settle_lost_line(call.attempt)
        if not interview.row.is_live or interview.row.channel != Attempt.Channel.PHONE:
            return
        if call.row.twilio_sid:
            _retry_candidate(interview, attempt)
        else:
            _retry_carrier(interview, attempt)


def follow_up_self_service(attempt_id: UUID) -> None:
    """Plan the call after an attempt that the candidate has left."""
    with lock_attempt(attempt_id) as attempt:
        is_planned = attempt.interview.row.next_attempt_at is not None
        if not attempt.row.is_live and not attempt.row.has_successor and not is_planned:
            plan_call_after_leaving(attempt.interview)


def plan_call_after_leaving(interview: LockedInterview) -> None:
    """Leave the candidate time to come back: while their invitation is open, or the longest of the attempt spacings.

    A later plan stays, and so does a call that was promised: for a time to come, or for one at which it had to wait.
    """
    row, now = interview.row, timezone.now()
    if not row.is_live or row.channel != Attempt.Channel.PHONE or _has_promised_call(row, now):
        return
    invitation = row.invitations.not_revoked().filter(expires_at__gt=now).first()
    due_at = invitation.expires_at if invitation else now + attempt_spacings(row.job)[-1]
    if row.next_attempt_at is None or row.next_attempt_at < due_at:
        postpone_call(interview, Later(due_at, WaitReason.LEFT_OPEN, LEFT_OPEN))


def _has_promised_call(interview: Interview, now: datetime) -> bool:
    """Whether a promise is still open. The visit of the candidate keeps a promise that came due meanwhile."""
    due_at = interview.next_attempt_at
    if due_at is None:
        return False
    return interview.keeps_promise or (due_at > now and interview.wait_reason in PROMISED)


def _retry_candidate(interview: LockedInterview, attempt: Attempt) -> None:
    """Call again after the attempt spacing, until the attempts are used up or the number is invalid.

    A promised call is placed even if no attempt is left.
    """
    if attempt.outcome == attempt.Outcome.INVALID_NUMBER:
        give_up_calling(interview, Interview.Outcome.UNREACHED, attempt.reason)
        return
    placed_attempts = _placed_attempts(interview)
    counted_attempts = _counted_attempts(interview)
    if attempt.call_again_at:
        postpone_call(interview, Later(attempt.call_again_at, WaitReason.REQUESTED_TIME, attempt.reason))
    elif counted_attempts >= interview.row.job.max_attempts:
        give_up_calling(interview, Interview.Outcome.UNREACHED, _unreached_reason(list(placed_attempts)))
    elif attempt.apologised_at:
        due_at = timezone.now() + _attempt_spacing(interview.row.job, 1)
        postpone_call(interview, Later(due_at, WaitReason.CALL_BACK, attempt.reason))
    else:
        due_at = timezone.now() + _attempt_spacing(interview.row.job, max(counted_attempts, 1))
        retry_reason = f"{attempt.get_outcome_display()}; calling again."
        postpone_call(interview, Later(due_at, WaitReason.ATTEMPT_SPACING, retry_reason))


def has_attempts_left(interview: LockedInterview) -> bool:
    """Whether another attempt can follow the present one."""
    return _counted_attempts(interview) < interview.row.job.max_attempts


def _counted_attempts(interview: LockedInterview) -> int:
    """Postponed attempts and inbound calls do not count as attempts.

    Attempts that ended with our apology do not count either, up to the job's number of attempts.
    """
    placed_attempts = _placed_attempts(interview)
    apology_count = min(placed_attempts.filter(apologised_at__isnull=False).count(), interview.row.job.max_attempts)
    return placed_attempts.count() - apology_count - interview.row.postponements


def _placed_attempts(interview: LockedInterview) -> QuerySet[Attempt]:
    return _accepted_attempts(interview).filter(direction=Attempt.Direction.OUTBOUND)


def _accepted_attempts(interview: LockedInterview) -> QuerySet[Attempt]:
    """The attempts whose calls the carrier accepted."""
    return interview.row.attempts.filter(call__isnull=False).exclude(call__twilio_sid="")


def _attempt_spacing(job: JobDescription, attempt_count: int) -> timedelta:
    """Return the wait after this number of attempts. The last wait repeats."""
    spacings = attempt_spacings(job)
    return spacings[min(attempt_count, len(spacings)) - 1]


def attempt_spacings(job: JobDescription) -> list[timedelta]:
    """The waits of the job, or else of the settings."""
    spacings: list[timedelta] = settings.ATTEMPT_SPACING
    return [timedelta(minutes=minutes) for minutes in job.attempt_spacing] or spacings


def _unreached_reason(attempts: list[Attempt]) -> str:
    call_count = f"{len(attempts)} calls" if len(attempts) > 1 else "one call"
    outcome_labels = ", ".join(attempt.get_outcome_display().lower() for attempt in attempts)
    error = f" {attempts[-1].reason}" if attempts[-1].outcome == Attempt.Outcome.CARRIER_ERROR else ""
    return f"Not reached, or not to the end, in {call_count}: {outcome_labels}.{error}"


def _retry_carrier(interview: LockedInterview, attempt: Attempt) -> None:
    """Retry a call that the carrier did not accept, at growing intervals. It does not count as an attempt.

    Failures of the account or its settings do not count as tries, so that such calls are never given up.
    """
    last_placed = _accepted_attempts(interview).aggregate(last=Max("number"))["last"] or 0
    calls = interview.row.attempts.filter(call__isnull=False)
    failed_attempts = calls.filter(number__gt=last_placed, concerns_all=False)
    now, try_count = timezone.now(), failed_attempts.count()
    first_failure = failed_attempts.order_by("created_at").first()
    if first_failure and try_count >= MIN_CARRIER_TRIES and now - first_failure.created_at > CARRIER_PATIENCE:
        failure_reason = f"The carrier accepted none of {try_count} calls in two days. {attempt.reason}"
        give_up_calling(interview, Interview.Outcome.EXPIRED, failure_reason)
    else:
        dial_pause = DialRate.current_pause()
        due_at = now + retry_delay(2 + try_count)
        if dial_pause and (pause_end := dial_pause.pause_end(now)):
            due_at = max(due_at, pause_end)
        postpone_call(interview, Later(due_at, WaitReason.CARRIER_ERROR, attempt.reason))


def attempts_to_follow_up() -> list[UUID]:
    """Return the last attempts of live interviews whose follow-up is overdue, at most 100."""
    idle_interviews = Interview.all_objects.filter(
        status__in=Interview.LIVE, channel=Attempt.Channel.PHONE, next_attempt_at__isnull=True
    )
    newest_attempts = Attempt.objects.filter(interview=OuterRef("pk")).order_by("-number")
    annotated_interviews = idle_interviews.annotate(
        last_attempt=Subquery(newest_attempts.values("pk")[:1]),
        last_attempt_ended_at=Subquery(newest_attempts.values("ended_at")[:1]),
    )
    overdue_interviews = annotated_interviews.filter(last_attempt_ended_at__lt=timezone.now() - FOLLOW_UP_OVERDUE)
    return list(overdue_interviews.order_by("last_attempt_ended_at").values_list("last_attempt", flat=True)[:100])
