"""The part of a job's page that uses interview templates."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jobs.admin.members import MemberPages
from jobs.admin.template_forms import RubricSourceForm, TemplateToUseForm
from jobs.models import JobDescription, TemplateUse
from jobs.question_sets import REASON_NEEDED
from jobs.templates.filling import fill_job
from screener.admin.actions import object_action


def filled_message(use: TemplateUse) -> str:
    """Say what was done, and the seed that repeats the choice."""
    message = gettext("The questions of “%(template)s”, version %(version)s, wait for approval. Seed: %(seed)s.") % {
        "template": use.version.template,
        "version": use.version.number,
        "seed": use.seed,
    }
    if use.leaves_out_eligibility:
        message = f"{message} {gettext('The job keeps its own eligibility questions.')}"
    warnings = use.question_set.all_warnings
    return f"{message} {' '.join(map(str, warnings))} {gettext(REASON_NEEDED)}" if warnings else message


def copied_rubric(form_data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rubric of the template or the job that a RubricSourceForm names."""
    template, job = form_data["template"], form_data["job"]
    return list(template.current_version.rubric if template else job.rubric)


class TemplatePages(MemberPages):
    """The admin of jobs with the actions that use a template."""

    @object_action(
        _("Start from a template"),
        explanation=_(
            "The questions of the template become the next version, as a draft. Its rubric and its settings replace "
            "those of the job, where it has any. Its eligibility questions are used if the job has none. If a slot "
            "can't be filled, nothing is changed."
        ),
        permission="jobs.change_jobdescription",
        icon="content_copy",
        form=TemplateToUseForm,
        submit_label=_("Use template"),
    )
    def start_from_template(self, request: HttpRequest, job: JobDescription, form_data: dict[str, Any]) -> str:
        version = form_data["template"].current_version
        return filled_message(fill_job(job, version, by=request.user.get_username(), seed=form_data["seed"]))

    @object_action(
        _("Copy rubric"),
        explanation=_(
            "The rubric of a template or of another job replaces that of this job, for answers scored later."
        ),
        permission="jobs.change_jobdescription",
        icon="rule",
        form=RubricSourceForm,
        submit_label=_("Copy"),
    )
    def copy_rubric(self, request: HttpRequest, job: JobDescription, form_data: dict[str, Any]) -> str:
        job.update_fields(rubric=copied_rubric(form_data))
        return gettext("The rubric was saved.")
