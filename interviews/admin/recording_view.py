"""A stored take, streamed to staff who may hear it: the only way to the audio, which has no address of its own."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from interviews.models import Interview, Recording
from screener.web.byte_ranges import ranged_response


@require_safe
def audio(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The take as WAV, whole or the range that a player asks for. (The admin forbids to keep a copy.)"""
    if not request.user.has_perm("interviews.view_recording"):
        raise PermissionDenied
    screenings = Recording.objects.filter(response__interview__in=Interview.objects.all())
    take = get_object_or_404(screenings, pk=pk, status=Recording.Status.STORED)
    try:
        file = take.file.open("rb")
    except FileNotFoundError:
        raise Http404("The file of this recording is gone from the storage.") from None
    response = ranged_response(
        file, take.file.size, content_type="audio/wav", range_header=request.headers.get("Range", "")
    )
    response["Content-Disposition"] = f'attachment; filename="take-{take.pk}.wav"'
    return response
