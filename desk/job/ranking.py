"""The candidates of a job in the order of the desk, by queries whose number does not depend on theirs."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import OrderBy

from candidates.models import Candidate
from desk.job.address import COMPETENCY_PREFIX, HIGH_FIRST, DecisionFilter, DeskAddress, Order
from desk.job.states import DeskState, with_state
from desk.job.weights import Competency, Weights, competency_score
from interviews.models import Decision, Interview
from interviews.scoring.blind_review import interviews_with_scores, job_hides_scores
from jobs.models import JobDescription
from screener.access.blind_mode import is_blind
from screener.access.viewer import Viewer

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
    decided = Exists(Decision.objects.filter(interview=OuterRef("pk")))
    is_open = Case(When(decided, then=False), When(answers_erased_at__isnull=True, then=True), default=False)
    groups = latest_interviews(job).order_by().annotate(is_open=is_open).values_list("desk_state", "is_open")
    counts = {"all": 0, "to_decide": 0} | {str(state): 0 for state in DeskState}
    for state, can_be_decided, number in groups.annotate(number=Count("pk")):
        counts["all"] += number
        counts[state] += number
        if state == DeskState.READY and can_be_decided:
            counts["to_decide"] += number
    attention = Interview.objects.filter(job=job).needing_attention().last_for_job()
    return counts | {"attention": attention.count()}


def _needs_attention() -> Exists:
    return Exists(Interview.objects.needing_attention().filter(pk=OuterRef("pk")))


def ranked_interviews(
    job: JobDescription, address: DeskAddress, weights: Weights, viewer: Viewer
) -> "QuerySet[Interview]":
    """The interviews that the address shows, in its order. Those without a value in that order come last."""
    interviews = with_results(latest_interviews(job), job, weights, viewer)
    filtered = _filter(interviews.select_related("candidate"), address)
    return _order(filtered, address, weights.competencies)


def with_results(
    interviews: "QuerySet[Interview]", job: JobDescription, weights: Weights, viewer: Viewer
) -> "QuerySet[Interview]":
    """Annotate the results and decisions of interviews of the job.

    `shown_score`: the overall score with the chosen weights; none where the stored result has none. `shows_scores`:
    whether the viewer may see scores yet; if not, the row, the filters and the order are without the result.
    """
    last_decision = Decision.objects.filter(interview=OuterRef("pk")).order_by("-created_at")
    return interviews.annotate(
        current=FilteredRelation("results", condition=Q(results__is_current=True)),
        shows_scores=_shows_scores(job, viewer),
        result_score=_if_shown(F("current__overall_score")),
        result_label=_if_shown(F("current__label")),
        result_flags=_if_shown(F("current__flags")),
        recommendation=_if_shown(F("current__recommendation")),
        decision_id=Subquery(last_decision.values("pk")[:1]),
        verdict=_if_shown(Subquery(last_decision.values("verdict")[:1])),
        needs_attention=_needs_attention(),
        shown_score=_shown_score(weights),
    )


def _shows_scores(job: JobDescription, viewer: Viewer) -> Any:
    """An expression: whether the viewer may see the scores of the interview."""
    if not job_hides_scores(viewer, job):
        return Value(True)
    return Exists(interviews_with_scores(viewer).filter(pk=OuterRef("pk")))


def _if_shown(value: Any) -> Case:
    return Case(When(shows_scores=True, then=value))


def _shown_score(weights: Weights) -> Case:
    score = weights.score() if weights else F("current__overall_score")
    return Case(When(shows_scores=True, current__overall_score__isnull=False, then=score))


def _filter(interviews: "QuerySet[Interview]", address: DeskAddress) -> "QuerySet[Interview]":
    conditions = Q()
    if address.state:
        conditions &= Q(desk_state=address.state)
    if address.recommendation:
        conditions &= Q(recommendation=address.recommendation)
    if address.decision == DecisionFilter.NONE:
        kept = Q(answers_erased_at__isnull=True)
        conditions &= kept & Q(result_status=Interview.ResultStatus.READY, decision_id__isnull=True)
    elif address.decision:
        conditions &= Q(verdict=address.decision)
    if address.attention:
        conditions &= Q(needs_attention=True)
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
