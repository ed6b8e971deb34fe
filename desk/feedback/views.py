"""The opinions of a job's candidates about their interviews, without their names."""

from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from interviews.models.invitations.feedback import LEAST_ANSWERS
from jobs.models import JobDescription
from screener.access.viewer import require_permissions
from screener.services.privacy.redaction import redact

MOST_WORDS = 100


@require_safe
def feedback_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show the averages and the words, in an order that tells nothing, once there are enough answers."""
    require_permissions(request.user, "jobs.view_jobdescription", "interviews.view_interview")
    job = get_object_or_404(JobDescription.objects.visible_to(request.user), pk=job_id)
    summary = job.feedback.summary()
    context = admin.site.each_context(request) | {
        "title": _("Feedback"),
        "job": job,
        "summary": summary,
        "least": LEAST_ANSWERS,
        "words": _words(job) if summary.is_shown else [],
        "back": reverse("admin:jobs_jobdescription_change", args=[job.pk]),
    }
    return render(request, "desk/feedback/page.html", context)


def _words(job: JobDescription) -> list[str]:
    """The texts without the names of their authors, sorted by a random id."""
    feedback = job.feedback.without_practice().exclude(words="")
    rows = feedback.select_related("interview__candidate").order_by("pk")[:MOST_WORDS]
    return [redact(row.words, row.interview.candidate.identifying_texts) for row in rows]
