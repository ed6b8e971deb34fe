"""Forms for candidates, consents and do-not-call entries."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from candidates.models import Candidate, Consent, DoNotCall, candidates_known_as
from candidates.timezones import iana_time_zones
from screener.admin.actions import ObjectActionForm
from screener.admin.widgets import LanguageField, PhoneField
from screener.documents.upload import InvalidDocument, validate_upload

ID_TAKEN = gettext_noop("Another candidate has this id. Edit that candidate instead, or leave the id empty.")


class CandidateForm(forms.ModelForm):  # type: ignore[type-arg]
    phone = PhoneField(label=_("Phone"), help_text=_("With its country code: +1 415 555 0100."))
    locale = LanguageField(
        label=_("Locale"), initial="en", help_text=_("The language in which the candidate is addressed.")
    )
    new_resume = forms.FileField(
        label=_("New resume"),
        required=False,
        allow_empty_file=True,  # rejected below with a better message
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("PDF, DOCX or plain text, at most 5 MB. Replaces the current resume."),
    )

    class Meta:
        model = Candidate
        fields = ["full_name", "email", "phone", "locale", "timezone", "external_id"]
        help_texts = {"timezone": _("Such as Europe/Berlin. Without one, the time zone of the phone number is used.")}

    def clean_new_resume(self) -> Any:
        resume_file = self.cleaned_data["new_resume"]
        if resume_file:
            try:
                validate_upload(resume_file)
            except InvalidDocument as error:
                raise ValidationError(str(error)) from None
        return resume_file

    def clean_timezone(self) -> str:
        zone_name = self.cleaned_data["timezone"]
        if zone_name and zone_name not in iana_time_zones():
            raise ValidationError(
                gettext("Unknown time zone. Enter an IANA name, such as Europe/Berlin, or leave it empty.")
            )
        return str(zone_name)

    def clean_external_id(self) -> str:
        external_id = self.cleaned_data["external_id"]
        if external_id and candidates_known_as(external_id).exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext(ID_TAKEN))
        return str(external_id)


class ConsentForm(ObjectActionForm):
    kind = forms.ChoiceField(
        label=_("Consent to"),
        choices=[
            choice for choice in Consent.Kind.choices if choice[0] != Consent.Kind.VIDEO
        ],  # asked in the room alone
        widget=UnfoldAdminSelectWidget,
    )
    given = forms.TypedChoiceField(
        label=_("Answer"),
        choices=[("yes", _("They agree")), ("no", _("They refuse or withdraw consent"))],
        coerce=lambda answer: answer == "yes",
        widget=UnfoldAdminRadioSelectWidget,
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Evidence for later: application form of 3 May, e-mail of 4 May, by phone to …"),
    )


class RefusalForm(ObjectActionForm):
    kind = forms.ChoiceField(label=_("Why"), choices=DoNotCall.Kind.choices, widget=UnfoldAdminSelectWidget)
    source = forms.CharField(
        label=_("Source"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Who asked, and how: by e-mail, by phone to HR. Do not write the number here."),
    )


class DoNotCallForm(RefusalForm):
    number = PhoneField(label=_("Number"), help_text=_("With its country code. Only a keyed hash is stored."))
    field_order = ["number", "kind", "source"]


class LiftForm(ObjectActionForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=_("Why the number may be called again: who agreed to it, and how. Kept in the history."),
    )
