"""The question bank in the admin: list, form, review, import and export."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.enums import ActionVariant

from jobs.admin.bank_forms import (
    BankApprovalForm,
    BankImportForm,
    BankQuestionForm,
    BankTextForm,
    BankTextSheet,
    DifficultyForm,
    RetirementForm,
)
from jobs.api.bank import BankQuestionSerializer
from jobs.bank.editing import add_question, change_question
from jobs.bank.files.importing import BankImportReport, import_questions
from jobs.bank.files.writing import bank_response
from jobs.bank.search import language_condition, words_condition
from jobs.interview_languages import interview_languages
from jobs.models import BankEvent, BankQuestion, BankText, BankUsage, Weakness
from screener.admin.actions import object_action, page_button
from screener.admin.base import ReadOnlyInline, ScreenerAdmin, badge
from screener.documents.table_file import InvalidTableFile
from screener.models import InvalidTransition

STATUS_COLOURS = {"draft": "warning", "approved": "success", "retired": "default"}
ERRORS_NAMED = 20
MOST_AT_ONCE = 500
EXPORTS = ("csv", "json")
NO_FIGURE = "\N{EN DASH}"


class LanguageFilter(admin.SimpleListFilter):
    """Offers the languages of interviews. Reading those of the texts would cost a pass over the table."""

    title = _("Language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tag, gettext(name)) for tag, name in interview_languages.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(language_condition(self.value() or "")) if self.value() else queryset


class WeaknessFilter(admin.SimpleListFilter):
    title = _("Worth a look")
    parameter_name = "weakness"
    ANY = "any"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(self.ANY, _("For any reason")), *Weakness.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        if not wanted:
            return queryset
        if wanted == self.ANY:
            return queryset.filter(usage__weaknesses__len__gt=0)
        return queryset.filter(usage__weaknesses__contains=[wanted])


class BankTextInline(StackedInline):  # type: ignore[misc]
    model = BankText
    form = BankTextForm
    formset = BankTextSheet
    extra = 0
    min_num = 1
    verbose_name = _("Language")
    verbose_name_plural = _("texts")


class BankEventInline(ReadOnlyInline):
    model = BankEvent
    verbose_name_plural = _("history")
    fields = ["created_at", "kind", "actor", "reason", "difficulty_before", "difficulty_after", "answers"]
    readonly_fields = ["created_at", "kind"]
    ordering = ["-created_at"]


@admin.register(BankQuestion)
class BankQuestionAdmin(ScreenerAdmin):
    """Questions are retired, not deleted: jobs and statistics refer to them."""

    form = BankQuestionForm
    list_display = [
        "question",
        "family",
        "kind",
        "difficulty",
        "status_badge",
        "languages",
        "times_asked",
        "skipped_share",
        "mean_score",
        "worth_a_look",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("family", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("difficulty", ChoicesDropdownFilter),
        LanguageFilter,
        WeaknessFilter,
    ]
    search_fields = ["=id"]
    search_help_text = _("Words of the question or its competency, or a tag")
    fields = ["family", ("kind", "difficulty"), "tags", "state", "source", "difficulty_source", "usage_table"]
    readonly_fields = ["state", "source", "difficulty_source", "usage_table"]
    inlines = [BankTextInline, BankEventInline]
    actions = ["approve_chosen", "retire_chosen"]
    actions_list = ["import_questions", "export_csv_file", "export_json_file"]
    actions_detail = ["approve", "retire", "reopen", "set_difficulty"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("usage").prefetch_related("texts")

    def get_inlines(self, request: HttpRequest, obj: BankQuestion | None) -> list[Any]:
        return [BankTextInline, BankEventInline] if obj else [BankTextInline]

    def get_fields(self, request: HttpRequest, obj: BankQuestion | None = None) -> Any:
        return self.fields if obj else self.fields[:3]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: BankQuestion | None = None) -> bool:
        is_retired = obj is not None and obj.status == BankQuestion.Status.RETIRED
        return bool(super().has_change_permission(request, obj)) and not is_retired

    def search_conditions(self, request: HttpRequest, term: str) -> list[Q]:
        conditions = super().search_conditions(request, term)
        return [*conditions, words_condition(term), Q(tags__contains=[term.lower()])]

    def get_urls(self) -> list[Any]:
        urls = [
            path(
                f"bank.{extension}",
                self.admin_site.admin_view(partial(self.bank_file_view, extension=extension)),
                name=f"jobs_bankquestion_bank_{extension}",
            )
            for extension in EXPORTS
        ]
        return [*urls, *super().get_urls()]

    def bank_file_view(self, request: HttpRequest, extension: str) -> HttpResponseBase:
        """Send the whole bank in the form that the import reads."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return bank_response(BankQuestion.objects.order_by("family", "created_at", "pk"), extension)

    def save_model(self, request: HttpRequest, obj: BankQuestion, form: Any, change: bool) -> None:
        """The question is saved with its texts."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        texts = next(formset for formset in formsets if isinstance(formset, BankTextSheet))
        entry, by = texts.entry_with(form.cleaned_data), request.user.get_username()
        if change:
            change_question(form.instance, entry, by=by)
        else:
            form.instance.pk = add_question(entry, by=by).pk

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """The history of the question names the changes. The formsets are not saved one by one."""
        return super().construct_change_message(request, form, None, add)

    @admin.display(description=_("Question"))
    def question(self, question: BankQuestion) -> str:
        return str(question)

    @admin.display(description=_("Languages"))
    def languages(self, question: BankQuestion) -> str:
        return ", ".join(question.languages)

    @badge(_("Status"), STATUS_COLOURS, ordering="status")
    def status_badge(self, question: BankQuestion) -> tuple[str, str]:
        return question.status, question.get_status_display()

    @admin.display(description=_("Status"))
    def state(self, question: BankQuestion) -> str:
        return question.get_status_display()

    @admin.display(description=_("Asked"), ordering=Coalesce("usage__asked", 0))
    def times_asked(self, question: BankQuestion) -> int:
        usage = usage_of(question)
        return usage.asked if usage else 0

    @admin.display(description=_("Left out"))
    def skipped_share(self, question: BankQuestion) -> str:
        usage = usage_of(question)
        return f"{100 * usage.skipped / usage.asked:.0f} %" if usage and usage.asked else NO_FIGURE

    @admin.display(description=_("Mean score"), ordering=Coalesce("usage__mean_score", -1.0))
    def mean_score(self, question: BankQuestion) -> str:
        usage = usage_of(question)
        if usage is None or usage.mean_score is None:
            return NO_FIGURE
        return f"{number_format(usage.mean_score, 1)} ({usage.scored})"

    @admin.display(description=_("Worth a look"))
    def worth_a_look(self, question: BankQuestion) -> str:
        usage = usage_of(question)
        return ", ".join(map(str, usage.weakness_labels)) if usage else ""

    @admin.display(description=_("Usage"))
    def usage_table(self, question: BankQuestion) -> str:
        return render_to_string("admin/jobs/bank_usage.html", {"usage": usage_of(question)})

    @object_action(
        _("Approve"),
        explanation=_("From now on the question is picked for jobs that it fits."),
        permission="jobs.change_bankquestion",
        icon="check",
        form=BankApprovalForm,
        is_available=lambda question: question.status != BankQuestion.Status.APPROVED,
        variant=ActionVariant.PRIMARY,
    )
    def approve(self, request: HttpRequest, question: BankQuestion, form_data: dict[str, Any]) -> str:
        question.approve(by=request.user.get_username(), reason=form_data.get("reason", ""))
        return gettext("The question is approved.")

    @object_action(
        _("Retire"),
        explanation=_("The question is picked for no further job. Jobs that ask it keep it."),
        permission="jobs.change_bankquestion",
        icon="archive",
        form=RetirementForm,
        is_available=lambda question: question.status != BankQuestion.Status.RETIRED,
    )
    def retire(self, request: HttpRequest, question: BankQuestion, form_data: dict[str, Any]) -> str:
        question.retire(by=request.user.get_username(), reason=form_data["reason"])
        return gettext("The question is retired.")

    @object_action(
        _("Reopen"),
        explanation=_("The question becomes a draft, which can be changed and approved."),
        permission="jobs.change_bankquestion",
        icon="undo",
        is_available=lambda question: question.status == BankQuestion.Status.RETIRED,
    )
    def reopen(self, request: HttpRequest, question: BankQuestion, form_data: dict[str, Any]) -> str:
        question.reopen(by=request.user.get_username())
        return gettext("The question is a draft again.")

    @object_action(
        _("Set the difficulty"),
        explanation=_("Your choice is kept whatever the answers say. The question stays in use."),
        permission="jobs.change_bankquestion",
        icon="tune",
        form=DifficultyForm,
    )
    def set_difficulty(self, request: HttpRequest, question: BankQuestion, form_data: dict[str, Any]) -> str:
        question.set_difficulty(form_data["difficulty"], by=request.user.get_username())
        return gettext("The difficulty was saved.")

    @admin.action(description=_("Approve"), permissions=["change"])
    def approve_chosen(self, request: HttpRequest, chosen: QuerySet[BankQuestion]) -> None:
        """Approve the questions one by one. Questions that need a reason are left unchanged and named in a message."""
        approved = 0
        for question in chosen[:MOST_AT_ONCE]:
            try:
                question.approve(by=request.user.get_username())
                approved += 1
            except InvalidTransition as error:
                messages.warning(request, f"{question}: {error}")
        text = ngettext("%(count)s question is approved.", "%(count)s questions are approved.", approved)
        messages.success(request, text % {"count": approved})

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire_chosen(self, request: HttpRequest, chosen: QuerySet[BankQuestion]) -> None:
        """Retire the questions. Their weaknesses are the reason in the history."""
        questions = chosen[:MOST_AT_ONCE]
        for question in questions:
            question.retire(by=request.user.get_username(), reason=self.worth_a_look(question))
        text = ngettext("%(count)s question is retired.", "%(count)s questions are retired.", len(questions))
        messages.success(request, text % {"count": len(questions)})

    @page_button(_("Export as CSV"), permission="jobs.view_bankquestion", icon="download")
    def export_csv_file(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:jobs_bankquestion_bank_csv"))

    @page_button(_("Export as JSON"), permission="jobs.view_bankquestion", icon="download")
    def export_json_file(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:jobs_bankquestion_bank_json"))

    @page_button(_("Import"), permission="jobs.add_bankquestion", icon="upload_file")
    def import_questions(self, request: HttpRequest) -> HttpResponse:
        list_url = reverse("admin:jobs_bankquestion_changelist")

        def act(form_data: dict[str, Any]) -> tuple[str, str]:
            by = request.user.get_username()
            try:
                report = import_questions(form_data["file"], BankQuestionSerializer, by=by)
            except InvalidTableFile as error:
                raise InvalidTransition(str(error)) from None
            if report.refused:
                self.message_user(request, _refused_rows(report), messages.WARNING)
            counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
            return gettext("Added: %(added)s, changed: %(changed)s, unchanged: %(unchanged)s.") % counts, list_url

        return self.form_page(
            request,
            lambda data: BankImportForm(data, files=request.FILES or None),
            act,
            title=gettext("Import questions"),
            explanation=gettext(
                "The file has the form of an export. New questions and changed ones are drafts until you approve them. "
                "A question that the bank has already, by meaning, is refused."
            ),
            back_url=list_url,
            submit_label=gettext("Import"),
        )


def usage_of(question: BankQuestion) -> BankUsage | None:
    """None: not asked, or not counted yet."""
    return getattr(question, "usage", None)


def _refused_rows(report: BankImportReport) -> str:
    named = "; ".join(
        gettext("row %(row)s: %(problem)s") % {"row": error.row, "problem": error.message.rstrip(".")}
        for error in report.refused[:ERRORS_NAMED]
    )
    refused = gettext("These rows were refused. Correct them and import them again: %(errors)s.") % {"errors": named}
    others = len(report.refused) - ERRORS_NAMED
    return f"{refused} {gettext('And %(count)s more.') % {'count': others}}" if others > 0 else refused
