"""Calling candidates again: the next call of a live interview is moved, or another interview is planned.

The dial rules are never passed by: they decide here, and again when the call is due.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from interviews.calling.person.rules import HAS_INTERVIEW
from interviews.calling.rules import NUMBER_BUSY, first_open_moment, why_never_called_each
from interviews.calling.verdicts import DialRule
from interviews.campaigns.adding import SAME_NUMBER
from interviews.models import Attempt, Interview, WaitReason, lock_interview
from interviews.models.transitions.interview import NOT_ON_THE_PHONE
from interviews.planning import NO_QUESTIONS, NotPossible, Obstacle, plan_interview
from jobs.models import JobDescription
from screener.models import InvalidTransition


@dataclass(frozen=True)
class RepeatedCall:
    """`is_new`: another interview is planned. `expected_at`: the first moment in the calling hours, if it is known."""

    interview: Interview
    is_new: bool
    expected_at: datetime | None


@dataclass(frozen=True)
class NotCalled:
    interview: Interview
    code: DialRule | Obstacle | WaitReason
    reason: str


@dataclass(frozen=True)
class CallAgainPreview:
    """Of the selected interviews, those whose candidates would be called, and the others with the reason."""

    called: list[RepeatedCall] = field(default_factory=list)
    left_out: list[NotCalled] = field(default_factory=list)


def preview_call_again(interviews: Iterable[Interview], *, at: datetime | None = None) -> CallAgainPreview:
    """Sort the interviews by the effect of calling again. Writes no rows.

    A fixed number of queries for each job. `interviews`: with their candidate and job.
    """
    rows, since, preview = list(interviews), max(at or timezone.now(), timezone.now()), CallAgainPreview()
    reasons = _reasons_by_interview(rows, since)
    numbers: set[str] = set()
    for row in rows:
        refusal = reasons.get(row.pk)
        if refusal is None and row.candidate.phone in numbers:
            refusal = NotCalled(row, Obstacle.SAME_NUMBER, str(SAME_NUMBER))
        if refusal:
            preview.left_out.append(refusal)
            continue
        numbers.add(row.candidate.phone)
        expected_at = first_open_moment(row.candidate, since=since)
        preview.called.append(RepeatedCall(row, not row.is_live, expected_at))
    return preview


def call_again(interviews: Iterable[Interview], *, actor: str, at: datetime | None = None) -> CallAgainPreview:
    """Call the candidates again by the rules of `preview_call_again` as of now. One that fails stops no other."""
    preview, done = preview_call_again(interviews, at=at), CallAgainPreview()
    done.left_out.extend(preview.left_out)
    for call in preview.called:
        try:
            with transaction.atomic():
                repeated = _repeat_call(call, actor, at)
        except NotPossible as error:
            code = DialRule(error.code) if error.code in DialRule.values else Obstacle(error.code)
            done.left_out.append(NotCalled(call.interview, code, str(error)))
        except InvalidTransition as error:
            done.left_out.append(NotCalled(call.interview, DialRule.NUMBER_BUSY, str(error)))
        else:
            if isinstance(repeated, NotCalled):
                done.left_out.append(repeated)
            else:
                done.called.append(repeated)
    return done


def _repeat_call(call: RepeatedCall, actor: str, at: datetime | None) -> RepeatedCall | NotCalled:
    interview = call.interview
    if not call.is_new:
        with lock_interview(interview) as locked:
            if promise := _earlier_promise(interview, at or timezone.now()):  # of a call that has ended meanwhile
                return promise
            wait_reason = WaitReason.SCHEDULED if at else ""
            locked.move_next_attempt(at or timezone.now(), actor=actor, wait_reason=wait_reason)
        return call
    planned = plan_interview(
        candidate=interview.candidate, job=interview.job, actor=actor, scheduled_for=at, channel=Attempt.Channel.PHONE
    )
    return RepeatedCall(planned, True, call.expected_at)


def _reasons_by_interview(rows: Sequence[Interview], since: datetime) -> dict[UUID, NotCalled]:
    """Why candidates are not called, by interview."""
    ids = [row.pk for row in rows]
    in_call = set(Attempt.objects.in_a_call().filter(interview__in=ids).values_list("interview", flat=True))
    last = set(Interview.objects.filter(pk__in=ids).last_for_job().values_list("pk", flat=True))
    reasons = {row.pk: refusal for row in rows if (refusal := _own_reason(row, in_call, last, since))}
    by_job: dict[UUID, list[Interview]] = defaultdict(list)
    for row in rows:
        if row.pk not in reasons:
            by_job[row.job_id].append(row)
    for group in by_job.values():
        reasons |= _reasons_of_rules(group)
    return reasons


def _own_reason(row: Interview, in_call: set[UUID], last: set[UUID], since: datetime) -> NotCalled | None:
    if row.pk in in_call:
        return NotCalled(row, DialRule.NUMBER_BUSY, str(NUMBER_BUSY))
    if row.pk not in last:
        return NotCalled(row, DialRule.OTHER_INTERVIEW, str(HAS_INTERVIEW))
    if row.is_live and row.channel != Attempt.Channel.PHONE:
        return NotCalled(row, Obstacle.CHANNEL, _(NOT_ON_THE_PHONE))
    return _earlier_promise(row, since)


def _earlier_promise(row: Interview, moment: datetime) -> NotCalled | None:
    """The refusal where the candidate was promised a call at a time after this moment."""
    is_promised = row.is_live and row.wait_reason == WaitReason.REQUESTED_TIME
    if is_promised and row.next_attempt_at and moment < row.next_attempt_at:
        promised = _("The candidate asked for the time of the next call. It stays as promised.")
        return NotCalled(row, WaitReason.REQUESTED_TIME, promised)
    return None


def _reasons_of_rules(group: list[Interview]) -> dict[UUID, NotCalled]:
    """The refusals of the dial rules, for interviews of one job."""
    job = JobDescription.objects.prefetch_related("question_sets").get(pk=group[0].job_id)
    if job.approved_questions is None:
        return {row.pk: NotCalled(row, Obstacle.QUESTIONS, str(NO_QUESTIONS)) for row in group if not row.is_live}
    live = {row.candidate_id: row for row in group if row.is_live}
    verdicts = why_never_called_each([row.candidate for row in group], job, interviews=live)
    pairs = zip(group, verdicts, strict=True)
    return {row.pk: NotCalled(row, obstacle.rule, obstacle.verdict.reason) for row, obstacle in pairs if obstacle}
