"""Lists are filtered by what a client asks for, and by nothing that it left open."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView


class Filters(DjangoFilterBackend):  # type: ignore[misc]  # untyped library
    """Refuses a filter without a value: whoever forgot to fill it in must not be given everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        known = self.get_filterset(request, queryset, view)
        given = {name: request.query_params.getlist(name) for name in (known.filters if known else ())}
        open_ = [name for name, values in given.items() if any(not value.strip() for value in values)]
        if open_:
            raise ValidationError({name: ["Give it a value, or leave it out to see all."] for name in open_})
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered
