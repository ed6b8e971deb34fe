"""Streams a stored recording to staff who may listen to it. There is no other way to the audio."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from interviews.models import Recording
from interviews.models.interview import visible_records
from screener.access.viewer import require_permissions
from screener.web.byte_ranges import ranged_response


@require_safe
def stream_recording(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the WAV file, or the range that the player requests. The admin sets the headers against caching."""
    require_permissions(request.user, "interviews.view_recording")
    recordings = visible_records(Recording.objects.all(), request.user, path="response__interview")
    recording = get_object_or_404(recordings, pk=pk, status=Recording.Status.STORED)
    try:
        file = recording.file.open("rb")
    except FileNotFoundError:
        raise Http404(gettext("The file of this recording is missing from the storage.")) from None
    response = ranged_response(file, content_type="audio/wav", range_header=request.headers.get("Range", ""))
    response["Content-Disposition"] = f'attachment; filename="take-{recording.pk}.wav"'
    return response
