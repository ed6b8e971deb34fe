"""The review page of an interview, its updates, and the waveforms of its recordings."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candidates.contact_data import may_see_contact_data
from desk.job.states import with_state
from desk.review.page import ReviewPage
from desk.review.peaks import waveform_peaks
from interviews.admin.forms import DecideForm
from interviews.admin.interview import NEXT_BUTTON
from interviews.models import Interview, Recording
from interviews.models.interview import visible_records
from screener.models import Preference

RESUME_PLACE = "desk.review.resume_beside"
"""The preference whether the resume stands beside the answers, where the window is wide enough for both."""
SPEEDS = (100, 125, 150, 200)
PEAKS_MAX_AGE = 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
def review_page(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """Show an interview. A request by the page's script gets the parts alone, or no content if `v` is current."""
    interviews: Any = admin.site.get_model_admin(Interview)
    if request.method == "POST":  # the admin refuses it: an interview changes by actions
        refusal: HttpResponse = interviews.change_view(request, str(interview_id))
        return refusal
    if not interviews.has_view_permission(request):
        raise PermissionDenied
    interview = _find_interview(request, interview_id)
    if interview is None:
        missing: HttpResponse = interviews._get_obj_does_not_exist_redirect(request, interviews.opts, str(interview_id))
        return missing
    review = ReviewPage.load(interview, request.user)
    if request.GET.get("v") == review.version:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    actions = _action_links(interviews, request, interview)
    sees_contact_data = may_see_contact_data(request.user, interview)
    context = admin.site.each_context(request) | {
        "title": str(interview.candidate),
        "opts": interviews.opts,
        "original": interview,
        "interview": interview,
        "review": review,
        "page": review.interview_page,
        "actions": actions,
        "speeds": SPEEDS,
        "next_button": NEXT_BUTTON,
        "decide": DecideForm(subject=interview) if "decide" in actions else None,
        "may_see_contact_data": sees_contact_data,
        "resume_beside": Preference.objects.value_of(request.user.pk, RESUME_PLACE) is not False,
        "shows_resume": sees_contact_data and bool(interview.candidate.resume or interview.candidate.resume_text),
    }
    template = "desk/review/parts.html" if "v" in request.GET else "desk/review/page.html"
    return render(request, template, context)


@require_POST
def place_resume(request: HttpRequest) -> HttpResponse:
    """Remember whether this user wants the resume beside the answers."""
    if not request.user.has_perm("interviews.view_interview"):
        raise PermissionDenied
    Preference.objects.store(request.user.pk, RESUME_PLACE, request.POST.get("beside") == "yes")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_safe
def recording_peaks(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """The waveform of a recording, for users who may listen to it. Browsers keep it: no recording changes."""
    if not request.user.has_perm("interviews.view_recording"):
        raise PermissionDenied
    recordings = visible_records(Recording.objects.all(), request.user, path="response__interview")
    recording = get_object_or_404(recordings, pk=recording_id, status=Recording.Status.STORED)
    try:
        with recording.file.open("rb") as file:
            response = JsonResponse({"peaks": waveform_peaks(file.read())})
    except FileNotFoundError:
        raise Http404(gettext("The file of this recording is missing from the storage.")) from None
    patch_cache_control(response, private=True, max_age=PEAKS_MAX_AGE)
    return response


def _find_interview(request: HttpRequest, interview_id: UUID) -> Any:
    """The interview, if the user may see it, with its `desk_state`, and with its `viewer` for the form."""
    visible = with_state(Interview.objects.visible_to(request.user))
    interview: Any = (
        visible.select_related("candidate", "job", "question_set", "campaign").filter(pk=interview_id).first()
    )
    if interview is not None:
        interview.viewer = request.user
    return interview


def _action_links(interviews: Any, request: HttpRequest, interview: Interview) -> dict[str, dict[str, str]]:
    """The actions on the interview that the user may run now: by name, title and address."""
    return {
        action.path: {"title": action.description, "href": reverse(f"admin:{action.action_name}", args=[interview.pk])}
        for action in interviews.get_actions_detail(request, interview.pk)
    }
