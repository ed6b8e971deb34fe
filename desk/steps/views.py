"""Leads from one step of setting up a job to the next one."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from desk.steps.steps import JobSteps, StepKey
from jobs.models import JobDescription
from screener.access.viewer import require_permissions


@require_safe
def after_step(request: HttpRequest, job_id: UUID, step: str) -> HttpResponse:
    """Lead to the step after this one; after the last one, to the page of the job."""
    require_permissions(request.user, "jobs.view_jobdescription")
    if step not in StepKey.values:
        raise Http404
    visible_jobs = JobDescription.objects.visible_to(request.user).prefetch_related("question_sets")
    job = get_object_or_404(visible_jobs, pk=job_id)
    following = JobSteps.of(job, request.user, StepKey(step)).following
    job_page = reverse("admin:jobs_jobdescription_change", args=[job.pk])
    return HttpResponseRedirect(following.address if following else job_page)
