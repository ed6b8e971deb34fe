"""Probable duplicates: records with one phone number, or with one e-mail address."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Upper

from candidates.models import Candidate
from screener.access.viewer import Viewer

GROUPS_PER_PAGE = 25
MAX_RECORDS = 10
"""Of one group, on the page."""

PHONE, EMAIL = "phone", "email"


@dataclass(frozen=True)
class DuplicateGroup:
    """Records that share a number or an address, the oldest first."""

    records: list[Candidate]
    shared: str


@dataclass(frozen=True)
class DuplicatePage:
    groups: list[DuplicateGroup]
    has_next: bool


def find_duplicates(by: str, page: int, *, viewer: Viewer, of: QuerySet[Candidate] | None = None) -> DuplicatePage:
    """Return a page of the groups, of the records that the viewer may see. Two queries.

    `of`: only the groups that have one of these records.
    """
    records = _with_key(Candidate.objects.contact_visible_to(viewer).filter(erased_at__isnull=True), by)
    shared = records.order_by("key").values_list("key", flat=True).annotate(n=Count("pk")).filter(n__gt=1)
    if of is not None:
        shared = shared.filter(key__in=_with_key(of, by).order_by().values("key"))
    first = (page - 1) * GROUPS_PER_PAGE
    keys = list(shared[first : first + GROUPS_PER_PAGE + 1])
    shown = keys[:GROUPS_PER_PAGE]
    groups: dict[str, list[Candidate]] = {key: [] for key in shown}
    for record in records.filter(key__in=shown).order_by("created_at", "pk"):
        groups[record.key].append(record)
    rows = [DuplicateGroup(members[:MAX_RECORDS], getattr(members[0], by)) for members in groups.values() if members]
    return DuplicatePage(rows, len(keys) > GROUPS_PER_PAGE)


def _with_key(records: QuerySet[Candidate], by: str) -> "QuerySet[Any]":
    """Annotate the number or the address that records share. Records without it are left out."""
    key = F(PHONE) if by == PHONE else Upper(EMAIL)
    return records.exclude(**{by: Value("")}).annotate(key=key)
