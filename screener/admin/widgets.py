"""Form fields, widgets and tables that several admin pages use."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from screener import language_tag
from screener.models import parse_id
from screener.phone_format import MAX_LENGTH, InvalidPhoneNumber, to_e164


class LanguageField(forms.RegexField):
    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        invalid = {"invalid": language_tag.INVALID_TAG}
        super().__init__(
            language_tag.TAG_PATTERN, max_length=language_tag.MAX_TAG_LENGTH, error_messages=invalid, **kwargs
        )


class PhoneField(forms.CharField):
    """Accepts a number with a country code in any notation and cleans it to E.164."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        try:
            return to_e164(typed) if typed else ""
        except InvalidPhoneNumber as error:
            raise ValidationError(str(error)) from None


class SafeAutocomplete(AutocompleteSelect):
    """Ignores selected values that are not UUIDs, with which Django's widget fails."""

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        return super().optgroups(name, [selected for selected in value if parse_id(selected)], attrs)


class EditableTable(forms.BaseFormSet):  # type: ignore[type-arg]
    """A table of forms on one page. Its cleaned data are the rows that are not deleted, in the order of the user."""

    rows_template = "admin/editable_table.html"
    deletion_widget = UnfoldBooleanWidget
    ordering_widget = UnfoldAdminIntegerFieldWidget

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = gettext("No.")
        form.fields["DELETE"].label = gettext("Leave out")
        for name, field in form.fields.items():  # screen readers do not use the head of a column as a label
            field.widget.attrs["aria-label"] = gettext("%(label)s, row %(number)s") % {
                "label": form[name].label,
                "number": (index or 0) + 1,
            }

    @property
    def kept_forms(self) -> list[forms.Form]:
        return self.ordered_forms

    @property
    def cleaned_data(self) -> list[dict[str, Any]]:
        return [
            {key: value for key, value in form.cleaned_data.items() if key not in ("ORDER", "DELETE")}
            for form in self.kept_forms
        ]
