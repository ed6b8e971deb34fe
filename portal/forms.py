"""Forms of the portal. The words of candidates are hostile text: bounded here, escaped where they are shown."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from interviews.invitations.choices import MAX_WORDS
from interviews.invitations.feedback import MAX_WORDS as FEEDBACK_WORDS
from interviews.models.invitations.feedback import HIGHEST, LOWEST

SCALE = [(str(score), str(score)) for score in range(LOWEST, HIGHEST + 1)]


class FeedbackForm(forms.Form):
    clear = forms.TypedChoiceField(
        label=_("Was it clear what was asked, and what happens?"), choices=SCALE, coerce=int, widget=forms.RadioSelect
    )
    fair = forms.TypedChoiceField(label=_("Was it fair?"), choices=SCALE, coerce=int, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What should be better? (optional)"), max_length=FEEDBACK_WORDS, required=False, widget=forms.Textarea
    )


class AdjustmentForm(forms.Form):
    more_time = forms.BooleanField(
        label=_("Give me more time: slower speech, and twice as long to answer"), required=False
    )
    words = forms.CharField(
        label=_("Do you need another way, or something else? Write what would help."),
        max_length=MAX_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Tick the box, or write what would help."), code="required")
        return cleaned
