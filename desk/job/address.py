"""The address of a job's desk: filters, order, weights and page. A link to it shows the same rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import TextChoices
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from desk.job.states import DeskState
from desk.job.weights import Competency
from desk.request_values import parse_page_number
from interviews.eligibility.requirements import RequirementFilter
from interviews.models.result import Recommendation

MAX_SEARCH_LENGTH = 100
MAX_WEIGHT = 100.0
WEIGHT_PREFIX = "w-"
COMPETENCY_PREFIX = "c-"


class Order(TextChoices):
    SCORE = "score", _("Score")
    NAME = "name", _("Name")
    STATE = "state", _("State")
    DECISION = "decision", _("Decision")
    NEWEST = "newest", _("Newest")


HIGH_FIRST = (Order.SCORE, Order.NEWEST)
"""Orders that start with the highest value."""


class DecisionFilter(TextChoices):
    NONE = "none", _("To decide")
    HIRE = Recommendation.HIRE.value, Recommendation.HIRE.label
    CONSIDER = Recommendation.CONSIDER.value, Recommendation.CONSIDER.label
    REJECT = Recommendation.REJECT.value, Recommendation.REJECT.label


@dataclass(frozen=True)
class DeskAddress:
    """`order` is an `Order` or a competency's key with its prefix. `is_reversed`: against its natural direction."""

    job_id: Any
    state: str = ""
    recommendation: str = ""
    decision: str = ""
    requirements: str = ""
    attention: bool = False
    search: str = ""
    order: str = Order.SCORE
    is_reversed: bool = False
    weights: Mapping[str, float] = field(default_factory=dict)
    page: int = 1

    @classmethod
    def parse(cls, job_id: Any, query: QueryDict, competencies: Iterable[Competency]) -> "DeskAddress":
        """Read an address. Values that no filter has are ignored, so that an old link still shows a page."""
        keys = {competency.key: competency for competency in competencies}
        order = query.get("order", "")
        orders = {*Order.values, *(COMPETENCY_PREFIX + key for key in keys)}
        return cls(
            job_id=job_id,
            state=_choice(query, "state", DeskState),
            recommendation=_choice(query, "recommendation", Recommendation),
            decision=_choice(query, "decision", DecisionFilter),
            requirements=_choice(query, "requirements", RequirementFilter),
            attention=query.get("attention") == "yes",
            search=query.get("q", "").replace("\0", "").strip()[:MAX_SEARCH_LENGTH],
            order=order.lstrip("-") if order.lstrip("-") in orders else Order.SCORE,
            is_reversed=order.startswith("-"),
            weights=_chosen_weights(query, keys),
            page=parse_page_number(query.get("page", "")),
        )

    @property
    def has_filters(self) -> bool:
        chosen = (self.state, self.recommendation, self.decision, self.requirements, self.search)
        return self.attention or any(chosen)

    @property
    def order_value(self) -> str:
        """The order as it stands in the address; empty for the usual one."""
        value = f"-{self.order}" if self.is_reversed else self.order
        return "" if value == Order.SCORE else value

    @property
    def parameters(self) -> list[tuple[str, str]]:
        values = {
            "state": self.state,
            "recommendation": self.recommendation,
            "decision": self.decision,
            "requirements": self.requirements,
            "attention": "yes" if self.attention else "",
            "q": self.search,
            "order": self.order_value,
        }
        weights = [(WEIGHT_PREFIX + key, f"{weight:g}") for key, weight in self.weights.items()]
        page = [("page", str(self.page))] if self.page > 1 else []
        return [(name, value) for name, value in values.items() if value] + weights + page

    @property
    def path(self) -> str:
        return reverse("admin:jobs_jobdescription_change", args=[self.job_id])

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path

    def change(self, **changes: Any) -> "DeskAddress":
        """Return another address, at its first page unless `changes` name one."""
        return replace(self, **{"page": 1} | changes)

    def sorted_by(self, order: str) -> "DeskAddress":
        """Return the address of a column's head: its order or, where it is the present one, the reverse."""
        return self.change(order=order, is_reversed=self.order == order and not self.is_reversed)


def _choice(query: QueryDict, name: str, choices: type[TextChoices]) -> str:
    value = query.get(name, "")
    return value if value in choices.values else ""


def _chosen_weights(query: QueryDict, competencies: Mapping[str, Competency]) -> dict[str, float]:
    """The weights in the address that differ from those of the questions."""
    weights = {}
    for key, competency in competencies.items():
        weight = _weight(query.get(WEIGHT_PREFIX + key, ""))
        if weight is not None and weight != competency.weight:
            weights[key] = weight
    return weights


def _weight(text: str) -> float | None:
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if 0 <= weight <= MAX_WEIGHT else None
