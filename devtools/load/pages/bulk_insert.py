"""Inserts many rows of a model in one statement that runs in the database."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED


def insert_rows(model: type[models.Model], source: str, /, **expressions: str) -> None:
    """Insert one row for each row of `source`, an SQL table expression.

    `expressions` maps columns to SQL over the columns of `source`. Other columns get the default of their field.
    """
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = str(field.column)
        expression = expressions.pop(column, None) or _default_expression(field)
        if expression is not None:
            columns.append(connection.ops.quote_name(column))
            values.append(expression)
    if expressions:
        raise LookupError(f"{model.__name__} has no columns {sorted(expressions)}")
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}"  # noqa: S608 - no input from outside
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _default_expression(field: "models.Field[Any, Any]") -> str | None:
    """The default as SQL; None: the database knows it."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "now()"
    if field.has_default():
        return literal(field.get_default(), is_json=isinstance(field, models.JSONField))
    if field.db_default is not NOT_PROVIDED or field.primary_key:
        return None
    return "NULL" if field.null else literal(_empty_value(field))


def _empty_value(field: "models.Field[Any, Any]") -> Any:
    return [] if isinstance(field, ArrayField) else ""


def literal(value: Any, *, is_json: bool = False) -> str:
    """Write a value as SQL."""
    if is_json:
        return f"{_quote(json.dumps(value))}::jsonb"
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int() | float() | Decimal():
            return str(value)
        case UUID():
            return "gen_random_uuid()"
        case list():
            return f"ARRAY[{', '.join(literal(item) for item in value)}]" if value else "'{}'"
        case _:
            return _quote(str(value))


def _quote(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
