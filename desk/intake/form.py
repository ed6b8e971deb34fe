"""The form for a new interview: a candidate, their consent and resume, the job, and when to call."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candidates.models import Candidate, KeptUpload, candidates_known_as
from candidates.timezones import iana_time_zones
from desk.call_again.form import CallTimeForm
from desk.intake.jobs import callable_jobs
from interviews.intake.new_interview import ConsentStatement, Intake
from interviews.models import Attempt, Interview
from interviews.models.transitions.interview import ChannelNotAllowed
from jobs.channels import Channel
from jobs.models import JobDescription
from screener.access.viewer import Viewer
from screener.admin.widgets import LanguageField, SafeAutocomplete
from screener.documents.upload import MAX_BYTES, InvalidDocument, validate_upload
from screener.models import parse_id
from screener.phone_format import MAX_LENGTH, InvalidPhoneNumber, calling_codes, to_e164

MAX_PASTED_CHARACTERS = 100_000
MAX_SOURCE_LENGTH = 200
CONTACT_FIELDS = ("full_name", "email", "phone", "locale", "timezone", "external_id")

YES, NO, NOTHING = "yes", "no", ""
OTHER = "other"

TOO_LARGE = _("The file is larger than 5 MB, which is the limit.")
HOW = {
    "form": _("Application form"),
    "email": _("E-mail"),
    "phone": _("By phone"),
    "person": _("In person"),
    "other": _("Another way"),
}


def _text(placeholder: str = "", **attributes: Any) -> forms.TextInput:
    return forms.TextInput({"class": "d-input", "placeholder": placeholder} | attributes)


class NewInterviewForm(CallTimeForm):
    """`upload`: the resume that was chosen before, and is kept while the form has errors."""

    same_person = forms.CharField(required=False, max_length=36)
    """Of the records with the same contact data: the id of the one that is meant, or OTHER."""
    candidate = forms.ModelChoiceField(
        Candidate.objects.filter(erased_at__isnull=True),
        label=_("Known candidate"),
        required=False,
        widget=SafeAutocomplete(Interview._meta.get_field("candidate"), admin.site),
    )
    full_name = forms.CharField(
        label=_("Name"), max_length=200, required=False, widget=_text(autocomplete="off", dir="auto")
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=MAX_LENGTH,
        required=False,
        widget=_text(autocomplete="off", inputmode="tel"),
        help_text=_("In any notation. With + or 00 its own country code counts."),
    )
    country = forms.ChoiceField(
        label=_("Country of the number"),
        required=False,
        widget=forms.Select({"class": "d-input"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput({"class": "d-input", "autocomplete": "off"})
    )
    locale = LanguageField(
        label=_("Language"),
        required=False,
        widget=_text(size=6),
        help_text=_("In which the candidate is addressed, such as en or de."),
    )
    timezone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        required=False,
        widget=_text(list="time-zones", autocomplete="off"),
        help_text=_("Such as Europe/Berlin. Without one, the time zone of the phone number is used."),
    )
    external_id = forms.CharField(
        label=_("Your own id"), max_length=100, required=False, widget=_text(autocomplete="off")
    )
    resume_file = forms.FileField(
        label=_("Resume file"),
        required=False,
        allow_empty_file=True,  # rejected below with a better message
        widget=forms.FileInput({"class": "d-input", "data-max-bytes": MAX_BYTES, "data-too-large": TOO_LARGE}),
        help_text=_("PDF, DOCX or plain text, at most 5 MB."),
    )
    kept_file = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    drop_file = forms.BooleanField(label=_("Remove this file"), required=False)
    resume_text = forms.CharField(
        label=_("Or paste its text"),
        max_length=MAX_PASTED_CHARACTERS,
        required=False,
        widget=forms.Textarea({"class": "d-input", "rows": 4, "dir": "auto"}),
    )
    consent = forms.ChoiceField(
        label=_("Consent to be called by the assistant"),
        choices=[(YES, _("The candidate agreed")), (NO, _("The candidate refused")), (NOTHING, _("Nothing to record"))],
        required=False,
        initial=YES,
        widget=forms.RadioSelect,
    )
    consent_how = forms.ChoiceField(
        label=_("How"), choices=list(HOW.items()), required=False, widget=forms.Select({"class": "d-input"})
    )
    consent_detail = forms.CharField(
        label=_("Given to whom, where it can be found"),
        max_length=100,
        required=False,
        widget=_text(dir="auto"),
        help_text=_("Evidence for later: “application no. 512”, “to Ms Weber in the interview of 3 May”."),
    )
    consent_on = forms.DateField(
        label=_("When"), required=False, widget=forms.DateInput({"class": "d-input", "type": "date"}, format="%Y-%m-%d")
    )
    job = forms.ModelChoiceField(
        JobDescription.objects.none(),
        label=_("Job"),
        widget=forms.Select({"class": "d-input"}),
        empty_label=_("Choose a job"),
        error_messages={
            "invalid_choice": _("No one can be called for this job: it is closed, or has no approved questions.")
        },
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=Attempt.Channel.choices,
        required=False,
        initial=Attempt.Channel.PHONE,
        widget=forms.Select({"class": "d-input"}),
        help_text=_("On the phone we call. Elsewhere no call is placed: invite the candidate, who begins."),
    )
    more_time = forms.BooleanField(
        label=_("The candidate needs more time"),
        required=False,
        help_text=_("Slower speech, longer pauses, and twice the time for each answer."),
    )
    repeat_reason = forms.CharField(
        label=_("Reason to interview again"),
        max_length=500,
        required=False,
        widget=_text(dir="auto"),
        help_text=_("Only for candidates who have completed or called off an interview for this job."),
    )
    seen_matches = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, viewer: Viewer, initial: Any = None) -> None:
        super().__init__(data, files, initial=initial)
        self.viewer = viewer
        self.upload: KeptUpload | None = None
        self._field("candidate").queryset = self._field("candidate").queryset.visible_to(viewer)
        self._field("job").queryset = callable_jobs(viewer)
        countries = [(name, f"{name} +{code}") for name, code in calling_codes().items()]
        self._field("country").choices = [("", _("Choose a country")), *countries]
        if not viewer.has_perm("candidates.add_consent"):
            for name in ("consent", "consent_how", "consent_detail", "consent_on"):
                del self.fields[name]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    @property
    def is_new_candidate(self) -> bool:
        return not self.cleaned_data.get("candidate")

    def clean_candidate(self) -> Candidate | None:
        candidate: Candidate | None = self.cleaned_data["candidate"]
        matched_id = parse_id(self.cleaned_data.get("same_person", ""))
        if candidate is None and matched_id:
            candidate = self._field("candidate").queryset.filter(pk=matched_id).first()
        if candidate is None and not self.viewer.has_perm("candidates.add_candidate"):
            raise ValidationError(_("Choose a known candidate. You have no permission to add one."))
        return candidate

    def clean_full_name(self) -> str:
        return self._require_for_new("full_name", _("Enter the candidate's name."))

    def clean_locale(self) -> str:
        return self.cleaned_data["locale"] or "en"

    def clean_timezone(self) -> str:
        zone_name = str(self.cleaned_data["timezone"])
        if zone_name and zone_name not in iana_time_zones():
            raise ValidationError(_("Unknown time zone. Choose a name such as Europe/Berlin, or leave it empty."))
        return zone_name

    def clean_external_id(self) -> str:
        external_id = str(self.cleaned_data["external_id"])
        if self.is_new_candidate and external_id and candidates_known_as(external_id).exists():
            raise ValidationError(_("Another candidate has this id. Choose that candidate, or leave the id empty."))
        return external_id

    def clean_resume_file(self) -> Any:
        """Keep a good file at once: the browser does not send it again after an error elsewhere."""
        resume_file = self.cleaned_data["resume_file"]
        if not resume_file:
            return None
        try:
            validate_upload(resume_file)
        except InvalidDocument as error:
            raise ValidationError(str(error)) from None
        return resume_file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._clean_channel(cleaned)
        self._clean_phone(cleaned)
        if not self.is_new_candidate:
            self._ignore_contact()
        self._clean_resume(cleaned)
        self._clean_consent(cleaned)
        return cleaned

    @property
    def places_call(self) -> bool:
        """Whether the interview is to be held on the phone. Others need no consent to be called."""
        return self.cleaned_data.get("channel") in (None, "", Channel.PHONE)

    def _require_for_new(self, name: str, message: Any) -> str:
        value = str(self.cleaned_data[name])
        if self.is_new_candidate and not value:
            raise ValidationError(message)
        return value

    def _ignore_contact(self) -> None:
        """Forget errors of contact data that was typed before a known candidate was chosen: it is not saved."""
        for name in CONTACT_FIELDS:
            self.errors.pop(name, None)

    def _clean_phone(self, cleaned: dict[str, Any]) -> None:
        """Understand the number by its own country code, or by the chosen country."""
        typed = cleaned.get("phone", "")
        if "phone" in self.errors or not typed:
            if self.is_new_candidate and not typed:
                self.add_error("phone", _("Enter the candidate's phone number."))
            return
        try:
            cleaned["phone"] = to_e164(typed, region=cleaned.get("country", ""))
        except InvalidPhoneNumber as error:
            cleaned["phone"] = ""
            if self.is_new_candidate:
                self.add_error("phone", str(error))

    def _clean_resume(self, cleaned: dict[str, Any]) -> None:
        new_file = cleaned.get("resume_file")
        if new_file:
            self.upload = KeptUpload.objects.keep_file(new_file, user_id=self.viewer.pk)
        elif cleaned.get("kept_file") and not cleaned.get("drop_file"):
            self.upload = KeptUpload.objects.find_upload(cleaned["kept_file"], user_id=self.viewer.pk)
            if self.upload is None:
                self.add_error("resume_file", _("The file is no longer kept. Choose it again."))
        has_resume = self.upload or cleaned.get("resume_text", "").strip()
        if has_resume and not self.is_new_candidate and not self.viewer.has_perm("candidates.change_candidate"):
            self.add_error("resume_file", _("You have no permission to change this candidate's resume."))
        if self.upload and cleaned.get("resume_text", "").strip():
            self.add_error("resume_text", _("There is a file, too. Remove the file, or empty this field."))

    def _clean_channel(self, cleaned: dict[str, Any]) -> None:
        """A choice that is missing is the job's usual channel."""
        job = cleaned.get("job")
        if job is None or "channel" in self.errors:
            return
        cleaned["channel"] = cleaned.get("channel") or job.usual_channel
        if cleaned["channel"] not in job.channels:
            self.add_error("channel", str(ChannelNotAllowed(cleaned["channel"])))

    def _clean_consent(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("consent") == YES and not cleaned.get("consent_detail") and not self.places_call:
            cleaned["consent"] = NOTHING  # no call is placed, and the page does not show this part
        if not cleaned.get("consent"):
            return
        if not cleaned.get("consent_detail"):
            self.add_error("consent_detail", _("Say to whom the consent was given and where it can be found."))
        today = timezone.now().astimezone(self.zone).date()
        if cleaned.get("consent_on") and cleaned["consent_on"] > today:
            self.add_error("consent_on", _("This day is in the future."))

    @property
    def consent_statement(self) -> ConsentStatement | None:
        """The consent that the form records, as far as it is valid."""
        answer = self.cleaned_data.get("consent")
        if not answer:
            return None
        how = HOW.get(self.cleaned_data.get("consent_how", ""), "")
        source = f"{how}: {self.cleaned_data.get('consent_detail', '')}"[:MAX_SOURCE_LENGTH]
        return ConsentStatement(answer == YES, source, self._consent_moment())

    def _consent_moment(self) -> datetime:
        """The chosen day, in the reader's zone. Today: now, so that it is the latest consent."""
        now, day = timezone.now(), self.cleaned_data.get("consent_on")
        if day is None or day == now.astimezone(self.zone).date():
            return now
        return datetime.combine(day, time(12), tzinfo=self.zone)

    def to_intake(self, *, recorded_by: str) -> Intake:
        """Return the interview that the valid form asks for."""
        cleaned, statement = self.cleaned_data, self.consent_statement
        if statement:
            suffix = f" (recorded by {recorded_by})"
            source = statement.source[: MAX_SOURCE_LENGTH - len(suffix)] + suffix
            statement = ConsentStatement(statement.given, source, statement.said_at)
        return Intake(
            job=cleaned["job"],
            candidate=cleaned["candidate"],
            contact={name: cleaned[name] for name in CONTACT_FIELDS} if self.is_new_candidate else None,
            seen_matches=cleaned["seen_matches"] if cleaned["same_person"] == OTHER else "",
            consent=statement,
            resume=self._resume(),
            scheduled_for=cleaned["scheduled_for"] if self.places_call else None,
            repeat_reason=cleaned["repeat_reason"],
            more_time=cleaned["more_time"],
            channel=cleaned["channel"],
        )

    def _resume(self) -> Any:
        if self.upload:
            return self.upload.read_file()
        pasted = self.cleaned_data["resume_text"].strip()
        return ContentFile(pasted.encode(), "resume.txt") if pasted else None
