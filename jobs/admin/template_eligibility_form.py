"""The cards on which the eligibility questions of a template are edited: one for each question and language."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from jobs.admin.editors.eligibility_form import FIELDS_BY_KIND, EligibilityForm, row_of, shown_field
from jobs.eligibility.question import YES, EligibilityEffect, EligibilityKind, InvalidEligibility
from jobs.interview_languages import interview_languages
from jobs.models import Template
from jobs.templates.eligibility import (
    MAX_TEMPLATE_ELIGIBILITY,
    TemplateEligibility,
    check_template_eligibility,
)
from screener.admin.widgets import EditableTable


class TemplateEligibilityForm(EligibilityForm):
    field_order = ("text", "language", "kind", "effect")

    language = forms.ChoiceField(label=_("Language"), widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=EligibilityKind.choices, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tags = sorted({*interview_languages, str(self.initial.get("language", ""))} - {""})
        languages: Any = self.fields["language"]
        languages.choices = [("", "-"), *((tag, tag) for tag in tags)]
        # An empty row is one that has these values.
        usual = {"kind": EligibilityKind.YES_NO, "accepted_answer": YES, "effect": EligibilityEffect.FLAG}
        for name, choice in usual.items():
            self.fields[name].initial = choice

    @property
    def card_fields(self) -> list[tuple[forms.BoundField, str]]:
        """Each visible field, with the kinds of answers that it belongs to. Empty: it belongs to all."""
        return [(field, _own_kinds(field.name)) for field in self.visible_fields()]

    def to_template_question(self) -> TemplateEligibility:
        language = {"language": self.cleaned_data["language"]}
        return TemplateEligibility.from_json(self.to_question().to_json() | language)


def _own_kinds(name: str) -> str:
    kinds = [kind for kind, names in FIELDS_BY_KIND.items() if name in names]
    return "" if len(kinds) == len(FIELDS_BY_KIND) else " ".join(kinds)


class EligibilitySheet(EditableTable):
    rows_template = "admin/jobs/eligibility_cards.html"

    def clean(self) -> None:
        """Check the questions together once every row is valid."""
        if any(self.errors):
            return
        kept_forms = [form for form in self.kept_forms if isinstance(form, TemplateEligibilityForm)]
        try:
            self.questions = check_template_eligibility([form.to_template_question() for form in kept_forms])
        except InvalidEligibility as error:
            for place, problems in error.problems.items():
                for name, message in problems.items():
                    kept_forms[place].add_error(shown_field(name, kept_forms[place].cleaned_data["kind"]), message)
            raise ValidationError(gettext("Correct the questions that are marked below.")) from None

    @property
    def cleaned_data(self) -> Any:
        return self.questions


Sheet = forms.formset_factory(
    TemplateEligibilityForm,
    formset=EligibilitySheet,
    extra=2,
    can_order=True,
    can_delete=True,
    max_num=MAX_TEMPLATE_ELIGIBILITY,
    validate_max=True,
)


def template_eligibility_form(data: Any, *, subject: Template) -> Any:
    return Sheet(data, initial=[row_of(question) for question in subject.current_version.eligibility])
