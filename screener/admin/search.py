"""The search of lists. A row matches if one of its fields does; each field is searched by a query of its own."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

EXACT = "="


def find_rows(model: type[models.Model], fields: Iterable[str], term: str) -> list[QuerySet[Any, Any]]:
    """Querysets of the keys of matching rows.

    A field with EXACT before its name matches the whole term. Other fields match if they contain each of its words.
    """
    conditions = [_exact_match(model, name[1:], term) for name in fields if name.startswith(EXACT)]
    conditions += [_word_match(name, term) for name in fields if not name.startswith(EXACT)]
    return [keys_of(model, condition) for condition in conditions if condition is not None]


def keys_of(model: type[models.Model], condition: Q) -> QuerySet[Any, Any]:
    return model._base_manager.filter(condition).order_by().values("pk")


def _exact_match(model: type[models.Model], name: str, term: str) -> Q | None:
    """None where the term can't be a value of the field."""
    field: Any = get_fields_from_path(model, name)[-1]
    try:
        return Q(**{name: field.to_python(term)})
    except ValidationError:
        return None


def _word_match(name: str, term: str) -> Q:
    return Q(*(Q(**{f"{name}__icontains": word}) for word in term.split()))
