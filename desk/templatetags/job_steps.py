"""The strip with the steps of setting up a job, on each of their pages."""

from typing import Any

from django import template

from desk.steps.steps import JobSteps, StepKey
from jobs.field_limits import FormPart
from jobs.models import JobDescription

register = template.Library()

STEP_OF_PAGE = {
    "jobs_jobdescription_edit_questions": StepKey.QUESTIONS,
    "desk-job-questions": StepKey.QUESTIONS,
    "jobs_jobdescription_edit_eligibility": StepKey.ELIGIBILITY,
    "jobs_jobdescription_edit_rubric": StepKey.RUBRIC,
    "desk-job-trial": StepKey.TRIAL,
    "jobs_jobdescription_approve_questions": StepKey.APPROVAL,
}
STEP_OF_PART = {
    FormPart.DESCRIPTION: StepKey.DESCRIPTION,
    FormPart.SCORING: StepKey.THRESHOLDS,
    FormPart.CALLING: StepKey.CALLING,
}


@register.inclusion_tag("desk/steps/strip.html", takes_context=True)
def job_steps(context: Any, job: Any) -> dict[str, Any]:
    """The setup steps of a job. Empty if `job` is not a job, or the user has permission for no step."""
    request = context["request"]
    if not isinstance(job, JobDescription):
        return {}
    part = request.GET.get("part", "")
    current = STEP_OF_PAGE.get(request.resolver_match.url_name or "")
    if part in FormPart.values:
        current = STEP_OF_PART[FormPart(part)]
    return {"steps": JobSteps.of(job, request.user, current)}
