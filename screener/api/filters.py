"""Lists are filtered by what a client asks for, and by nothing that it left open."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

NO_FILTERS = ("cursor", "page_size", "format")
"""What the address of a list may say besides: which page, and how it is written."""


class Filters(DjangoFilterBackend):  # type: ignore[misc]  # untyped library
    """Refuses a filter that there is not, or without a value: whoever erred there must not be given everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        known = sorted(filterset.filters) if filterset else []
        if unknown := [name for name in request.query_params if name not in (*known, *NO_FILTERS)]:
            there_are = f"There are: {', '.join(known)}." if known else "There is none here."
            raise ValidationError({name[:40]: [f"There is no such filter. {there_are}"] for name in unknown})
        given = {name: request.query_params.getlist(name) for name in known}
        open_ = [name for name, values in given.items() if any(not value.strip() for value in values)]
        if open_:
            raise ValidationError({name: ["Give it a value, or leave it out to see all."] for name in open_})
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered
