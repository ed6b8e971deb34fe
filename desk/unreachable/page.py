"""The candidates whom no attempt has reached: the attempts, the next possible call, and the actions that are left."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from candidates.models import Candidate
from desk.unreachable.address import LAST_OUTCOMES, Reach, UnreachableAddress
from interviews.calling.rules import first_open_moment
from interviews.models import Attempt, Interview
from jobs.models import JobDescription

ROWS_PER_PAGE = 50
ATTEMPTS_SHOWN = 4
MAX_JOBS = 200


@dataclass(frozen=True)
class UnreachableRow:
    """`attempts`: the last ones, the newest first. `earlier`: how many more there were.

    `next_call`: when the next call is due or, where none is planned, the first moment at which one may be placed.
    `shows_contact`: whether the reader may see number and address.
    """

    interview: Interview
    attempts: list[Attempt]
    earlier: int
    next_call: datetime | None
    shows_contact: bool

    @property
    def is_due(self) -> bool:
        """Whether the moment of the next call has come."""
        return self.next_call is not None and self.next_call <= timezone.now()

    @property
    def is_number_invalid(self) -> bool:
        return any(attempt.outcome == Attempt.Outcome.INVALID_NUMBER for attempt in self.attempts[:1])


@dataclass(frozen=True)
class UnreachablePage:
    address: UnreachableAddress
    rows: list[UnreachableRow]
    jobs: list[JobDescription]
    has_next: bool

    @classmethod
    def load(cls, address: UnreachableAddress, user: User) -> "UnreachablePage":
        """Load one page in a fixed number of queries."""
        first = (address.page - 1) * ROWS_PER_PAGE
        interviews = list(_interviews(address, user)[first : first + ROWS_PER_PAGE + 1])
        rows = _load_rows(interviews[:ROWS_PER_PAGE], user)
        jobs = JobDescription.objects.visible_to(user).filter(is_open=True).order_by("title")
        return cls(address, rows, list(jobs[:MAX_JOBS]), len(interviews) > ROWS_PER_PAGE)

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        """(label, address, whether it is the present one)."""
        present = self.address.reach
        return [(str(reach.label), str(self.address.change(reach=reach)), reach == present) for reach in Reach]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(outcome.value, str(outcome.label)) for outcome in LAST_OUTCOMES]

    @property
    def previous_page(self) -> str:
        return str(self.address.change(page=self.address.page - 1)) if self.address.page > 1 else ""

    @property
    def next_page(self) -> str:
        return str(self.address.change(page=self.address.page + 1)) if self.has_next else ""


def _interviews(address: UnreachableAddress, user: User) -> Any:
    visible = Interview.objects.visible_to(user).filter(candidate__erased_at__isnull=True)
    if address.reach == Reach.ENDED:
        interviews: Any = visible.given_up().order_by("-completed_at", "pk")
    else:
        interviews = visible.still_tried().order_by(F("next_attempt_at").asc(nulls_first=True), "pk")
    if address.job:
        interviews = interviews.filter(job=address.job)
    if address.search:
        interviews = interviews.filter(candidate__full_name__icontains=address.search)
    if address.last:
        newest = Attempt.objects.filter(interview=OuterRef("pk"), ended_at__isnull=False).order_by("-number")
        interviews = interviews.annotate(last=Subquery(newest.values("outcome")[:1])).filter(last=address.last)
    return interviews.select_related("candidate", "job")


def _load_rows(interviews: list[Interview], user: User) -> list[UnreachableRow]:
    attempts: dict[UUID, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(interview__in=interviews).order_by("-number"):
        attempts[attempt.interview_id].append(attempt)
    ids = {row.candidate_id for row in interviews}
    shown = set(Candidate.objects.contact_visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    now = timezone.now()
    return [
        UnreachableRow(
            interview=row,
            attempts=attempts[row.pk][:ATTEMPTS_SHOWN],
            earlier=max(0, len(attempts[row.pk]) - ATTEMPTS_SHOWN),
            next_call=_next_call(row, now),
            shows_contact=row.candidate_id in shown,
        )
        for row in interviews
    ]


def _next_call(interview: Interview, now: datetime) -> datetime | None:
    return interview.next_attempt_at if interview.is_live else first_open_moment(interview.candidate, since=now)
