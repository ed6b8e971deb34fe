"""A condition on a list of any length that is one parameter: `column = ANY(list)`.

`column__in` sends a parameter for each member, which costs the database more than the search when there are thousands.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Expression, F, Func, TextField, UUIDField, Value


def text_is_any_of(column: str | Expression, texts: Iterable[str]) -> Func:
    return _is_any_of(column, list(texts), TextField())


def id_is_any_of(column: str, ids: Iterable[Any]) -> Func:
    return _is_any_of(column, list(ids), UUIDField())


def _is_any_of(column: str | Expression, members: list[Any], field: Any) -> Func:
    wanted = Value(members, output_field=ArrayField(field))
    expression = F(column) if isinstance(column, str) else column
    return Func(expression, wanted, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
