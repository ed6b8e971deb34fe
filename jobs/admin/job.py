"""Admin pages of jobs and question sets."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.enums import ActionVariant

from jobs.admin.description_file import FILE_FIELD
from jobs.admin.editors.eligibility import show_eligibility_editor
from jobs.admin.editors.questions import show_question_editor
from jobs.admin.forms import ApprovalForm, WritingForm, rubric_form
from jobs.admin.question_list import render_questions
from jobs.admin.template_forms import NewJobForm
from jobs.admin.template_use import TemplatePages
from jobs.field_limits import FormPart
from jobs.models import JobDescription, QuestionSet, TemplateUse
from jobs.question_sets import approve_question_set, question_set_to_approve
from jobs.templates.filling import fill_job
from screener.access.viewer import VIEW_CONTACT_DATA
from screener.admin.actions import object_action, page_button
from screener.admin.base import Alternative, ReadOnlyAdmin, badge, count_related, return_address
from screener.costs.monthly_budget import spent_budget_reason
from screener.costs.totals import ModelCost, PhoneCost, phone_costs_by
from screener.models.retention import PERIOD_FIELDS

EDIT_PAGE = "jobs_jobdescription_edit"
QUESTIONS_COLOURS = {
    "none": "default",
    "pending": "info",
    "ready": "warning",
    "approved": "success",
    "failed": "danger",
    "draft": "warning",
    "retired": "default",
}


def approve_and_message(question_set: QuestionSet, request: HttpRequest, *, reason: str) -> str:
    approve_question_set(question_set, by=request.user.get_username(), reason=reason)
    return gettext("Version %(version)s of the questions is approved. New interviews use it.") % {
        "version": question_set.version
    }


def with_file_field(fieldset: Any, *, at: int) -> Any:
    """Return the fieldset with the file that fills in title and description: before them, or after them."""
    name, options = fieldset
    fields = options["fields"]
    return name, options | {"fields": [*fields[:at], FILE_FIELD, *fields[at:]]}


def with_template_field(fieldset: Any) -> Any:
    """Return the fieldset with the template after its last field."""
    name, options = fieldset
    return name, options | {"fields": [*options["fields"], "template"]}


@admin.register(JobDescription)
class JobAdmin(TemplatePages):
    form = NewJobForm
    change_form_before_template = "admin/jobs/seen.html"
    change_form_outer_before_template = "desk/steps/of_form.html"
    cascaded_models = (QuestionSet, TemplateUse)
    list_display = ["title", "language", "questions_state", "is_open", "interviews_so_far", "created_at"]
    list_filter = ["is_open", ("questions_status", ChoicesDropdownFilter), "language"]
    search_fields = ["title", "description", "=id"]
    readonly_fields = [
        "questions_status",
        "questions_error",
        "draft_table",
        "approved_table",
        "rubric_table",
        "waiting_reason",
        "cost_summary",
    ]
    actions_detail = [
        "approve_questions",
        "write_questions",
        "members",
        {
            "title": _("Edit"),
            "icon": "edit",
            "items": ["edit_questions", "edit_eligibility", "start_from_template", "edit_rubric", "copy_rubric"],
        },
    ]
    pace_fields = [("max_attempts", "attempt_spacing"), ("max_concurrent_calls", "calls_per_day")]
    description_fieldsets = (
        (None, {"fields": ["title", "description", ("language", "interview_type"), "is_open"]}),
        (_("Scoring"), {"fields": [("hire_at", "consider_at"), "minimum_coverage", "blind_review"]}),
        (
            _("Calling"),
            {
                "fields": [
                    "spoken_title",
                    ("employer_name", "callback_number"),
                    "channels",
                    "consent_required",
                    *pace_fields,
                    "answer_pause_seconds",
                    "leave_voicemail",
                ]
            },
        ),
        (_("Room in the browser"), {"fields": [("takes_allowed", "preparation_seconds"), "record_video"]}),
        (_("Messages to candidates"), {"fields": [("sends_reminders", "sends_thanks"), "sms_first"]}),
    )

    fieldsets_of_part = {
        FormPart.DESCRIPTION: description_fieldsets[:1],
        FormPart.SCORING: description_fieldsets[1:2],
        FormPart.CALLING: description_fieldsets[2:],
    }
    retention_fieldset = (_("Retention"), {"fields": [*PERIOD_FIELDS], "classes": ["collapse"]})

    def get_urls(self) -> list[Any]:
        """The form has an address of its own, because the address of a job's page shows the desk (`desk/urls.py`)."""
        form = path("<path:object_id>/edit/", self.admin_site.admin_view(self.change_view), name=EDIT_PAGE)
        return [form, *super().get_urls()]

    def response_post_save_add(self, request: HttpRequest, obj: JobDescription) -> HttpResponse:
        """Show the page of the job, where its questions are approved and its candidates are called."""
        return HttpResponseRedirect(self.change_url(obj))

    def response_post_save_change(self, request: HttpRequest, obj: JobDescription) -> HttpResponse:
        """Return to the page that the user came from, or else to that of the job."""
        return HttpResponseRedirect(return_address(request, self.change_url(obj)))

    def address_after_action(self, request: HttpRequest, subject: Any) -> str:
        return return_address(request, super().address_after_action(request, subject))

    def get_fieldsets(self, request: HttpRequest, obj: JobDescription | None = None) -> Any:
        if obj is None:
            first, *others = self.description_fieldsets
            new = with_template_field(with_file_field(first, at=0))
            return (new, *others, self.retention_fieldset)
        part = request.GET.get("part", "")
        if part in FormPart.values and self.has_change_permission(request, obj):
            fieldsets = self.fieldsets_of_part[FormPart(part)]
            return [with_file_field(fieldsets[0], at=2)] if part == FormPart.DESCRIPTION else fieldsets
        error_fields = ["questions_error"] if obj.questions_error else []
        draft_fields = ["draft_table"] if obj.draft_questions else []
        waiting_fields = ["waiting_reason"] if self.waiting_reason(obj) else []
        questions_fieldset = (
            gettext("Questions"),
            {"fields": ["questions_status", *waiting_fields, *error_fields, *draft_fields, "approved_table"]},
        )
        cost_fieldsets = (
            [(gettext("Spending"), {"fields": ["cost_summary"]})]
            if request.user.has_perm("screener.view_modelcall")
            else []
        )
        rubric_fieldset = (gettext("Rubric"), {"fields": ["rubric_table"]})
        first = self.description_fieldsets[0]
        if self.has_change_permission(request, obj):
            first = with_file_field(first, at=2)
        return (
            first,
            questions_fieldset,
            *self.description_fieldsets[1:],
            self.retention_fieldset,
            rubric_fieldset,
            *cost_fieldsets,
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[JobDescription]:
        jobs: QuerySet[JobDescription] = super().get_queryset(request)
        return jobs.annotate(interviews_held=count_related(JobDescription, "interviews")).prefetch_related(
            "question_sets"
        )

    def instead_of_deletion(self, request: HttpRequest, subject: JobDescription) -> Alternative | None:
        if not subject.is_open or not self.has_change_permission(request, subject):
            return None
        return Alternative(
            _("Close the job instead: no one is called for it any more, and its interviews stay."),
            reverse(f"admin:{EDIT_PAGE}", args=[subject.pk]),
            _("Close the job"),
        )

    def save_model(self, request: HttpRequest, obj: JobDescription, form: Any, change: bool) -> None:
        """Make the author a member, so that they see their job without the permission for all jobs."""
        super().save_model(request, obj, form, change)
        if not change:
            author = cast(User, request.user)
            is_allowed = author.has_perm(VIEW_CONTACT_DATA)
            obj.add_member(author, by=author.get_username(), may_see_contact_data=is_allowed)
            if version := form.template_version:
                fill_job(obj, version, by=author.get_username(), seed=form.seed)
            else:
                obj.request_questions()

    @admin.display(description=_("Waiting"))
    def waiting_reason(self, job: JobDescription) -> str:
        """Why the writing of questions is postponed: the budget is spent."""
        return spent_budget_reason() if job.questions_status == job.QuestionsStatus.PENDING else ""

    @admin.display(description=_("Costs so far"))
    def cost_summary(self, job: JobDescription) -> str:
        phone_costs = phone_costs_by(JobDescription.objects.filter(pk=job.pk), call_path="interviews__attempts__call__")
        return gettext("Models: %(models)s. Phone: %(phone)s.") % {
            "models": ModelCost.for_calls(job_id=job.pk),
            "phone": phone_costs.get((), PhoneCost()),
        }

    @badge(_("Questions"), QUESTIONS_COLOURS, ordering="questions_status")
    def questions_state(self, job: JobDescription) -> tuple[str, str]:
        return job.questions_status, job.get_questions_status_display()

    @admin.display(description=_("Interviews"), ordering="interviews_held")
    def interviews_so_far(self, job: Any) -> int:
        return int(job.interviews_held)

    @admin.display(description=_("To be approved"))
    def draft_table(self, job: JobDescription) -> str | None:
        return render_questions(job.draft_questions)

    @admin.display(description=_("Approved"))
    def approved_table(self, job: JobDescription) -> str:
        return render_questions(job.approved_questions) or gettext(
            "None yet. Candidates can be called after questions are approved."
        )

    @admin.display(description=_("Criteria"))
    def rubric_table(self, job: JobDescription) -> str:
        return render_to_string("admin/jobs/rubric.html", {"rubric": job.rubric})

    @object_action(
        _("Approve questions"),
        explanation=_(
            "New interviews use these questions. Approved questions never change. "
            "Interviews that are already planned keep their questions."
        ),
        permission="jobs.change_questionset",
        icon="check",
        form=ApprovalForm,
        is_available=lambda job: job.draft_questions is not None,
        variant=ActionVariant.PRIMARY,
    )
    def approve_questions(self, request: HttpRequest, job: JobDescription, form_data: dict[str, Any]) -> str:
        return approve_and_message(question_set_to_approve(job), request, reason=form_data.get("reason", ""))

    @page_button(_("Edit questions"), permission="jobs.change_questionset", icon="edit")
    def edit_questions(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Saving creates the next version as a draft."""
        return self._show_editor(request, object_id, show_question_editor)

    @page_button(_("Edit eligibility questions"), permission="jobs.change_questionset", icon="rule")
    def edit_eligibility(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Saving creates the next version as a draft."""
        return self._show_editor(request, object_id, show_eligibility_editor)

    def _show_editor(
        self, request: HttpRequest, object_id: str, show: Callable[[Any, HttpRequest, JobDescription], HttpResponse]
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = self.get_object(request, object_id)
        if job is None:
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return missing
        return show(self, request, job)

    @object_action(
        _("Write questions"),
        explanation=_(
            "Writes questions from the title and the description in the background. "
            "They replace the current draft. Approved questions are used until you approve the new ones."
        ),
        permission="jobs.change_jobdescription",
        icon="auto_awesome",
        form=WritingForm,
        is_available=lambda job: job.questions_status != job.QuestionsStatus.PENDING,
    )
    def write_questions(self, request: HttpRequest, job: JobDescription, form_data: dict[str, Any]) -> str:
        job.request_questions(form_data.get("count") or job.question_count)
        return gettext("The questions are being written.")

    @object_action(
        _("Edit rubric"),
        explanation=_(
            "The rubric applies to answers scored from now on. Score an interview again to apply it to earlier answers."
        ),
        permission="jobs.change_jobdescription",
        icon="rule",
        form=rubric_form,
        submit_label=_("Save"),
    )
    def edit_rubric(self, request: HttpRequest, job: JobDescription, criterion_rows: list[dict[str, Any]]) -> str:
        job.update_fields(rubric=criterion_rows)
        return gettext("The rubric was saved.")


@admin.register(QuestionSet)
class QuestionSetAdmin(ReadOnlyAdmin):
    """The list, and approval. `desk/questions/` shows a version. New versions are made on the job's page."""

    list_display = [
        "job",
        "version",
        "status_badge",
        "question_count",
        "source",
        "approved_by",
        "approved_at",
        "created_at",
    ]
    list_filter = [("status", ChoicesDropdownFilter), ("job", AutocompleteSelectFilter), "language"]
    search_fields = ["job__title", "source", "approved_by", "=id"]
    list_select_related = ["job"]
    actions_detail = ["approve"]

    @badge(_("Status"), QUESTIONS_COLOURS, ordering="status")
    def status_badge(self, question_set: QuestionSet) -> tuple[str, str]:
        return question_set.status, question_set.get_status_display()

    @admin.display(description=_("Questions"))
    def question_count(self, question_set: QuestionSet) -> int:
        return len(question_set.questions)

    @object_action(
        _("Approve"),
        explanation=_("These questions come into force for the job, and never change from then on."),
        permission="jobs.change_questionset",
        icon="check",
        form=ApprovalForm,
        is_available=lambda questions: questions.status == QuestionSet.Status.DRAFT,
        variant=ActionVariant.PRIMARY,
    )
    def approve(self, request: HttpRequest, question_set: QuestionSet, form_data: dict[str, Any]) -> str:
        return approve_and_message(question_set, request, reason=form_data.get("reason", ""))
