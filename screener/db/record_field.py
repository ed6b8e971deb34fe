"""JSON columns that hold records: written as JSON, read as instances of one class."""

import json
from typing import Any, TypeVar

from django.db import models
from django.db.models.fields.json import KeyTransform

from screener.records import Record

R = TypeVar("R", bound=Record)


class RecordEncoder(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        return o.to_json() if isinstance(o, Record) else super().default(o)


class RecordField(models.JSONField):
    """Use `record_field` or `records_field`, which type the attribute."""

    def __init__(self, *args: Any, record: type[Record] = Record, many: bool = False, **options: Any) -> None:
        super().__init__(*args, **options | {"encoder": RecordEncoder})
        self.record, self.many = record, many

    def deconstruct(self) -> Any:
        """The class of the records is no part of the schema: for migrations this is a plain JSON field."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, {key: options[key] for key in options if key != "encoder"}

    def clone(self) -> Any:
        _, _, args, options = self.deconstruct()
        return models.JSONField(*args, **options)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        stored = super().from_db_value(value, expression, connection)
        if stored is None or isinstance(expression, KeyTransform):
            return stored
        return [self.record.from_json(item) for item in stored] if self.many else self.record.from_json(stored)

    def value_to_string(self, obj: models.Model) -> Any:
        """For `dumpdata`: JSON, not records."""
        return json.loads(json.dumps(self.value_from_object(obj), cls=self.encoder))


def record_field(record: type[R], **options: Any) -> "models.JSONField[R | None, R | None]":
    return RecordField(record=record, null=True, blank=True, **options)


def records_field(record: type[R], **options: Any) -> "models.JSONField[list[R], list[R]]":
    return RecordField(record=record, many=True, **options)
