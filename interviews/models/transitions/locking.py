"""Reads rows of several models with their locks, in one statement."""

from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from screener.models import BaseModel


def read_locked(query: str, pk: UUID, *models: type[BaseModel]) -> list[BaseModel]:
    """Run a query that reads at most one row of each model. Returns one object per model, or an empty list.

    `{columns}` in the query becomes the columns of the models; each model's alias is its name.
    """
    with connection.cursor() as cursor:
        cursor.execute(query.format(columns=_column_list(models)), [pk])
        row = cursor.fetchone()
    if row is None:
        return []
    row_values = iter(row)
    column_names = [[field.attname for field in model._meta.concrete_fields] for model in models]
    return [
        model.from_db(connection.alias, fields, _convert_values(model, [*islice(row_values, len(fields))]))
        for model, fields in zip(models, column_names, strict=True)
    ]


def _convert_values(model: type[BaseModel], values: list[Any]) -> list[Any]:
    """Convert the values as Django does in its own queries."""
    for index, field in _converting_fields(model):
        values[index] = field.from_db_value(values[index], None, connection)
    return values


@cache
def _converting_fields(model: type[BaseModel]) -> list[tuple[int, Any]]:
    fields = enumerate(model._meta.concrete_fields)
    return [(index, field) for index, field in fields if hasattr(field, "from_db_value")]


@cache
def _column_list(models: tuple[type[BaseModel], ...]) -> str:
    fields = [(model._meta.model_name, field) for model in models for field in model._meta.concrete_fields]
    return ", ".join(f"{alias}.{field.column}" for alias, field in fields)
