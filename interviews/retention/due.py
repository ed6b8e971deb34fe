"""Finds data whose retention period is over."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from candidates.models import Candidate, Erasure
from candidates.models.candidate import CandidateQuerySet
from interviews.models import Clip, Interview, Recording, VideoChoice
from interviews.models.interview import InterviewQuerySet
from jobs.models import JobDescription
from screener.models import Organisation
from screener.models.retention import FOR_EVER, MAX_RETENTION_DAYS

Kind = Erasure.Kind

PERIOD_OF = {
    Kind.PERSON: "keep_candidates_days",
    Kind.ANSWERS: "keep_answers_days",
    Kind.RECORDINGS: "keep_recordings_days",
    Kind.VIDEOS: "keep_videos_days",
    Kind.RESUME: "keep_resumes_days",
}
"""The period of each kind of data, in the order in which they are erased: the first ones cover later ones."""

OF_INTERVIEWS = (Kind.ANSWERS, Kind.RECORDINGS, Kind.VIDEOS)
NOTHING = Q(pk__in=[])
Periods = list[tuple[Q, int]]


def organisation_days(kind: Kind) -> int | None:
    """Return the period of the organisation. None: for ever."""
    organisation = Organisation.current()
    return getattr(organisation, PERIOD_OF[kind]) if organisation else None


def job_days(kind: Kind) -> list[int]:
    """Return the periods by which jobs override that of the organisation, without duplicates."""
    days = JobDescription.objects.exclude(**{f"{PERIOD_OF[kind]}__isnull": True}).order_by()
    return sorted(set(days.values_list(PERIOD_OF[kind], flat=True)))


def due_interviews(kind: Kind, at: datetime) -> InterviewQuerySet:
    """Interviews whose videos, recordings or answers are due at this moment. Held candidates are left out."""
    periods = _periods(kind)
    is_overdue = _overdue(periods, at, "completed_at") & ~Q(status__in=Interview.LIVE)
    if kind == Kind.VIDEOS:
        return _with_due_videos(is_overdue)
    interviews = Interview.all_objects.filter(is_overdue, candidate__legal_hold=False)
    if kind == Kind.ANSWERS:
        return interviews.with_answers()
    return interviews.filter(pk__in=_interviews_with_recordings(at - _shortest_of(periods)))


def _with_due_videos(is_overdue: Q) -> InterviewQuerySet:
    """Those with clips, also where consent was withdrawn during a legal hold: they are due once it is lifted."""
    is_withdrawn = Q(video_choice__choice=VideoChoice.Choice.WITHDRAWN)
    interviews = Interview.all_objects.filter(is_overdue | is_withdrawn, candidate__legal_hold=False)
    return interviews.filter(pk__in=Clip.objects.order_by().values("take__response__interview"))


def _interviews_with_recordings(before: datetime) -> "QuerySet[Recording, Any]":
    """The interviews that have recordings from before this time. Few, where older ones are erased each night."""
    kept = Recording.objects.filter(created_at__lt=before).exclude(status=Recording.Status.ERASED)
    return kept.order_by().values("attempt__interview")


def due_candidates(kind: Kind, at: datetime, *, is_held: bool = False) -> CandidateQuerySet:
    """Candidates who, or whose resumes, are due at this moment: each of their interviews is overdue.

    The periods are counted from the last change of the record, too. `is_held`: those that a legal hold keeps.
    """
    periods = _periods(kind)
    interviews = Interview.all_objects.filter(candidate=OuterRef("pk"))
    kept = interviews.exclude(_overdue(periods, at, "completed_at", "candidate__updated_at"))
    condition = Q(Exists(interviews)) & ~Q(Exists(kept))
    if own_days := organisation_days(kind):
        condition |= ~Q(Exists(interviews)) & Q(updated_at__lt=at - timedelta(days=own_days))
    unchanged = Candidate.objects.filter(updated_at__lt=at - _shortest_of(periods))  # narrows the search
    candidates = unchanged.filter(condition, erased_at__isnull=True, legal_hold=is_held)
    return candidates.exclude(resume="", resume_text="") if kind == Kind.RESUME else candidates


def _shortest_of(periods: Periods) -> timedelta:
    return timedelta(days=min((days for _, days in periods), default=MAX_RETENTION_DAYS))


def _overdue(periods: Periods, at: datetime, *counted_from: str) -> Q:
    """The condition on interviews whose period has passed since each of these times. Live ones have no end."""
    condition = NOTHING
    for jobs, days in periods:
        cutoff = at - timedelta(days=days)
        condition |= jobs & Q(**{f"{column}__lt": cutoff for column in counted_from})
    return condition


def _periods(kind: Kind) -> Periods:
    """Return each period that is set, with the condition on the jobs that it applies to."""
    column = f"job__{PERIOD_OF[kind]}"
    own_days = organisation_days(kind)
    of_organisation = [(Q(**{f"{column}__isnull": True}), own_days)] if own_days else []
    return [*of_organisation, *((Q(**{column: days}), days) for days in job_days(kind) if days != FOR_EVER)]
