"""The search of lists. A row matches if one of its fields does.

Related rows are found first, each by its own index. Their ids are the condition, so that the database knows how few
rows match. In a join it would guess, and read whole tables.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

EXACT = "="
MOST_IDS = 2000
"""With more ids than these, the query that finds them is the condition."""


def search_conditions(model: type[models.Model], fields: Iterable[str], term: str) -> list[Q]:
    """Return the conditions of matching rows, one for each field.

    A field with EXACT before its name matches the whole term. Other fields match if they contain each of its words.
    """
    conditions = []
    for name in fields:
        path = name.removeprefix(EXACT)
        if path == name:
            conditions.append(related_condition(model, path, *({"__icontains": word} for word in term.split())))
        elif (value := _value_of(model, path, term)) is not None:
            conditions.append(related_condition(model, path, {"": value}))
    return conditions


def related_condition(model: type[models.Model], path: str, *lookups: dict[str, Any]) -> Q:
    """Return the condition that the value at the path meets all lookups. An operator such as `__in` is their key."""
    first, _, rest = path.partition("__")
    if not rest:
        return _all_of(path, lookups)
    related: Any = model._meta.get_field(first).related_model
    matching = related._base_manager.filter(_all_of(rest, lookups)).order_by().values_list("pk", flat=True)
    return Q(**{f"{first}__in": bounded_ids(matching)})


def bounded_ids(rows: QuerySet[Any, Any]) -> "list[Any] | QuerySet[Any, Any]":
    """Return the ids that the query finds, or the query if there are too many."""
    ids = list(rows[: MOST_IDS + 1])
    return ids if len(ids) <= MOST_IDS else rows


def _all_of(path: str, lookups: Iterable[dict[str, Any]]) -> Q:
    return Q(*(Q(**{f"{path}{operator}": value}) for lookup in lookups for operator, value in lookup.items()))


def _value_of(model: type[models.Model], path: str, term: str) -> Any:
    """Return the term as a value of the field, or None if it can't be one."""
    field: Any = get_fields_from_path(model, path)[-1]
    try:
        return field.to_python(term)
    except ValidationError:
        return None
