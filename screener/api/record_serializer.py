"""Serializers of records: their fields, attribute, defaults and help texts are those of the record."""

from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any, cast, get_args, get_origin

from pydantic.fields import FieldInfo
from rest_framework import serializers

from screener.api.serializers import StrictSerializer
from screener.records import Attribute, Record, attribute_of

Field = serializers.Field[Any, Any, Any, Any]


@cache
def serializer_of(record: type[Record], name: str = "") -> type[serializers.Serializer[Any]]:
    """`name`: of the component in the OpenAPI description, where it is not the name of the record."""
    fields = {key: _field_of(field) for key, field in record.model_fields.items()}
    namespace = {"__doc__": record.__doc__, "__module__": __name__, **fields}
    return type(f"{name or record.__name__}Serializer", (StrictSerializer,), namespace)


def _field_of(field: FieldInfo) -> Field:
    attribute, options = attribute_of(field), dict[str, Any]()
    default = attribute.default if field.is_required() else field.get_default(call_default_factory=True)
    types = get_args(field.annotation) if NoneType in get_args(field.annotation) else (field.annotation,)
    if attribute.help_text:
        options["help_text"] = attribute.help_text
    if default is not None:
        options["default"] = default
    if NoneType in types:
        options["allow_null"] = True
    return _field_of_type(next(kind for kind in types if kind is not NoneType), attribute, options)


def _field_of_type(kind: Any, attribute: Attribute, options: dict[str, Any]) -> Field:
    if kind is str:
        return serializers.CharField(max_length=attribute.longest, allow_blank=options.get("default") == "", **options)
    if kind is datetime:
        return serializers.DateTimeField(**options)
    if kind is bool:
        return serializers.BooleanField(**options)
    if kind in (int, float):
        number: Any = serializers.IntegerField if kind is int else serializers.FloatField
        return cast(Field, number(min_value=attribute.low, max_value=attribute.high, **options))
    if get_origin(kind) is dict:
        return serializers.DictField(child=_field_of_type(get_args(kind)[1], Attribute(), {}), **options)
    if get_origin(kind) in (list, tuple) and not issubclass(get_args(kind)[0], Record):
        return serializers.ListField(child=_field_of_type(get_args(kind)[0], Attribute(), {}), **options)
    many = get_origin(kind) is list
    return serializer_of(get_args(kind)[0] if many else kind)(many=many, **options)
