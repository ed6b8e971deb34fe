"""Serializer fields that several apps share."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from screener import language_tag
from screener.phone_format import MAX_LENGTH, InvalidPhoneNumber, to_e164


class IdField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of a related object. A malformed id, or one that the client may not see, is an error of this field."""

    default_error_messages = {"does_not_exist": "There is nothing with the id {pk_value}. Check the id."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pk_field=serializers.UUIDField(), **kwargs)

    def get_queryset(self) -> Any:
        """Only rows that the client may see."""
        rows: Any = super().get_queryset()
        request = self.context.get("request")
        return rows.visible_to(request.user) if rows is not None and request is not None else rows


class LanguageField(serializers.RegexField):
    """A language tag: `en`, `en-US`, `pt-BR`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(language_tag.TAG_PATTERN, max_length=language_tag.MAX_TAG_LENGTH, **kwargs)
        self.error_messages["invalid"] = language_tag.INVALID_TAG


class OptionalBooleanField(serializers.BooleanField):
    """Elsewhere a checkbox that is missing in a form means no. Here it means no answer."""

    default_empty_html = empty


class NumberField(serializers.DecimalField):
    """A decimal that is a number in JSON, not a string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce_to_string=False, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return float(value)


@extend_schema_field({"type": "string", "maxLength": MAX_LENGTH, "description": "In any form, with its country code"})
class PhoneField(serializers.CharField):
    """Accepts any notation; stores and returns E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        typed = super().to_internal_value(data)
        try:
            return to_e164(typed)
        except InvalidPhoneNumber as error:
            raise serializers.ValidationError(str(error)) from None
