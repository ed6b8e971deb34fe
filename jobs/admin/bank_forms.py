"""Forms of the question bank."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from jobs.bank.editing import DuplicateQuestion, find_duplicate
from jobs.bank.entry import BankEntry, entry_from
from jobs.field_limits import MAX_REASON_LENGTH
from jobs.models import BankQuestion, BankText, bank
from screener.admin.actions import ObjectActionForm
from screener.records import MAX_GOOD_ANSWER_LENGTH


class TagsField(SimpleArrayField):
    def __init__(self, **options: Any) -> None:
        tag = forms.CharField(max_length=bank.MAX_TAG_LENGTH)
        fixed: dict[str, Any] = {"label": _("Tags"), "required": False, "widget": UnfoldAdminTextInputWidget}
        super().__init__(tag, max_length=bank.MAX_TAGS, **fixed, **options)


class BankQuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    tags = TagsField(help_text=BankQuestion._meta.get_field("tags").help_text)

    class Meta:
        model = BankQuestion
        fields = ["family", "kind", "difficulty", "tags"]


class BankTextForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.RegexField(
        r"^[a-z]{2,3}$",
        label=_("Language"),
        widget=UnfoldAdminTextInputWidget,
        error_messages={"invalid": _("Enter a language tag without a region, such as en or de.")},
    )
    text = forms.CharField(
        label=_("Question"), max_length=bank.MAX_TEXT_LENGTH, widget=UnfoldAdminTextareaWidget({"rows": 2})
    )
    good_answer = forms.CharField(
        label=_("What a good answer shows"),
        max_length=MAX_GOOD_ANSWER_LENGTH,
        required=False,
        widget=UnfoldAdminExpandableTextareaWidget,
    )
    keywords = SimpleArrayField(
        forms.CharField(max_length=bank.MAX_KEYWORD_LENGTH),
        label=_("Keywords"),
        max_length=bank.MAX_KEYWORDS,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=BankText._meta.get_field("keywords").help_text,
    )

    class Meta:
        model = BankText
        fields = ["language", "text", "competency", "good_answer", "keywords"]

    def clean_text(self) -> str:
        return " ".join(str(self.cleaned_data["text"]).split())


class BankTextSheet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """The texts of a question. Refuses a text that another question has, by meaning."""

    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if self._is_kept(form)]
        if any(self.errors):
            return
        if not kept:
            raise ValidationError(gettext("Write the question in at least one language."))
        if len({row["language"] for row in kept}) < len(kept):
            raise ValidationError(gettext("A language occurs twice."))
        self.texts: list[dict[str, Any]] = kept
        for row in kept:
            self._refuse_duplicate(row["language"], row["text"])

    def entry_with(self, fields: dict[str, Any]) -> BankEntry:
        """Return the whole question. Call it after validation."""
        return entry_from(fields | {"texts": self.texts})

    def _is_kept(self, form: forms.BaseForm) -> bool:
        cleaned: dict[str, Any] = getattr(form, "cleaned_data", {})
        return bool(cleaned.get("text")) and not cleaned.get("DELETE")

    def _refuse_duplicate(self, language: str, text: str) -> None:
        if duplicate := find_duplicate(language, text, besides=self.instance.pk):
            raise ValidationError(str(DuplicateQuestion(duplicate)))


class BankApprovalForm(ObjectActionForm):
    """Asks for a reason where the question is about what employers must not ask."""

    reason = forms.CharField(
        label=_("Why the question is lawful and needed"),
        max_length=MAX_REASON_LENGTH,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.subject.unlawful_topics:
            del self.fields["reason"]


class RetirementForm(ObjectActionForm):
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=MAX_REASON_LENGTH, widget=UnfoldAdminTextInputWidget
    )


class DifficultyForm(ObjectActionForm):
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty"),
        required=False,
        choices=[("", _("From the answers")), *BankQuestion.Difficulty.choices],
        coerce=int,
        empty_value=None,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.subject.difficulty_source == BankQuestion.DifficultySource.PERSON:
            self.fields["difficulty"].initial = self.subject.difficulty


class BankImportForm(ObjectActionForm):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # refused when it is read, with a better message
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("CSV or JSON in UTF-8, at most 5 MB and 2,000 questions."),
    )
