"""The forms of an import: the file, and the fields that its columns fill."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanWidget

from candidates.importing.columns import ColumnField, InvalidMapping, check_fields
from candidates.models import Import
from desk.intake.jobs import callable_jobs
from interviews.models import Campaign
from jobs.models import JobDescription
from screener.access.viewer import Viewer
from screener.phone_format import calling_codes

SAMPLES = 3
MAX_SAMPLE = 60
MAX_CAMPAIGNS = 100
IMPORT_ONLY = "import"
DRAFT, AT_ONCE = "draft", "at_once"


class ResumesForm(forms.Form):
    resumes = forms.FileField(
        label=_("Resumes"),
        required=False,
        allow_empty_file=True,  # rejected when it is read, with a better message
        widget=UnfoldAdminFileFieldWidget({"accept": ".zip"}),
        help_text=_(
            "A ZIP of at most 20 MB. Name each file by the id or the full name of a candidate: "
            "Lovelace_Ada_CV.pdf, 4711.docx."
        ),
    )
    replace_resumes = forms.BooleanField(
        label=_("Replace the resumes that candidates have already"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Otherwise they are kept, and the files are listed."),
    )


class ImportFileForm(ResumesForm):
    field_order = ["file", "resumes", "replace_resumes"]
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # rejected when it is read, with a better message
        widget=UnfoldAdminFileFieldWidget({"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text=_("CSV or XLSX, at most 20 MB and 200,000 rows. The first row names the columns."),
    )


class ImportColumnsForm(forms.Form):
    """`chosen_fields`: the field of each column, in the order of the columns. `job`: the preselected job."""

    region = forms.ChoiceField(
        label=_("Numbers without a country code are from"),
        required=False,
        widget=forms.Select({"class": "d-input"}),
    )
    consent_source = forms.CharField(
        label=_("All persons in the file agreed to be called. Where?"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "d-input", "dir": "auto"}),
        help_text=_("Such as: application form of May 2026. Leave it empty if the file says it for each person."),
    )
    job = forms.ModelChoiceField(
        JobDescription.objects.none(),
        label=_("Call them for"),
        required=False,
        empty_label=_("No job: import only"),
        widget=forms.Select({"class": "d-input"}),
        help_text=_("A campaign with the name of the file is made. Open jobs with approved questions."),
    )
    launch = forms.ChoiceField(
        label=_("Start of the new campaign"),
        required=False,
        choices=[(DRAFT, _("Keep as draft")), (AT_ONCE, _("Start at once"))],
        initial=DRAFT,
        widget=forms.Select({"class": "d-input"}),
        help_text=_("A draft calls no one. Its page estimates time, money and who cannot be called; launch it there."),
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(),
        label=_("Or add them to the campaign"),
        required=False,
        empty_label=_("None"),
        widget=forms.Select({"class": "d-input"}),
    )

    def __init__(
        self, data: Any, *, imported: Import, job: UUID | None, viewer: Viewer, samples: list[list[str]]
    ) -> None:
        initial = {"region": imported.region, "consent_source": imported.consent_source, "job": job}
        super().__init__(data, initial=initial)
        self._columns = imported.columns
        codes = [(region, f"{region} +{code}") for region, code in calling_codes().items()]
        self._field("region").choices = [("", _("No country: each number has its code")), *codes]
        self._may_call = viewer.has_perm("interviews.add_campaign") and viewer.has_perm("interviews.add_interview")
        if self._may_call:
            self._field("job").queryset = callable_jobs(viewer)
            offered = Campaign.objects.visible_to(viewer).filter(job__is_open=True)[:MAX_CAMPAIGNS]
            self._field("campaign").queryset = Campaign.objects.filter(pk__in=offered.values("pk"))
        else:
            del self.fields["job"], self.fields["launch"], self.fields["campaign"]
        if not viewer.has_perm("candidates.add_consent"):
            del self.fields["consent_source"]
        for number, (column, field) in enumerate(zip(imported.columns, imported.fields, strict=True)):
            shown = [row[number][:MAX_SAMPLE] for row in samples if number < len(row) and row[number].strip()]
            self.fields[_name(number)] = forms.ChoiceField(
                label=column or gettext("Column %(number)s") % {"number": number + 1},
                choices=ColumnField.choices,
                initial=field,
                widget=forms.Select({"class": "d-input"}),
                help_text=" · ".join(shown[:SAMPLES]),
            )

    def _field(self, name: str) -> Any:
        return self.fields[name]

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[_name(number)] for number in range(len(self._columns))]

    @property
    def settings_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("region", "consent_source") if name in self.fields]

    @property
    def call_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("job", "launch", "campaign") if name in self.fields]

    @property
    def call_target(self) -> JobDescription | Campaign | None:
        """The job or the campaign that the import would call for, as the form is now."""
        if self.is_bound:
            return self.cleaned_data.get("campaign") or self.cleaned_data.get("job")
        return self._field("job").queryset.filter(pk=self.initial["job"]).first() if self._may_call else None

    @property
    def starts_calls(self) -> bool:
        """Whether candidates are called without a further step of the user."""
        target = self.call_target
        if isinstance(target, Campaign):
            return target.status == Campaign.Status.RUNNING
        return bool(target and self.is_bound and self.cleaned_data.get("launch") == AT_ONCE)

    @property
    def scheduled_at(self) -> datetime | None:
        """When the chosen campaign starts by itself."""
        target = self.call_target
        if isinstance(target, Campaign) and target.status == Campaign.Status.SCHEDULED:
            return target.starts_at
        return None

    @property
    def start_value(self) -> str:
        """The value of the button that starts the import as the page announces it."""
        target = self.call_target
        if target is None:
            return IMPORT_ONLY
        return f"{target.pk}:{AT_ONCE}" if self.starts_calls else str(target.pk)

    @property
    def chosen_fields(self) -> list[str]:
        return [self.cleaned_data[_name(number)] for number in range(len(self._columns))]

    @property
    def settings(self) -> dict[str, Any]:
        names = ("region", "consent_source", "job", "campaign")
        chosen = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        return chosen | {"launch": self.cleaned_data.get("launch") == AT_ONCE}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("job") and cleaned.get("campaign"):
            self.add_error("campaign", _("Choose a job or a campaign, not both."))
        if not self.errors:
            try:
                check_fields(self.chosen_fields)
            except InvalidMapping as error:
                raise forms.ValidationError(str(error), code=error.code) from None
        return cleaned


def _name(number: int) -> str:
    return f"column_{number}"
