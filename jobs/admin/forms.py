"""The forms of a job: what it is, its rubric and its questions."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from jobs import field_limits
from jobs.models import JobDescription
from jobs.question_sets import shown_questions
from jobs.rubric import HEAVIEST, LEVELS, MOST_CRITERIA, NotARubric, checked_rubric
from screener.admin.record_form import form_of
from screener.admin.widgets import LanguageField, Sheet
from screener.records import QuestionSpec


class JobForm(forms.ModelForm):  # type: ignore[type-arg]
    language = LanguageField(initial="en")
    description = forms.CharField(
        max_length=field_limits.LONGEST_DESCRIPTION,
        widget=UnfoldAdminTextareaWidget({"rows": 12}),
        help_text="Questions are written from this text, and answers are judged beside it.",
        error_messages={"required": "Describe the job: its questions are written from this text."},
    )

    attempt_spacing = SimpleArrayField(
        forms.IntegerField(min_value=1, max_value=field_limits.LONGEST_SPACING),
        max_length=field_limits.MOST_ATTEMPTS - 1,
        required=False,
        widget=UnfoldAdminTextInputWidget({"placeholder": "30, 240, 1440"}),
        help_text=JobDescription._meta.get_field("attempt_spacing").help_text,
    )

    class Meta:
        model = JobDescription
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets say which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "is_open" in self.fields and (running := self._running_interviews()):
            self.fields["is_open"].help_text = (
                f"{running} of its interviews {'is' if running == 1 else 'are'} not over. Once the job is closed "
                "nobody is called for them any more: each ends, with what was said until then, when its next call "
                "would be due. Open the job again before that to have them held after all. A call that runs goes on."
            )

    def _running_interviews(self) -> int:
        live = ["pending", "in_progress"]
        return 0 if self.instance._state.adding else self.instance.interviews.filter(status__in=live).count()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        hire, consider = cleaned.get("hire_at"), cleaned.get("consider_at")
        if hire is not None and consider is not None and hire < consider:
            self.add_error("hire_at", f"Must not be below “consider at” ({consider}). Raise it, or lower the other.")
        return cleaned


class CriterionForm(forms.Form):
    key = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)
    name = forms.CharField(max_length=100, widget=UnfoldAdminTextInputWidget)
    weight = forms.FloatField(max_value=HEAVIEST, initial=1, widget=UnfoldAdminDecimalFieldWidget({"step": "any"}))
    anchor_2 = forms.CharField(label="A 2 is", max_length=500, widget=UnfoldAdminExpandableTextareaWidget)
    anchor_5 = forms.CharField(label="A 5 is", max_length=500, widget=UnfoldAdminExpandableTextareaWidget)
    anchor_9 = forms.CharField(label="A 9 is", max_length=500, widget=UnfoldAdminExpandableTextareaWidget)

    def criterion(self) -> dict[str, Any]:
        given = self.cleaned_data
        key = given["key"] or slugify(given["name"]).replace("-", "_")[:50] or given["name"][:50]
        anchors = {level: given[f"anchor_{level}"] for level in LEVELS}
        return {"key": key, "name": given["name"], "weight": given["weight"], "anchors": anchors}


class CriteriaSheet(Sheet):
    def clean(self) -> None:
        """The rows' own errors say enough; the rubric as a whole is judged once each row is right."""
        if any(self.errors):
            return
        try:
            self.rubric = checked_rubric([form.criterion() for form in self.kept if isinstance(form, CriterionForm)])
        except NotARubric as error:
            raise ValidationError(str(error)) from None

    @property
    def cleaned_data(self) -> list[dict[str, Any]]:
        return self.rubric


QuestionSheet = forms.formset_factory(
    form_of(QuestionSpec),
    formset=Sheet,
    extra=2,
    can_order=True,
    can_delete=True,
    min_num=1,
    validate_min=True,
    max_num=field_limits.MOST_QUESTIONS,
    validate_max=True,
)
RubricSheet = forms.formset_factory(
    CriterionForm, formset=CriteriaSheet, extra=1, can_order=True, can_delete=True, max_num=MOST_CRITERIA
)


def questions_form(data: Any, *, subject: JobDescription) -> Any:
    """Starts from the draft, else from the questions in force."""
    start_from = shown_questions(subject)
    rows = [question.to_json() for question in start_from.questions] if start_from else None
    messages = {
        "too_few_forms": "Ask at least one question.",
        "too_many_forms": f"Ask at most {field_limits.MOST_QUESTIONS}.",
    }
    return QuestionSheet(data, initial=rows, error_messages=messages)


def rubric_form(data: Any, *, subject: JobDescription) -> Any:
    rows = [
        {key: one.get(key) for key in ("key", "name", "weight")}
        | {f"anchor_{level}": one.get("anchors", {}).get(level, "") for level in LEVELS}
        for one in subject.rubric
    ]
    return RubricSheet(data, initial=rows)
