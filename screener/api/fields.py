"""Serializer fields that several apps share."""

from typing import Any

from rest_framework import serializers

from screener import language_tag


class IdField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of a related object. A malformed or unknown id is an error of this field."""

    default_error_messages = {"does_not_exist": "There is nothing with the id {pk_value}. Check the id."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pk_field=serializers.UUIDField(), **kwargs)


class LanguageField(serializers.RegexField):
    """A language tag: `en`, `en-US`, `pt-BR`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(language_tag.TAG_PATTERN, max_length=language_tag.MAX_TAG_LENGTH, **kwargs)
        self.error_messages["invalid"] = language_tag.INVALID_TAG


class NumberField(serializers.DecimalField):
    """A decimal that is a number in JSON, not a string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce_to_string=False, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return float(value)
