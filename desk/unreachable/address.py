"""The address of the list of unreachable candidates: its filters and its page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from desk.request_values import parse_page_number
from interviews.models import Attempt
from screener.models import parse_id

MAX_SEARCH_LENGTH = 100


class Reach(models.TextChoices):
    """Whether the program goes on calling."""

    ENDED = "ended", _("Not reached")
    TRYING = "trying", _("Being tried")


LAST_OUTCOMES = (
    Attempt.Outcome.NO_ANSWER,
    Attempt.Outcome.BUSY,
    Attempt.Outcome.VOICEMAIL,
    Attempt.Outcome.HUNG_UP,
    Attempt.Outcome.NOT_HERE,
    Attempt.Outcome.INVALID_NUMBER,
    Attempt.Outcome.CARRIER_ERROR,
)
"""Outcomes of an attempt that did not reach the candidate."""


@dataclass(frozen=True)
class UnreachableAddress:
    """`job` is the id of a job, `last` an outcome of the last attempt."""

    reach: Reach = Reach.ENDED
    job: UUID | None = None
    last: str = ""
    search: str = ""
    page: int = 1

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "UnreachableAddress":
        """Read an address. Values that no filter has are ignored, so that an old link still shows a page."""
        last = query.get("last", "")
        return cls(
            reach=Reach(query["state"]) if query.get("state") in Reach.values else Reach.ENDED,
            job=parse_id(query.get("job", "")),
            last=last if last in LAST_OUTCOMES else "",
            search=query.get("q", "").replace("\0", "").strip()[:MAX_SEARCH_LENGTH],
            page=parse_page_number(query.get("page", "")),
        )

    @property
    def has_filters(self) -> bool:
        return bool(self.job or self.last or self.search)

    def __str__(self) -> str:
        values = {
            "state": self.reach.value if self.reach != Reach.ENDED else "",
            "job": str(self.job or ""),
            "last": self.last,
            "q": self.search,
            "page": str(self.page) if self.page > 1 else "",
        }
        query = urlencode({name: value for name, value in values.items() if value})
        path = reverse("desk-unreachable")
        return f"{path}?{query}" if query else path

    def change(self, **changes: Any) -> "UnreachableAddress":
        """Return another address, at its first page unless `changes` name one."""
        return replace(self, **{"page": 1} | changes)
