"""The form of one eligibility question. Which of its fields are shown depends on the kind of the answer."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from jobs.eligibility.question import (
    NO,
    YES,
    EligibilityEffect,
    EligibilityKind,
    EligibilityQuestion,
    EligibilityUnit,
)
from screener.records import attribute_of

LONGEST_TEXT = attribute_of(EligibilityQuestion.model_fields["text"]).longest
LONGEST_LINES = 1000
FIELDS_BY_KIND = {
    EligibilityKind.YES_NO: ("text", "accepted_answer", "effect"),
    EligibilityKind.NUMBER: ("text", "unit", "minimum", "maximum", "effect"),
    EligibilityKind.DATE: ("text", "earliest", "latest", "effect"),
    EligibilityKind.CHOICE: ("text", "option_lines", "accepted_lines", "effect"),
}
DAY_WIDGET = UnfoldAdminTextInputWidget({"type": "date"})
LINE_WIDGET = UnfoldAdminTextareaWidget({"rows": 4})


class EligibilityForm(forms.Form):
    text = forms.CharField(label=_("Question"), max_length=LONGEST_TEXT, widget=UnfoldAdminTextInputWidget)
    kind = forms.ChoiceField(choices=EligibilityKind.choices, widget=forms.HiddenInput)
    accepted_answer = forms.ChoiceField(
        label=_("Accepted answer"),
        required=False,
        choices=[(YES, _("yes")), (NO, _("no"))],
        widget=UnfoldAdminSelectWidget,
    )
    option_lines = forms.CharField(
        label=_("Options, one in each line"), required=False, max_length=LONGEST_LINES, widget=LINE_WIDGET
    )
    accepted_lines = forms.CharField(
        label=_("Accepted options, one in each line"), required=False, max_length=LONGEST_LINES, widget=LINE_WIDGET
    )
    unit = forms.ChoiceField(
        label=_("Unit"), required=False, choices=EligibilityUnit.choices, widget=UnfoldAdminSelectWidget
    )
    minimum = forms.FloatField(label=_("At least"), required=False, widget=UnfoldAdminDecimalFieldWidget)
    maximum = forms.FloatField(label=_("At most"), required=False, widget=UnfoldAdminDecimalFieldWidget)
    earliest = forms.DateField(label=_("Not before"), required=False, widget=DAY_WIDGET)
    latest = forms.DateField(label=_("Not after"), required=False, widget=DAY_WIDGET)
    effect = forms.ChoiceField(
        label=_("Other answers"), choices=EligibilityEffect.choices, widget=UnfoldAdminSelectWidget
    )

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        kind = self["kind"].value()
        names = FIELDS_BY_KIND.get(kind, FIELDS_BY_KIND[EligibilityKind.YES_NO])
        return [self[name] for name in names]

    def to_question(self) -> EligibilityQuestion:
        """The question, which may be incomplete. The form must be valid."""
        values = self.cleaned_data
        options = _lines(values["option_lines"])
        is_choice = values["kind"] == EligibilityKind.CHOICE
        accepted = _lines(values["accepted_lines"]) if is_choice else [values["accepted_answer"]]
        kept = ("text", "kind", "effect", "unit", "minimum", "maximum", "earliest", "latest")
        return EligibilityQuestion.from_json(
            {name: values[name] for name in kept} | {"options": options, "accepted": accepted}
        )


ERROR_FIELDS = {"options": "option_lines", "accepted": "accepted_lines"}
"""The field that shows the problem of an attribute, where it has another name."""


def shown_field(attribute: str, kind: str) -> str:
    """The field of the form that shows a problem of the attribute."""
    is_yes_no = kind == EligibilityKind.YES_NO
    return "accepted_answer" if attribute == "accepted" and is_yes_no else ERROR_FIELDS.get(attribute, attribute)


def row_of(question: EligibilityQuestion) -> Mapping[str, Any]:
    """The values of the form for a question."""
    accepted_options = question.accepted if question.options else []
    lines = {"option_lines": "\n".join(question.options), "accepted_lines": "\n".join(accepted_options)}
    answer = {"accepted_answer": question.accepted[0] if question.accepted else YES}
    numbers = {"minimum": _shown_number(question.minimum), "maximum": _shown_number(question.maximum)}
    return question.model_dump(mode="json", exclude={"options", "accepted"}) | lines | answer | numbers


def _shown_number(limit: float | None) -> float | None:
    """The limit without decimals that are zero."""
    return int(limit) if limit is not None and limit.is_integer() else limit


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]
