"""Form fields and tables that several admin pages use."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from screener import language_tag


class LanguageField(forms.RegexField):
    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        invalid = {"invalid": language_tag.INVALID_TAG}
        super().__init__(
            language_tag.TAG_PATTERN, max_length=language_tag.MAX_TAG_LENGTH, error_messages=invalid, **kwargs
        )


class ChosenBySearch(AutocompleteSelect):
    """Django's own looks up whatever a link or a form says was chosen, and fails where that is no id."""

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if _is_id(one)], attrs)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class Sheet(forms.BaseFormSet):  # type: ignore[type-arg]
    """A table whose rows are edited on one page. Its cleaned data is the rows that are kept, in their order."""

    deletion_widget = UnfoldBooleanWidget
    ordering_widget = UnfoldAdminIntegerFieldWidget

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "No."
        form.fields["DELETE"].label = "Leave out"
        for name, field in form.fields.items():  # the column's head is no label of a cell
            field.widget.attrs["aria-label"] = f"{form[name].label}, row {(index or 0) + 1}"

    @property
    def kept(self) -> list[forms.Form]:
        return self.ordered_forms

    @property
    def cleaned_data(self) -> list[dict[str, Any]]:
        notes = ("ORDER", "DELETE")
        return [{key: value for key, value in form.cleaned_data.items() if key not in notes} for form in self.kept]
