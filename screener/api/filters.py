"""Filters of lists."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

CURSOR_PARAMETERS = ("cursor", "page_size")
"""Query parameters of a list's pagination, unless its class has `query_parameters` of its own."""

EMPTY_FILTER = "The filter is empty. Give it a value, or leave it out to get all."


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]  # untyped library
    """Rejects unknown or empty filters instead of returning the unfiltered list."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        names = sorted(filterset.filters) if filterset else []
        paging = getattr(getattr(view, "paginator", None), "query_parameters", CURSOR_PARAMETERS)
        self._check_names(request, names, (*paging, "format"))
        self._check_values(request, names)
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered

    def _check_names(self, request: Request, names: list[str], others: tuple[str, ...]) -> None:
        hint = f"Available filters: {', '.join(names)}." if names else "This list has no filters."
        unknown = [name for name in request.query_params if name not in (*names, *others)]
        if unknown:
            raise ValidationError({name[:40]: [f"Unknown filter. {hint}"] for name in unknown})

    def _check_values(self, request: Request, names: list[str]) -> None:
        values = {name: request.query_params.getlist(name) for name in names}
        empty = [name for name in names if any(not value.strip() for value in values[name])]
        if empty:
            raise ValidationError({name: [EMPTY_FILTER] for name in empty})
