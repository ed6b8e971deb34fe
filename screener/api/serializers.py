"""Base classes of the API's serializers: a misspelt field must not be ignored."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import serializers

ModelT = TypeVar("ModelT", bound=Model)

LIST_FIELDS = (serializers.ListSerializer, serializers.ListField)
UNKNOWN_FIELD = "Unknown field. The fields of this request are listed at /api/docs/."


class StrictSerializer(serializers.Serializer[Any]):
    """Rejects unknown fields of a request, at every level, together with its other errors."""

    def to_internal_value(self, data: Any) -> Any:
        # A PATCH replaces a list whole. DRF would treat the fields of its items as optional, too.
        if isinstance(self.parent, LIST_FIELDS) and self.root.partial:
            return type(self)(context=self.context).to_internal_value(data)
        names = data if isinstance(data, Mapping) else ()
        unknown = {str(name): [UNKNOWN_FIELD] for name in names if name not in self.fields}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if unknown and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from None
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer[ModelT]):
    """A StrictSerializer of a model.

    Constraints over several rows are no validators of the input: the functions that write the rows keep them, and may
    replace a row that DRF would report as a duplicate.
    """

    def get_unique_together_validators(self) -> list[Any]:
        return []
