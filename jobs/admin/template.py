"""Interview templates in the admin: list, page with versions, comparison, forms, and use for a job."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.enums import ActionVariant

from jobs.admin.template_eligibility_form import template_eligibility_form
from jobs.admin.template_forms import (
    JobToFillForm,
    RubricSourceForm,
    SettingsForm,
    TemplateForm,
    parts_form,
    setting_label,
    template_rubric_form,
)
from jobs.admin.template_use import copied_rubric, filled_message
from jobs.bank.starter_bank import LANGUAGES
from jobs.channels import Channel
from jobs.models import Template, TemplateVersion
from jobs.templates.comparison import compare_versions
from jobs.templates.eligibility import TemplateEligibility
from jobs.templates.filling import describe_shortage, fill_job, find_gaps
from jobs.templates.parts import TemplatePart
from jobs.templates.usage import with_usage
from screener.admin.actions import object_action, page_button
from screener.admin.base import ScreenerAdmin, badge

TYPE_COLOURS = {"hr": "info", "technical": "warning", "mixed": "default"}
VERSIONS_SHOWN = 50


@admin.register(Template)
class TemplateAdmin(ScreenerAdmin):
    """Templates are taken out of use, not deleted: jobs refer to their versions."""

    form = TemplateForm
    list_display = ["shown_name", "type_badge", "version", "jobs_filled", "in_use", "updated_at"]
    list_filter = [("interview_type", ChoicesDropdownFilter), "in_use"]
    ordering = ["name"]
    search_fields = ["name", "=id"]
    readonly_fields = ["parts_table", "eligibility_table", "rubric_table", "settings_table", "versions_table"]
    actions_detail = [
        "use_for_job",
        "edit_parts",
        {
            "title": _("Edit"),
            "icon": "edit",
            "items": ["edit_eligibility", "edit_settings", "edit_rubric", "copy_rubric"],
        },
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Template | None = None) -> Any:
        basics = (None, {"fields": [("name", "interview_type"), "in_use"]})
        if obj is None:
            return (basics,)
        return (
            (gettext("Questions"), {"fields": ["parts_table"]}),
            (gettext("Eligibility questions"), {"fields": ["eligibility_table"]}),
            (gettext("Settings"), {"fields": ["settings_table"]}),
            (gettext("Rubric"), {"fields": ["rubric_table"]}),
            (gettext("Versions"), {"fields": ["versions_table"]}),
            (gettext("Template"), basics[1]),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        templates: QuerySet[Template] = super().get_queryset(request).with_current_version()
        return templates.annotate(jobs_filled=Count("versions__uses__job", distinct=True))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        diff = path("<uuid:object_id>/diff/", self.admin_site.admin_view(self.diff_page), name="jobs_template_diff")
        return [diff, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            obj.add_first_version(by=request.user.get_username())

    def response_post_save_add(self, request: HttpRequest, obj: Template) -> HttpResponse:
        """Go on with the slots."""
        return HttpResponseRedirect(reverse("admin:jobs_template_edit_parts", args=[obj.pk]))

    @admin.display(description=_("Name"), ordering="name")
    def shown_name(self, template: Template) -> str:
        return str(template)

    @badge(_("Type"), TYPE_COLOURS, ordering="interview_type")
    def type_badge(self, template: Template) -> tuple[str, str]:
        return template.interview_type, template.get_interview_type_display()

    @admin.display(description=_("Version"))
    def version(self, template: Template) -> int:
        return template.current_version.number

    @admin.display(description=_("Jobs"), ordering="jobs_filled")
    def jobs_filled(self, template: Any) -> int:
        return int(template.jobs_filled)

    @admin.display(description=_("Questions"))
    def parts_table(self, template: Template) -> str:
        version = template.current_version
        warnings = {warning.position: warning for warning in version.warnings}
        rows = [(part, warnings.get(position)) for position, part in enumerate(version.parts)]
        return render_to_string("admin/jobs/template_parts.html", {"rows": rows, "gaps": _gaps(version.parts)})

    @admin.display(description=_("Eligibility questions"))
    def eligibility_table(self, template: Template) -> str:
        version = template.current_version
        if not version.eligibility:
            return gettext("The job keeps its own eligibility questions.")
        warnings = {warning.position: warning for warning in version.eligibility_warnings}
        rows = [(question, warnings.get(position)) for position, question in enumerate(version.eligibility)]
        return render_to_string("admin/jobs/template_eligibility.html", {"rows": rows})

    @admin.display(description=_("Settings"))
    def settings_table(self, template: Template) -> str:
        settings = template.current_version.settings
        rows = [(setting_label(name), setting_text(name, own)) for name, own in settings.items() if own is not None]
        if not rows:
            return gettext("The job keeps its own settings.")
        return render_to_string("admin/jobs/template_settings.html", {"rows": rows})

    @admin.display(description=_("Criteria"))
    def rubric_table(self, template: Template) -> str:
        rubric = template.current_version.rubric
        if not rubric:
            return gettext("The job keeps its own rubric.")
        return render_to_string("admin/jobs/rubric.html", {"rubric": rubric})

    @admin.display(description=_("Versions"))
    def versions_table(self, template: Template) -> str:
        versions = with_usage(template.versions.order_by("-number"))[:VERSIONS_SHOWN]
        diff_url = reverse("admin:jobs_template_diff", args=[template.pk])
        return render_to_string("admin/jobs/template_versions.html", {"versions": versions, "diff_url": diff_url})

    def diff_page(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """Show what differs between the versions `before` and `after`, by default the newest and the one before."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        template = self.get_object(request, str(object_id))
        if template is None:
            return cast(HttpResponse, self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id)))
        versions = list(template.versions.order_by("-number"))
        after = _wanted(versions, request.GET.get("after", "")) or versions[0]
        older = [version for version in versions if version.number < after.number]
        before = _wanted(versions, request.GET.get("before", "")) or (older[0] if older else after)
        comparison = compare_versions(before, after)
        page = {
            "title": gettext("Compare versions"),
            "original": template,
            "opts": self.opts,
            "versions": versions,
            "before": before,
            "after": after,
            "selects": [("before", gettext("From version"), before), ("after", gettext("To version"), after)],
            "comparison": comparison,
            "settings": [
                (
                    setting_label(change.field),
                    *(setting_text(change.field, side) for side in (change.before, change.after)),
                )
                for change in comparison.settings
            ],
            "back_url": self.change_url(template),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/jobs/template_diff.html", self.admin_site.each_context(request) | page)

    @page_button(
        _("Use for a job"),
        permission="jobs.change_jobdescription",
        icon="work",
        is_available=lambda template: template.in_use,
        variant=ActionVariant.PRIMARY,
    )
    def use_for_job(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Fill a job from the newest version."""
        template = self.get_object(request, object_id)
        if template is None:
            return cast(HttpResponse, self._get_obj_does_not_exist_redirect(request, self.opts, object_id))

        def act(form_data: dict[str, Any]) -> tuple[str, str]:
            job, by = form_data["job"], request.user.get_username()
            use = fill_job(job, template.current_version, by=by, seed=form_data["seed"])
            message = filled_message(use)
            self.log_change(request, job, message)
            return message, reverse("desk-job-questions", args=[job.pk])

        return self.form_page(
            request,
            lambda data: JobToFillForm(data, viewer=request.user),
            act,
            title=gettext("Use for a job"),
            explanation=gettext(
                "The questions become the next version of the job's questions, as a draft. Rubric and settings of "
                "the template replace those of the job, where it has any. Its eligibility questions are used if the "
                "job has none. If a slot can't be filled, nothing is changed."
            ),
            back_url=self.change_url(template),
            submit_label=gettext("Use template"),
            subject=template,
        )

    @object_action(
        _("Edit questions"),
        explanation=_(
            "A row is a slot, which takes questions from the bank, or a fixed question with a text and its language. "
            "Saving creates the next version. Jobs that were filled keep their questions."
        ),
        permission="jobs.change_template",
        icon="list",
        form=parts_form,
        submit_label=_("Save as next version"),
    )
    def edit_parts(self, request: HttpRequest, template: Template, parts: list[TemplatePart]) -> str:
        version = template.add_version(by=request.user.get_username(), parts=parts)
        problems = [str(warning) for warning in version.warnings] + _gaps(version.parts)
        return " ".join([_saved_message(version), *problems])

    @object_action(
        _("Edit eligibility questions"),
        explanation=_(
            "They are asked first and never scored. Write each in every language of the template, in the same order. A "
            "job that is filled gets them if it has none. Saving creates the next version."
        ),
        permission="jobs.change_template",
        icon="rule",
        form=template_eligibility_form,
        submit_label=_("Save as next version"),
    )
    def edit_eligibility(self, request: HttpRequest, template: Template, questions: list[TemplateEligibility]) -> str:
        version = template.add_version(by=request.user.get_username(), eligibility=questions)
        return " ".join([_saved_message(version), *map(str, version.eligibility_warnings)])

    @object_action(
        _("Edit settings"),
        explanation=_("A job that is filled gets these settings. It keeps its own where a field is empty."),
        permission="jobs.change_template",
        icon="tune",
        form=SettingsForm,
        submit_label=_("Save as next version"),
    )
    def edit_settings(self, request: HttpRequest, template: Template, form_data: dict[str, Any]) -> str:
        return _saved_message(template.add_version(by=request.user.get_username(), **form_data))

    @object_action(
        _("Edit rubric"),
        explanation=_("A job that is filled gets this rubric. Without a criterion it keeps its own."),
        permission="jobs.change_template",
        icon="rule",
        form=template_rubric_form,
        submit_label=_("Save as next version"),
    )
    def edit_rubric(self, request: HttpRequest, template: Template, criteria: list[dict[str, Any]]) -> str:
        return _saved_message(template.add_version(by=request.user.get_username(), rubric=criteria or None))

    @object_action(
        _("Copy rubric"),
        explanation=_("The rubric of another template or of a job becomes that of this template."),
        permission="jobs.change_template",
        icon="content_copy",
        form=RubricSourceForm,
        submit_label=_("Save as next version"),
    )
    def copy_rubric(self, request: HttpRequest, template: Template, form_data: dict[str, Any]) -> str:
        return _saved_message(template.add_version(by=request.user.get_username(), rubric=copied_rubric(form_data)))


def setting_text(name: str, setting: Any) -> str:
    """Return the setting of a template in words."""
    if setting is None:
        return gettext("as the job has it")
    if isinstance(setting, bool):
        return gettext("Yes") if setting else gettext("No")
    if name == "channels":
        return ", ".join(str(Channel(channel).label) for channel in setting)
    return ", ".join(map(str, setting)) if isinstance(setting, list) else str(setting)


def _gaps(parts: list[TemplatePart]) -> list[str]:
    """Say which slots the bank cannot fill, in the languages of the starter bank."""
    return [
        gettext("The question bank has too few questions (%(language)s): %(gap)s.")
        % {"language": language, "gap": describe_shortage(parts, gap)}
        for language, gap in find_gaps(parts, LANGUAGES)
    ]


def _saved_message(version: TemplateVersion) -> str:
    return gettext("Saved as version %(version)s.") % {"version": version.number}


def _wanted(versions: list[TemplateVersion], number: str) -> TemplateVersion | None:
    return next((version for version in versions if str(version.number) == number), None)
