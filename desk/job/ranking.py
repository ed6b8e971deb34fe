"""The candidates of a job in the order of the desk, by queries whose number does not depend on theirs."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import OrderBy

from candidates.models import Candidate
from desk.job.address import COMPETENCY_PREFIX, HIGH_FIRST, DecisionFilter, DeskAddress, Order
from desk.job.states import DeskState, with_state
from desk.job.weights import Competency, Weights, competency_score
from interviews.eligibility.requirements import RequirementFilter, answers_of_interview, requirement_condition
from interviews.models import Decision, EligibilityAnswer, Interview, InterviewResult
from interviews.scoring.blind_review import interviews_with_scores, job_hides_scores, sees_all_scores
from jobs.models import JobDescription
from screener.access.blind_mode import is_blind
from screener.access.viewer import Viewer

_OPEN = Q(decided_at__isnull=True, answers_erased_at__isnull=True)
"""Without a decision, and with answers that a reviewer can still read."""

ORDER_FIELDS = {
    Order.SCORE: "shown_score",
    Order.STATE: "desk_state",
    Order.DECISION: "verdict",
    Order.NEWEST: "created_at",
}


def latest_interviews(job: JobDescription) -> "QuerySet[Interview]":
    """The last interview of each candidate for the job, with its `desk_state`."""
    return with_state(Interview.objects.filter(job=job).last_for_job())


def count_by_state(job: JobDescription) -> dict[str, int]:
    """The numbers of candidates: of all, by state, of those to decide, and of those that need attention."""
    counts = {"all": 0, "to_decide": 0, "attention": 0} | {str(state): 0 for state in DeskState}
    for state, can_be_decided, needs_attention, number in _count_groups(job):
        counts["all"] += number
        counts[state] += number
        counts["attention"] += number * needs_attention
        counts["to_decide"] += number * (can_be_decided and state == DeskState.READY)
    return counts


def _count_groups(job: JobDescription) -> list[tuple[str, bool, bool, int]]:
    """The numbers of candidates by the state of the last interview, whether it can be decided and needs attention.

    One pass over the index of the job's interviews, which is in this order. Django cannot count rows of DISTINCT ON.
    """
    interviews = Interview.objects.filter(job=job)
    rows = with_state(interviews).annotate(
        is_open=ExpressionWrapper(_OPEN, output_field=BooleanField()),
        needs_attention=ExpressionWrapper(Q(pk__in=interviews.ids_needing_attention()), output_field=BooleanField()),
    )
    latest = rows.order_by("-candidate_id", "-created_at").distinct("candidate_id")
    query, parameters = latest.values("desk_state", "is_open", "needs_attention").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT *, count(*) FROM ({query}) AS latest GROUP BY 1, 2, 3", parameters)  # noqa: S608 - a query of ours
        return list(cursor.fetchall())


def ranked_interviews(
    job: JobDescription, address: DeskAddress, weights: Weights, viewer: Viewer
) -> "QuerySet[Interview]":
    """The interviews that the address shows, in its order. Those without a value in that order come last."""
    interviews = with_results(latest_interviews(job), job, weights, viewer)
    filtered = _filter(interviews.select_related("candidate"), job, address)
    return _order(filtered, address, weights.competencies)


def with_results(
    interviews: "QuerySet[Interview]", job: JobDescription, weights: Weights, viewer: Viewer
) -> "QuerySet[Interview]":
    """Annotate the results and decisions of interviews of the job.

    `shown_score`: the overall score with the chosen weights; null where the stored result has no score.
    """
    annotated = annotate_results(interviews, _shows_scores(job, viewer))
    return annotated.annotate(shown_score=_shown_score(weights))


def with_results_of_jobs(interviews: "QuerySet[Interview]", viewer: Viewer) -> "QuerySet[Interview]":
    """Annotate the results and decisions of interviews of several jobs, by the weights of their questions."""
    shown = Value(True) if sees_all_scores(viewer) else _has_shown_scores(viewer)
    return annotate_results(interviews, shown).annotate(shown_score=_if_shown(F("overall_score")))


def annotate_results(interviews: "QuerySet[Interview]", shows_scores: Any) -> "QuerySet[Interview]":
    """Annotate the values of the current result and the last decision.

    `shows_scores`: whether the viewer may see scores yet; if not, the row, the filters and the order are without the
    result.
    """
    current = InterviewResult.objects.filter(interview=OuterRef("pk"), is_current=True)
    last_decision = Decision.objects.filter(interview=OuterRef("pk")).order_by("-created_at")
    return interviews.annotate(
        shows_scores=shows_scores,
        result_score=_if_shown(F("overall_score")),
        result_label=_if_shown(Subquery(current.values("label"))),
        result_flags=_if_shown(Subquery(current.values("flags"))),
        recommendation=_if_shown(F("recommended")),
        decision_id=Subquery(last_decision.values("pk")[:1]),
        verdict=_if_shown(Subquery(last_decision.values("verdict")[:1])),
        has_unmet_requirement=Exists(answers_of_interview().filter(is_met=False)),
        has_open_requirement=Exists(answers_of_interview().filter(status__in=EligibilityAnswer.FOR_A_PERSON)),
    )


def _shows_scores(job: JobDescription, viewer: Viewer) -> Any:
    """An expression: whether the viewer may see the scores of the interview."""
    if not job_hides_scores(viewer, job):
        return Value(True)
    return _has_shown_scores(viewer)


def _has_shown_scores(viewer: Viewer) -> Exists:
    return Exists(interviews_with_scores(viewer).filter(pk=OuterRef("pk")))


def _if_shown(value: Any) -> Case:
    return Case(When(shows_scores=True, then=value))


def _shown_score(weights: Weights) -> Case:
    if not weights:
        return _if_shown(F("overall_score"))
    return Case(When(shows_scores=True, overall_score__isnull=False, then=weights.score()))


def _filter(interviews: "QuerySet[Interview]", job: JobDescription, address: DeskAddress) -> "QuerySet[Interview]":
    conditions = Q()
    if address.state:
        conditions &= Q(desk_state=address.state)
    if address.recommendation:
        conditions &= Q(recommendation=address.recommendation)
    if address.decision == DecisionFilter.NONE:
        conditions &= _OPEN & Q(result_status=Interview.ResultStatus.READY)
    elif address.decision:
        conditions &= Q(verdict=address.decision)
    if address.requirements:
        conditions &= requirement_condition(RequirementFilter(address.requirements))
    if address.attention:
        conditions &= Q(pk__in=Interview.objects.filter(job=job).needing_attention().order_by().values("pk"))
    if address.search:
        conditions &= _name_condition(address.search)
    return interviews.filter(conditions)


def _name_condition(text: str) -> Q:
    """Whether the name as the reader sees it fits: in blind mode, the alias."""
    if is_blind():
        return Q(candidate__in=Candidate.objects.with_alias_like(text))
    return Q(candidate__full_name__icontains=text)


def _name_field() -> str:
    """The column that sorts by the name as the reader sees it. The order of real names would tell of them."""
    return "candidate_id" if is_blind() else "candidate__full_name"


def _order(
    interviews: "QuerySet[Interview]", address: DeskAddress, competencies: Iterable[Competency]
) -> "QuerySet[Interview]":
    if address.order.startswith(COMPETENCY_PREFIX):
        key = address.order.removeprefix(COMPETENCY_PREFIX)
        competency = next(entry for entry in competencies if entry.key == key)
        interviews = interviews.annotate(competency_score=_if_shown(competency_score(competency)))
        first = _ordering("competency_score", high_first=not address.is_reversed)
    else:
        order = Order(address.order)
        field = _name_field() if order == Order.NAME else ORDER_FIELDS[order]
        first = _ordering(field, high_first=(order in HIGH_FIRST) != address.is_reversed)
    return interviews.order_by(first, _name_field(), "pk")


def _ordering(name: str, *, high_first: bool) -> OrderBy:
    return F(name).desc(nulls_last=True) if high_first else F(name).asc(nulls_last=True)
