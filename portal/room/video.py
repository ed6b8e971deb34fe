"""The requests of the room's script about video. A clip needs no tab: it belongs to the page that recorded it."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from interviews.models import Clip, Invitation
from interviews.models.invitations.invitation import find_open_interview
from interviews.models.turns.clip import MAX_VIDEO_CHUNK_BYTES, ClipChunkOutcome, add_clip_chunk, detect_format
from interviews.room.clips import close_clip, open_clip
from interviews.room.entering import held_attempt
from interviews.room.video_consent import choose_video, withdraw_video
from portal.access import GONE, SECONDS, TOO_MANY
from portal.pages import page_tag
from portal.room.consent import video_sentences, wording_version
from portal.room.state import room_state
from portal.room.views import CONTENT_SECURITY_POLICY, MOST_REQUESTS, asked_by_room, parsing, refuse
from screener.web.client_address import client_address
from screener.web.rate_limit import is_over_limit
from screener.web.secret_paths import without_traces

SCOPE = "room-video"
"""Counted apart from sound, which video must not slow down."""
ACCEPTED = (ClipChunkOutcome.ADDED, ClipChunkOutcome.REPEATED)


@asked_by_room
def choose_video_view(request: HttpRequest, invitation: Invitation, tab: UUID) -> JsonResponse:
    with parsing():
        agreed = json.loads(request.body)["agree"]
        if not isinstance(agreed, bool):
            raise TypeError(agreed)
    attempt = held_attempt(invitation.interview, tab)
    version = wording_version(video_sentences(invitation.interview.job))
    choose_video(invitation.interview, agreed=agreed, wording_version=version, language=page_tag())
    return JsonResponse(room_state(attempt))


@asked_by_room
def withdraw_video_view(request: HttpRequest, invitation: Invitation, tab: UUID) -> JsonResponse:
    withdraw_video(invitation.interview, language=page_tag())
    return JsonResponse({})


@asked_by_room
def open_clip_view(request: HttpRequest, invitation: Invitation, tab: UUID, take: UUID, clip: UUID) -> JsonResponse:
    with parsing():
        clip_format = Clip.Format(json.loads(request.body)["format"])
    open_clip(invitation.interview, take, clip, clip_format)
    return JsonResponse({})


@asked_by_room
def close_clip_view(request: HttpRequest, invitation: Invitation, tab: UUID, clip: UUID) -> JsonResponse:
    with parsing():
        chunk_count = int(json.loads(request.body)["count"])
    close_clip(invitation.interview, clip, chunk_count)
    return JsonResponse({})


@csrf_exempt
@require_POST
def add_clip_chunk_view(request: HttpRequest, token: str, clip: UUID, number: int) -> HttpResponseBase:
    """Store a chunk of a clip. As for sound, this view does less than others behind an invitation."""
    if is_over_limit(SCOPE, client_address(request), most=MOST_REQUESTS, seconds=SECONDS):
        return refuse("too_many", status=TOO_MANY)
    interview_id = find_open_interview(token)
    response = _add_chunk(request, interview_id, clip, number) if interview_id else refuse("link_closed", status=GONE)
    return without_traces(response, CONTENT_SECURITY_POLICY)


def _add_chunk(request: HttpRequest, interview_id: UUID, clip: UUID, number: int) -> JsonResponse:
    try:
        size = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return refuse("malformed", status=400)
    if not 0 < size <= MAX_VIDEO_CHUNK_BYTES or (number == 0 and not _is_of_its_format(clip, request.body)):
        return refuse("invalid_video", status=400)
    outcome = add_clip_chunk(interview_id, clip, number, request.body)
    return JsonResponse({}) if outcome in ACCEPTED else refuse(outcome)


def _is_of_its_format(clip: UUID, first_chunk: bytes) -> bool:
    """Whether the content has the declared format. Unknown clips are refused later."""
    clip_format = Clip.objects.filter(pk=clip).values_list("format", flat=True).first()
    return clip_format is None or detect_format(first_chunk) == clip_format
