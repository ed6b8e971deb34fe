"""Form fields of a record: their labels, attribute and initial values are those of the record."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from screener.records import Attribute, Record, attribute_of

LONGEST_LINE = 255


def form_of(record: type[Record]) -> type[forms.Form]:
    fields = {name: _field_of(field.annotation, attribute_of(field)) for name, field in record.model_fields.items()}
    return type(f"{record.__name__}Form", (forms.Form,), {"__module__": __name__, **fields})


def _field_of(kind: Any, attribute: Attribute) -> forms.Field:
    label = attribute.label or None
    texts: dict[str, Any] = {"label": label, "help_text": attribute.help_text}
    numbers = texts | {"min_value": attribute.low, "max_value": attribute.high, "initial": attribute.default}
    if kind is int:
        return forms.IntegerField(widget=UnfoldAdminIntegerFieldWidget, **numbers)
    if kind is float:
        return forms.FloatField(widget=UnfoldAdminDecimalFieldWidget({"step": "0.1"}), **numbers)
    is_long = (attribute.longest or 0) > LONGEST_LINE
    return forms.CharField(
        **texts,
        required=attribute.default is None,
        max_length=attribute.longest,
        widget=UnfoldAdminExpandableTextareaWidget if is_long else UnfoldAdminTextInputWidget,
    )
