"""The work that waits for the viewer: interviews to decide or that need a person, answers, questions, resumes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from candidates.masked_text import mask_text
from candidates.models import Candidate
from desk.home.address import list_address
from interviews.models import Interview, InterviewResponse, InterviewResult, WaitReason
from interviews.models.result import Recommendation
from interviews.scoring.blind_review import interviews_with_scores, sees_all_scores
from jobs.models import JobDescription, JobMembership
from screener.access.blind_mode import is_blind
from screener.access.viewer import VIEW_ALL_JOBS
from screener.labels import Label

ROWS_OF_KIND = 4
MAX_ROWS = 11
MAX_DETAIL = 140


@dataclass(frozen=True)
class Tally:
    """How many of one kind there are, with the address of their list. `label` is the text behind the number."""

    code: str
    count: int
    label: str
    href: str


@dataclass(frozen=True)
class Need:
    """A row that waits for the viewer. `kind`: the work that it asks for, in words.

    `is_mine`: it belongs to a job that the viewer is a member of.
    """

    key: str
    kind: Label
    title: str
    href: str
    since: datetime
    subtitle: str = ""
    detail: str = ""
    recommendation: Recommendation | None = None
    score: Any = None
    is_urgent: bool = False
    is_mine: bool = True


@dataclass(frozen=True)
class Needs:
    tallies: list[Tally] = field(default_factory=list)
    rows: list[Need] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(tally.count for tally in self.tallies)

    @property
    def to_decide(self) -> int:
        """The number of interviews to decide. The title of the page counts those that are added."""
        return next((tally.count for tally in self.tallies if tally.code == "to_decide"), 0)


def load_needs(user: User) -> Needs:
    """Load rows that the user may act on, own jobs first, then the longest wait. A fixed number of queries."""
    mine = _own_jobs(user)
    kinds = [
        (_interview_needs, "interviews.view_interview"),
        (_answer_needs, "interviews.view_interviewresponse"),
        (_question_needs, "jobs.view_jobdescription"),
        (_resume_needs, "candidates.view_candidate"),
    ]
    loaded = [load(user, mine) for load, permission in kinds if user.has_perm(permission)]
    rows = _most_pressing(row for part in loaded for row in part.rows)
    return Needs([tally for part in loaded for tally in part.tallies if tally.count], rows[:MAX_ROWS])


def _most_pressing(rows: Iterable[Need]) -> list[Need]:
    return sorted(rows, key=lambda row: (not row.is_mine, not row.is_urgent, row.since))


def _own_jobs(user: User) -> set[UUID] | None:
    """The jobs that the user is a member of; None where the user sees no others."""
    if not user.has_perm(VIEW_ALL_JOBS):
        return None
    return set(JobMembership.objects.filter(user=user).values_list("job", flat=True))


def _own_first(rows: QuerySet[Any], mine: set[UUID] | None, order: Any, *, path: str = "job") -> list[Any]:
    """The first rows of own jobs, followed by those of others, as many as the page shows of one kind.

    Two queries that each read an index from its start, where one that sorts by membership would read all that waits.
    """
    if not mine:
        return _first(rows, order, ROWS_OF_KIND)
    own = _first(rows.filter(**{f"{path}__in": mine}), order, ROWS_OF_KIND)
    return own + _first(rows.exclude(**{f"{path}__in": mine}), order, ROWS_OF_KIND - len(own))


def _first(rows: QuerySet[Any], order: Any, number: int) -> list[Any]:
    """The first rows in this order. Only their ids are sorted: an index holds those, and not all the columns."""
    ids = rows.order_by(order).values("pk")[:number]
    return list(rows.filter(pk__in=ids).order_by(order))


def _interview_needs(user: User, mine: set[UUID] | None) -> Needs:
    visible = Interview.objects.visible_to(user)
    to_decide = visible.to_decide()
    # Few called back: to read them in the order of an index would read all others on the way.
    attention = [
        (visible.with_unclear_result(), "undecided_since"),
        (visible.handed_over(), "completed_at"),
        (visible.called_back(), Coalesce("completed_at", "created_at")),
        (visible.to_adjust(), "created_at"),
        (visible.uninvited(), "created_at"),
    ]
    counts = to_decide.count(), sum(kind.count() for kind, _order in attention)
    tallies = [
        Tally(
            "to_decide",
            counts[0],
            gettext("to decide"),
            list_address("interviews_interview", {"decision": "none"}),
        ),
        Tally(
            "attention",
            counts[1],
            ngettext("needs a person", "need a person", counts[1]),
            list_address("interviews_interview", {"attention": "yes"}),
        ),
    ]
    named = ("candidate", "job")
    decisions = _own_first(to_decide.select_related(*named), mine, "undecided_since")
    attentions = [
        interview for kind, order in attention for interview in _own_first(kind.select_related(*named), mine, order)
    ]
    results = _shown_results([*decisions, *attentions], user)
    rows = [_decision_need(interview, results.get(interview.pk), mine) for interview in decisions]
    waiting = [_attention_need(interview, results.get(interview.pk), mine) for interview in attentions]
    return Needs(tallies, rows + _most_pressing(waiting)[:ROWS_OF_KIND])


def _shown_results(interviews: Iterable[Interview], user: User) -> dict[UUID, InterviewResult]:
    """The current results of these interviews that the user may see, by interview."""
    current = InterviewResult.objects.filter(interview__in=[interview.pk for interview in interviews], is_current=True)
    if not sees_all_scores(user):
        current = current.filter(interview__in=interviews_with_scores(user))
    return {result.interview_id: result for result in current}


def _is_own(job_id: UUID, mine: set[UUID] | None) -> bool:
    return mine is None or job_id in mine


def _decision_need(interview: Interview, result: InterviewResult | None, mine: set[UUID] | None) -> Need:
    recommendation = Recommendation(result.recommendation) if result and result.recommendation else None
    return Need(
        key=f"d-{interview.pk}",
        kind=_("To decide"),
        title=str(interview.candidate),
        subtitle=interview.job.title,
        href=reverse("admin:interviews_interview_change", args=[interview.pk]),
        since=interview.undecided_since or interview.completed_at or interview.created_at,
        recommendation=recommendation,
        score=result.overall_score if result else None,
        is_mine=_is_own(interview.job_id, mine),
    )


def _attention_need(interview: Interview, result: InterviewResult | None, mine: set[UUID] | None) -> Need:
    return Need(
        key=f"a-{interview.pk}",
        kind=_attention_kind(interview),
        title=str(interview.candidate),
        subtitle=interview.job.title,
        href=reverse("admin:interviews_interview_change", args=[interview.pk]),
        since=interview.undecided_since or interview.completed_at or interview.created_at,
        detail=mask_text(result.reasoning, interview.candidate)[:MAX_DETAIL] if result else "",
        is_urgent=interview.is_live
        or interview.outcome in (Interview.Outcome.PERSON_REQUESTED, Interview.Outcome.UNREACHED),
        is_mine=_is_own(interview.job_id, mine),
    )


def _attention_kind(interview: Interview) -> Label:
    if interview.outcome == Interview.Outcome.PERSON_REQUESTED:
        return _("Asked for a person")
    if interview.outcome == Interview.Outcome.NOT_ELIGIBLE:
        return Interview.Outcome.NOT_ELIGIBLE.label
    if interview.outcome == Interview.Outcome.UNREACHED:
        return _("Called back")
    if interview.wait_reason == WaitReason.ADJUSTMENT:
        return _("Asks for another way")
    if interview.is_live:
        return _("The invitation did not arrive")
    return _("Result unclear")


def _answer_needs(user: User, mine: set[UUID] | None) -> Needs:
    """Answers to score have a page of their own, which shows one after the other."""
    count = InterviewResponse.objects.visible_to(user).waiting_for_person().count()
    label = ngettext("answer to score", "answers to score", count)
    return Needs([Tally("to_score", count, label, reverse("admin:interviews_interviewresponse_to_score"))])


def _question_needs(user: User, mine: set[UUID] | None) -> Needs:
    jobs = JobDescription.objects.visible_to(user)
    status = JobDescription.QuestionsStatus
    to_approve = jobs.filter(questions_status=status.READY, is_open=True)
    failed = jobs.filter(questions_status=status.FAILED)
    counts = to_approve.count(), failed.count()
    tallies = [
        Tally(
            "to_approve",
            counts[0],
            ngettext("job with questions to approve", "jobs with questions to approve", counts[0]),
            list_address("jobs_jobdescription", {"questions_status__exact": status.READY, "is_open__exact": "1"}),
        ),
        Tally(
            "questions_failed",
            counts[1],
            ngettext("job without questions", "jobs without questions", counts[1]),
            list_address("jobs_jobdescription", {"questions_status__exact": status.FAILED}),
        ),
    ]
    rows = [
        _job_need(job, _("Questions to approve"), mine) for job in _own_first(to_approve, mine, "created_at", path="pk")
    ]
    rows += [_job_need(job, _("Questions failed"), mine) for job in _own_first(failed, mine, "created_at", path="pk")]
    return Needs(tallies, rows)


def _job_need(job: JobDescription, kind: Label, mine: set[UUID] | None) -> Need:
    return Need(
        key=f"q-{job.pk}",
        kind=kind,
        title=job.title,
        href=reverse("admin:jobs_jobdescription_change", args=[job.pk]),
        since=job.updated_at,
        detail=job.questions_error[:MAX_DETAIL],
        is_mine=_is_own(job.pk, mine),
    )


def _resume_needs(user: User, mine: set[UUID] | None) -> Needs:
    if is_blind():  # the page of a candidate is closed
        return Needs()
    unreadable = Candidate.objects.visible_to(user).filter(resume_status=Candidate.ResumeStatus.UNREADABLE)
    count = unreadable.count()
    href = list_address("candidates_candidate", {"resume_status__exact": Candidate.ResumeStatus.UNREADABLE})
    rows = [_resume_need(candidate, mine) for candidate in unreadable.order_by("created_at")[:ROWS_OF_KIND]]
    label = ngettext("resume that can't be read", "resumes that can't be read", count)
    return Needs([Tally("resumes", count, label, href)], rows)


def _resume_need(candidate: Candidate, mine: set[UUID] | None) -> Need:
    return Need(
        key=f"c-{candidate.pk}",
        kind=_("Resume not readable"),
        title=str(candidate),
        href=reverse("admin:candidates_candidate_change", args=[candidate.pk]),
        since=candidate.updated_at,
        detail=candidate.resume_error[:MAX_DETAIL],
        is_mine=mine is None,
    )
