"""The forms of a candidate: who it is, what they agreed to, and numbers that must not be called."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from candidates.models import Candidate, Consent
from candidates.phone_format import LONGEST, NotAPhoneNumber, e164
from candidates.resume.upload import ResumeRefused, check_upload
from candidates.timezones import time_zones
from screener.admin.actions import VerbForm
from screener.admin.widgets import LanguageField


class PhoneField(forms.CharField):
    """Any way of writing a number with its country code; cleaned to the form in which it is stored and dialled."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        try:
            return e164(typed)
        except NotAPhoneNumber as error:
            raise ValidationError(str(error)) from None


class CandidateForm(forms.ModelForm):  # type: ignore[type-arg]
    phone = PhoneField(help_text="With its country code: +1 415 555 0100.")
    locale = LanguageField(initial="en", help_text="The language to speak to them in.")
    new_resume = forms.FileField(
        required=False,
        allow_empty_file=True,  # refused below, with what to do about it
        widget=UnfoldAdminFileFieldWidget,
        help_text="PDF, DOCX or plain text, at most 5 MB. It takes the place of any other.",
    )

    class Meta:
        model = Candidate
        fields = ["full_name", "email", "phone", "locale", "timezone", "external_id", "legal_hold"]

    def clean_new_resume(self) -> Any:
        file = self.cleaned_data["new_resume"]
        if file:
            try:
                check_upload(file)
            except ResumeRefused as error:
                raise ValidationError(str(error)) from None
        return file

    def clean_timezone(self) -> str:
        name = self.cleaned_data["timezone"]
        if name and name not in time_zones():
            raise ValidationError(
                "This is no time zone. Write its IANA name, such as Europe/Berlin, or leave it empty."
            )
        return str(name)

    def clean_external_id(self) -> str:
        given = self.cleaned_data["external_id"]
        if given and Candidate.objects.filter(external_id=given).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Another candidate has this id. Open that one instead, or leave the id empty.")
        return str(given)


class ImportForm(VerbForm):
    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,  # refused when it is read, with what to do about it
        widget=UnfoldAdminFileFieldWidget,
        help_text="In UTF-8, at most 5 MB and 10,000 rows. Whoever has an external_id that is known is updated.",
    )


class ConsentForm(VerbForm):
    kind = forms.ChoiceField(label="To what", choices=Consent.Kind.choices, widget=UnfoldAdminSelectWidget)
    given = forms.TypedChoiceField(
        label="What they said",
        choices=[("yes", "They agree"), ("no", "They refuse, or withdraw what they agreed to")],
        coerce=lambda said: said == "yes",
        widget=UnfoldAdminRadioSelectWidget,
    )
    source = forms.CharField(
        label="Where they said it",
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="So that it can be shown later: application form of 3 May, e-mail of 4 May, by phone to …",
    )


class DoNotCallForm(VerbForm):
    number = PhoneField(help_text="With its country code. Only a keyed hash of it is kept.")
    source = forms.CharField(
        label="Why",
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="Who asked, and how: by e-mail, by phone to HR. Don't write the number here.",
    )
