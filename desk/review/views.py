"""The review page of an interview, its updates, and the waveforms of its recordings."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from candidates.contact_data import may_see_contact_data
from desk.job.states import with_state
from desk.live_page import live_context
from desk.record_page import action_links, record_page
from desk.review.page import ReviewPage
from desk.review.peaks import waveform_peaks
from interviews.admin.forms import DecideForm
from interviews.admin.interview import NEXT_BUTTON
from interviews.models import Clip, Interview, Recording
from interviews.models.interview import visible_records
from screener.access.viewer import require_permissions
from screener.models import Preference
from screener.web.byte_ranges import ranged_response

RESUME_PLACE = "desk.review.resume_beside"
"""The preference whether the resume stands beside the answers, where the window is wide enough for both."""
SPEEDS = (100, 125, 150, 200)
PEAKS_MAX_AGE = 24 * 3600


@record_page(Interview)
def review_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show an interview. A request by the page's script gets the parts alone, or no content if `v` is current."""
    interviews: Any = admin.site.get_model_admin(Interview)
    if not interviews.has_view_permission(request):
        raise PermissionDenied
    interview = _get_interview(request, pk)
    review = ReviewPage.load(interview, request.user)
    if request.GET.get("v") == review.version:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    actions = action_links(request, interview)
    sees_contact_data = may_see_contact_data(request.user, interview)
    context = live_context(request) | {
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
    require_permissions(request.user, "interviews.view_interview")
    Preference.objects.store(request.user.pk, RESUME_PLACE, request.POST.get("beside") == "yes")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_safe
def recording_peaks(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """The waveform of a recording, for users who may listen to it. Browsers keep it: no recording changes."""
    require_permissions(request.user, "interviews.view_recording")
    recordings = visible_records(Recording.objects.all(), request.user, path="response__interview")
    recording = get_object_or_404(recordings, pk=recording_id, status=Recording.Status.STORED)
    try:
        with recording.file.open("rb") as file:
            response = JsonResponse({"peaks": waveform_peaks(file.read())})
    except FileNotFoundError:
        raise Http404(gettext("The file of this recording is missing from the storage.")) from None
    patch_cache_control(response, private=True, max_age=PEAKS_MAX_AGE)
    return response


@require_safe
def stream_clip(request: HttpRequest, clip_id: UUID) -> HttpResponseBase:
    """Send a video, or the range that the player requests, to users who may listen to recordings.

    A face tells who a candidate is, so that blind mode closes this page. There is no other way to the video.
    """
    require_permissions(request.user, "interviews.view_recording")
    clips = visible_records(Clip.objects.to_watch(), request.user, path="take__response__interview")
    clip = get_object_or_404(clips, pk=clip_id)
    try:
        file = clip.file.open("rb")
    except FileNotFoundError:
        raise Http404(gettext("The file of this video is missing from the storage.")) from None
    response = ranged_response(file, content_type=clip.content_type, range_header=request.headers.get("Range", ""))
    response["Content-Disposition"] = f'attachment; filename="video-{clip.pk}.{clip.format}"'
    return response


def _get_interview(request: HttpRequest, pk: UUID) -> Any:
    """The interview that the user may see, with its `desk_state`, and with its `viewer` for the form."""
    visible = with_state(Interview.objects.visible_to(request.user))
    interview: Any = visible.select_related("candidate", "job", "question_set", "personal_questions", "campaign").get(
        pk=pk
    )
    interview.viewer = request.user
    return interview
