"""Downloads of the desk."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.export.job_table import job_table
from jobs.models import JobDescription
from screener.access.viewer import require_permissions
from screener.db.replica import reads_replica
from screener.exports.files import MOST_XLSX_ROWS, RESPONSES, TooManyRows


@require_safe
@reads_replica
def export_job(request: HttpRequest, job_id: UUID, extension: str) -> HttpResponseBase:
    """Send the rows of the desk that has the same query, as CSV or XLSX."""
    require_permissions(request.user, "jobs.view_jobdescription", "interviews.view_interview")
    jobs = JobDescription.objects.visible_to(request.user).prefetch_related("question_sets")
    job = get_object_or_404(jobs, pk=job_id)
    assert isinstance(request.user, User)
    try:
        return RESPONSES[extension](job_table(job, request.user, request.GET))
    except TooManyRows:
        text = _("The list has more than %(limit)d rows. Download it as CSV, or filter it first.")
        messages.warning(request, text % {"limit": MOST_XLSX_ROWS})
        desk = reverse("admin:jobs_jobdescription_change", args=[job.pk])
        return HttpResponseRedirect(f"{desk}?{request.GET.urlencode()}")
