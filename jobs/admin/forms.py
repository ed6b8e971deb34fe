"""Forms for jobs, rubrics and question sets."""

import json
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from jobs import field_limits
from jobs.admin.description_file import DescriptionFileForm
from jobs.admin.question_list import render_questions
from jobs.channels import Channel, phone_only
from jobs.models import JobDescription
from jobs.question_sets import REASON_NEEDED
from jobs.rubric import ANCHOR_LEVELS, MAX_CRITERIA, MAX_CRITERION_WEIGHT, InvalidRubric, validate_rubric
from jobs.spoken_title import title_in_words
from screener.admin.actions import ObjectActionForm
from screener.admin.widgets import EditableTable, LanguageField, PhoneField


def _describe_closing(running_interviews: int) -> str:
    still_open = ngettext("%(count)s interview is not over.", "%(count)s interviews are not over.", running_interviews)
    consequence = gettext(
        "After the job is closed, no further call is placed for them. Each ends, with the answers so far, when its "
        "next call would be due; reopen the job before that to continue it. A call in progress continues."
    )
    return f"{still_open % {'count': running_interviews}} {consequence}"


def digests_of(form: Any) -> str:
    """Digests of the values that the fields of this form have in the database, by the names of the fields."""
    return json.dumps({name: _digest(form.initial.get(name)) for name in form.fields if name in form.initial})


def changed_since(form: Any, seen: str) -> list[str]:
    """The labels of the fields whose values have changed since `seen`. None: `seen` is missing or malformed."""
    try:
        before = dict(json.loads(seen))
    except (TypeError, ValueError):
        return []
    now = json.loads(digests_of(form))
    return [str(form.fields[name].label) for name in now if name in before and before[name] != now[name]]


def _digest(initial: Any) -> str:
    return sha256(repr(initial).encode()).hexdigest()[:DIGEST_LENGTH]


DIGEST_LENGTH = 12


class JobForm(DescriptionFileForm):
    language = LanguageField(label=_("Language"), initial="en")
    description = forms.CharField(
        label=_("Description"),
        max_length=field_limits.MAX_DESCRIPTION_LENGTH,
        widget=UnfoldAdminTextareaWidget({"rows": 12}),
        help_text=_("The questions are written from this text, and answers are scored with it as context."),
        error_messages={"required": _("Describe the job. The questions are written from this text.")},
    )

    callback_number = PhoneField(
        label=_("Callback number"),
        required=False,
        help_text=JobDescription._meta.get_field("callback_number").help_text,
    )

    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=Channel.choices,
        initial=phone_only,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("How interviews for this job may be held. In writing and in the room, the candidate begins."),
    )

    attempt_spacing = SimpleArrayField(
        forms.IntegerField(min_value=1, max_value=field_limits.MAX_SPACING_MINUTES),
        label=_("Attempt spacing"),
        max_length=field_limits.MAX_ATTEMPTS - 1,
        required=False,
        widget=UnfoldAdminTextInputWidget({"placeholder": "30, 240, 1440"}),
        help_text=JobDescription._meta.get_field("attempt_spacing").help_text,
    )

    class Meta:
        model = JobDescription
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_stale = False
        shown = self._meta.fields  # those of the fieldsets, on a page of the admin
        if isinstance(shown, list):
            self.fields = {name: field for name, field in self.fields.items() if name in shown}
        if "spoken_title" in self.fields and self.instance.title:
            self.fields["spoken_title"].widget.attrs["placeholder"] = title_in_words(self.instance.title)
        if "is_open" in self.fields and (running_interviews := self._running_interviews()):
            self.fields["is_open"].help_text = _describe_closing(running_interviews)

    @property
    def seen(self) -> str:
        """Digests of the fields as the page was opened. The page sends them back, so that no change is overwritten."""
        return str(self.data.get("seen", "")) if self.is_bound and not self._is_stale else digests_of(self)

    def _running_interviews(self) -> int:
        live_statuses = ["pending", "in_progress"]
        return 0 if self.instance._state.adding else self.instance.interviews.filter(status__in=live_statuses).count()

    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean() or self.cleaned_data
        if changed := changed_since(self, str(self.data.get("seen", ""))):
            self._is_stale = True
            raise ValidationError(
                gettext(
                    "Another user changed this job meanwhile (%(fields)s). Nothing was overwritten. Compare with the "
                    "job's page; if you save again, what you entered counts."
                )
                % {"fields": ", ".join(changed)}
            )
        hire_at, consider_at = cleaned_data.get("hire_at"), cleaned_data.get("consider_at")
        if hire_at is not None and consider_at is not None and hire_at < consider_at:
            self.add_error(
                "hire_at",
                gettext("Must not be below “consider at” (%(consider_at)s). Raise it, or lower “consider at”.")
                % {"consider_at": consider_at},
            )
        return cleaned_data


class ApprovalForm(ObjectActionForm):
    """Shows the questions, and asks for a reason where they have warnings. The subject is a job or a question set."""

    reason = forms.CharField(
        label=_("Why these questions are lawful and needed"),
        max_length=field_limits.MAX_REASON_LENGTH,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    shown_set = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        job_or_set = self.subject
        question_set = job_or_set.draft_questions if isinstance(job_or_set, JobDescription) else job_or_set
        self.current_id = str(question_set.pk) if question_set else ""
        self.fields["shown_set"].initial = self.current_id
        self.preface = render_questions(question_set) or ""
        if question_set and question_set.all_warnings:
            self.fields["reason"].help_text = gettext(REASON_NEEDED)
        else:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Refuse questions that replaced the ones on the page that the user read."""
        cleaned_data = super().clean() or self.cleaned_data
        if cleaned_data.get("shown_set") not in ("", self.current_id):
            self.data = dict(self.data.items()) | {"shown_set": self.current_id}
            raise ValidationError(
                gettext("The questions have been replaced since you opened this page. Read the new ones.")
            )
        return cleaned_data


class WritingForm(ObjectActionForm):
    count = forms.IntegerField(
        label=_("Number of questions"),
        required=False,
        min_value=1,
        max_value=field_limits.MAX_WRITTEN_QUESTIONS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Five to seven fit a first interview. The type of interview sets how many are technical."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["count"].initial = self.subject.question_count


class CriterionForm(forms.Form):
    key = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=100, widget=UnfoldAdminTextInputWidget)
    weight = forms.FloatField(
        label=_("Weight"),
        max_value=MAX_CRITERION_WEIGHT,
        initial=1,
        widget=UnfoldAdminDecimalFieldWidget({"step": "any"}),
    )
    anchor_2 = forms.CharField(label=_("A 2 is"), max_length=500, widget=UnfoldAdminExpandableTextareaWidget)
    anchor_5 = forms.CharField(label=_("A 5 is"), max_length=500, widget=UnfoldAdminExpandableTextareaWidget)
    anchor_9 = forms.CharField(label=_("A 9 is"), max_length=500, widget=UnfoldAdminExpandableTextareaWidget)

    def to_criterion(self) -> dict[str, Any]:
        row_values = self.cleaned_data
        key = row_values["key"] or slugify(row_values["name"]).replace("-", "_")[:50] or row_values["name"][:50]
        anchors = {level: row_values[f"anchor_{level}"] for level in ANCHOR_LEVELS}
        return {"key": key, "name": row_values["name"], "weight": row_values["weight"], "anchors": anchors}


class CriteriaSheet(EditableTable):
    """`seen`: the digest of the criteria when the page was opened. The page sends it along."""

    @property
    def seen(self) -> str:
        return _digest(self.initial)

    def clean(self) -> None:
        """Validate the rubric as a whole once every row is valid."""
        if any(self.errors):
            return
        if self.data.get("seen", self.seen) != self.seen:
            raise ValidationError(
                gettext(
                    "Another user changed the rubric meanwhile. Nothing was overwritten. If you save again, what you "
                    "entered counts."
                )
            )
        try:
            self.rubric = validate_rubric(
                [form.to_criterion() for form in self.kept_forms if isinstance(form, CriterionForm)]
            )
        except InvalidRubric as error:
            raise ValidationError(str(error)) from None

    @property
    def cleaned_data(self) -> list[dict[str, Any]]:
        return self.rubric


RubricSheet = forms.formset_factory(
    CriterionForm, formset=CriteriaSheet, extra=1, can_order=True, can_delete=True, max_num=MAX_CRITERIA
)


def rubric_form(data: Any, *, subject: JobDescription) -> Any:
    return RubricSheet(data, initial=criterion_rows(subject.rubric))


def criterion_rows(rubric: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the criteria as the rows of a sheet."""
    return [
        {key: criterion.get(key) for key in ("key", "name", "weight")}
        | {f"anchor_{level}": criterion.get("anchors", {}).get(level, "") for level in ANCHOR_LEVELS}
        for criterion in rubric
    ]
