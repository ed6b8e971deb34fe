"""The form of a practice interview."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanWidget

from jobs.channels import Channel
from jobs.models import JobDescription
from screener.admin.widgets import PhoneField


class PracticeForm(forms.Form):
    """`channel` is the button that sends the form."""

    phone = PhoneField(
        label=_("Your own phone number"),
        help_text=_("With its country code. The dial rules apply to it as to any other number."),
    )
    is_own = forms.BooleanField(
        label=_("This number is mine, and I agree to be called and interviewed for practice"),
        widget=UnfoldBooleanWidget,
    )
    channel = forms.ChoiceField(choices=Channel.choices, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, job: JobDescription, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        field: Any = self.fields["channel"]
        field.choices = [(channel.value, channel.label) for channel in Channel if channel in job.channels]
