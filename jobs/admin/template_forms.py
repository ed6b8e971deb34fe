"""Forms of interview templates."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from jobs import field_limits
from jobs.admin.bank_forms import TagsField
from jobs.admin.forms import CriteriaSheet, CriterionForm, JobForm, criterion_rows
from jobs.bank.families import Family, QuestionKind
from jobs.channels import Channel
from jobs.interview_languages import interview_languages
from jobs.models import JobDescription, Template, TemplateUse, TemplateVersion
from jobs.models.template import JOB_SETTINGS, MAX_PARTS, MAX_SEED_LENGTH
from jobs.rubric import MAX_CRITERIA
from jobs.templates.filling import choose_questions
from jobs.templates.parts import (
    ANY_DIFFICULTY,
    DIFFICULTIES,
    InvalidParts,
    TemplatePart,
    check_parts,
)
from screener.access.viewer import Viewer
from screener.admin.actions import ObjectActionForm
from screener.admin.record_form import form_of
from screener.admin.widgets import EditableTable, SafeAutocomplete
from screener.labels import Label
from screener.models import InvalidTransition

ANY = ("", _("Any"))
AS_THE_JOB = ("", _("As the job has it"))
YES_OR_NO = {"yes": True, "no": False}


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Template
        fields = ["name", "interview_type", "in_use"]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if Template.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext("Another template has this name. Choose another one."))
        return name


class PartForm(form_of(TemplatePart)):  # type: ignore[misc]  # a class that is made at run time
    field_order = ("count", "kind", "difficulty", "family", "tags", "text", "language", "competency", "good_answer")

    kind = forms.ChoiceField(
        label=_("Type"), choices=[ANY, *QuestionKind.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty"),
        choices=[*DIFFICULTIES.items()],
        coerce=int,
        initial=ANY_DIFFICULTY,
        widget=UnfoldAdminSelectWidget,
    )
    family = forms.ChoiceField(
        label=_("Occupations"),
        choices=[("", _("Those of the job")), *Family.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    tags = TagsField()
    language = forms.ChoiceField(label=_("Language"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tags = sorted({*interview_languages, str(self.initial.get("language", ""))} - {""})
        languages: Any = self.fields["language"]
        languages.choices = [("", "-"), *((tag, tag) for tag in tags)]

    def to_part(self) -> TemplatePart:
        return TemplatePart.from_json({name: self.cleaned_data[name] for name in TemplatePart.model_fields})


class PartSheet(EditableTable):
    def clean(self) -> None:
        """Check the parts together once every row is valid."""
        if any(self.errors):
            return
        self.parts = [form.to_part() for form in self.kept_forms if isinstance(form, PartForm)]
        try:
            check_parts(self.parts)
        except InvalidParts as error:
            raise ValidationError(str(error)) from None

    @property
    def cleaned_data(self) -> Any:
        return self.parts


class OptionalCriteriaSheet(CriteriaSheet):
    """Without a row the template has no rubric, and the job keeps its own."""

    def clean(self) -> None:
        if any(self.errors):
            return
        self.rubric = []
        if self.kept_forms:
            super().clean()


PartsSheet = forms.formset_factory(
    PartForm, formset=PartSheet, extra=2, can_order=True, can_delete=True, max_num=MAX_PARTS, validate_max=True
)
TemplateRubricSheet = forms.formset_factory(
    CriterionForm, formset=OptionalCriteriaSheet, extra=2, can_order=True, can_delete=True, max_num=MAX_CRITERIA
)


def parts_form(data: Any, *, subject: Template) -> Any:
    rows = [part.to_json() | {"tags": list(part.tags)} for part in subject.current_version.parts]
    return PartsSheet(data, initial=rows)


def template_rubric_form(data: Any, *, subject: Template) -> Any:
    return TemplateRubricSheet(data, initial=criterion_rows(subject.current_version.rubric or []))


class SettingsForm(ObjectActionForm):
    """The settings of a job that the template has. An empty field leaves it to the job."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=field_limits.MAX_REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text=TemplateVersion._meta.get_field("note").help_text,
    )

    def __init__(self, *args: Any, subject: Template, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        settings = subject.current_version.settings
        own = {name: setting_field(name, settings[name]) for name in JOB_SETTINGS}
        self.fields = own | self.fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return cleaned | {name: None for name in JOB_SETTINGS if cleaned.get(name) in ("", [])}


def setting_label(name: str) -> str:
    return str(capfirst(TemplateVersion._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def setting_field(name: str, present: Any) -> forms.Field:
    """Return a form field that may be left empty, with the present value of the setting."""
    field: Any = TemplateVersion._meta.get_field(name)
    options = {"label": setting_label(name), "help_text": field.help_text, "required": False, "initial": present}
    if name == "channels":
        return forms.MultipleChoiceField(
            choices=Channel.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget, **options
        )
    if isinstance(field, models.BooleanField):
        texts = {True: "yes", False: "no", None: ""}
        choices = [AS_THE_JOB, ("yes", _("Yes")), ("no", _("No"))]
        chosen = options | {"initial": texts[present]}
        return forms.TypedChoiceField(
            choices=choices, coerce=YES_OR_NO.__getitem__, empty_value=None, widget=UnfoldAdminSelectWidget, **chosen
        )
    if name == "attempt_spacing":
        minutes = forms.IntegerField(min_value=1, max_value=field_limits.MAX_SPACING_MINUTES)
        return SimpleArrayField(
            minutes, max_length=field_limits.MAX_ATTEMPTS - 1, widget=UnfoldAdminTextInputWidget, **options
        )
    number: Any = field.formfield(widget=UnfoldAdminIntegerFieldWidget, **options)
    return number  # type: ignore[no-any-return]


def _job_select() -> SafeAutocomplete:
    return SafeAutocomplete(TemplateUse._meta.get_field("job"), admin.site)


class SeedField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Seed"),
            required=False,
            max_length=MAX_SEED_LENGTH,
            widget=UnfoldAdminTextInputWidget,
            help_text=_("Repeats an earlier choice of questions. Empty: a new choice."),
            **options,
        )


class JobToFillForm(ObjectActionForm):
    job = forms.ModelChoiceField(JobDescription.objects.none(), label=_("Job"))
    seed = SeedField()

    def __init__(self, data: Any = None, *, viewer: Viewer) -> None:
        super().__init__(data)
        jobs: Any = self.fields["job"]
        jobs.widget = _job_select()
        jobs.queryset = JobDescription.objects.visible_to(viewer)


def templates_in_use() -> models.QuerySet[Template]:
    return Template.objects.filter(in_use=True).order_by("name")


class TemplateChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self, *, help_text: Label = "", required: bool = True) -> None:
        super().__init__(
            templates_in_use(),
            label=_("Template"),
            required=required,
            widget=UnfoldAdminSelectWidget,
            help_text=help_text,
        )


class TemplateToUseForm(ObjectActionForm):
    template = TemplateChoice()
    seed = SeedField()


class RubricSourceForm(ObjectActionForm):
    """Asks for the template or the job whose rubric is copied."""

    template = forms.ModelChoiceField(
        Template.objects.none(), label=_("Template"), required=False, widget=UnfoldAdminSelectWidget
    )
    job = forms.ModelChoiceField(JobDescription.objects.none(), label=_("Job"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        templates: Any = self.fields["template"]
        jobs: Any = self.fields["job"]
        versions = TemplateVersion.objects.filter(rubric__isnull=False).values("template")
        templates.queryset = Template.objects.filter(pk__in=versions).order_by("name")
        jobs.widget = _job_select()
        jobs.queryset = JobDescription.objects.visible_to(self.subject.viewer)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        template, job = cleaned.get("template"), cleaned.get("job")
        if bool(template) == bool(job) and not self.errors:
            raise ValidationError(gettext("Choose a template or a job."))
        if template and not template.current_version.rubric:
            raise ValidationError(gettext("This template has no rubric any more. Choose another one."))
        return cleaned


class NewJobForm(JobForm):
    """A job's form. A new job may start from a template: the choice is tried before the job is saved."""

    template = TemplateChoice(
        required=False,
        help_text=_(
            "The questions come from this template, also those about eligibility. Its rubric and its settings replace "
            "those of this form, where it has any. Without a template, the questions are written from the description."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seed = ""
        if not self.instance._state.adding:
            self.fields.pop("template", None)

    @cached_property
    def template_version(self) -> TemplateVersion | None:
        template = self.cleaned_data.get("template")
        return template.current_version if template else None

    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean()
        described = {name: cleaned_data.get(name) for name in ("title", "description", "language")}
        if self.template_version and all(described.values()):
            try:
                self.seed = choose_questions(JobDescription(**described), self.template_version).seed
            except InvalidTransition as error:
                self.add_error("template", str(error))
        return cleaned_data
