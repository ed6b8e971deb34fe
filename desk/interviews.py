"""The interview of a page of the desk: as its reader may see it, where it is shown, and the log of changes to it."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from interviews.models import Interview
from screener.access.viewer import require_permissions


def visible_interview(request: HttpRequest, interview_id: UUID, *permissions: str) -> Interview:
    """Return the interview with its candidate and its job. Raises PermissionDenied, or Http404 if it is not visible."""
    require_permissions(request.user, *permissions, "interviews.view_interview")
    interviews = Interview.objects.visible_to(request.user).select_related("candidate", "job")
    return get_object_or_404(interviews, pk=interview_id)


def interview_address(interview: Interview) -> str:
    """The address of the page of the interview."""
    return reverse("admin:interviews_interview_change", args=[interview.pk])


def log_interview_change(request: HttpRequest, interview: Interview, message: str) -> None:
    """Add the change to the log of the admin."""
    model_admin: Any = admin.site.get_model_admin(Interview)
    model_admin.log_change(request, interview, message)
