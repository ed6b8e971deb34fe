"""Fields and filters by which clients name a candidate. The id of a merged record leads to the one that stayed."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from candidates.merging.merge import resolve_id
from screener.api.fields import IdField


class CandidateField(IdField):
    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(resolve_id(data) if isinstance(data, str) else data)


class CandidateIdFilter(filters.UUIDFilter):  # type: ignore[misc]  # untyped library
    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().filter(qs, resolve_id(value) if value else value)
        return rows
