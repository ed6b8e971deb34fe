"""The room: its page, and the requests of its script. Opening the page has no effect; entering is a POST."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from interviews.conversation.engine import StaleTurn
from interviews.models import Attempt, Invitation, Take
from interviews.models.invitations.invitation import find_open_interview, signed_id
from interviews.models.transitions.interview import ChannelNotAllowed
from interviews.models.turns.take import MAX_CHUNK_BYTES, ChunkOutcome, add_chunk, is_valid_chunk
from interviews.room.entering import (
    CHOICES,
    choose,
    enter_room,
    held_attempt,
    note_room_activity,
    render_nothing,
    write_answer,
)
from interviews.room.room_channel import make_wav
from interviews.room.takes import MissingChunks, TakeRefused, open_take, send_take
from interviews.room.video_consent import is_video_offered
from interviews.self_service.attempts import InCall, InterviewOver, leave_attempt
from interviews.self_service.turns import lock_open_attempt
from interviews.writing.answering import clean_text
from interviews.writing.question import MAX_ELIGIBILITY_CHARACTERS
from jobs.channels import Channel
from portal.access import GONE, SECONDS, TOO_MANY, opened_by_invitation
from portal.pages import go_to, render_page
from portal.room.consent import consent_sentences, video_sentences, wording_version
from portal.room.state import room_state, sent_answers
from screener.web.client_address import client_address
from screener.web.rate_limit import is_over_limit
from screener.web.secret_paths import without_traces

SCOPE, MOST_REQUESTS = "room", 3000
"""The limit per minute of one address: 45 rooms behind one router, each with a chunk per second."""
TAB_HEADER = "X-Room-Tab"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
MICROPHONE_ONLY = "microphone=(self), camera=(), geolocation=()"
MICROPHONE_AND_CAMERA = "microphone=(self), camera=(self), geolocation=()"
ACTIVITY_EACH = 20
"""The number of chunks after which the candidate counts as active again."""
ACCEPTED = (ChunkOutcome.ADDED, ChunkOutcome.REPEATED)
RoomView = Callable[..., HttpResponseBase]


class Malformed(Exception):
    """A header or the body of a request can't be read."""


@contextmanager
def parsing() -> Iterator[None]:
    """Raise Malformed for the errors of reading a request."""
    try:
        yield
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise Malformed from error


def parse_tab(request: HttpRequest) -> UUID:
    with parsing():
        return UUID(request.headers.get(TAB_HEADER, ""))


@opened_by_invitation
@require_safe
def room_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The page of the room. Where the job does not offer it, the candidate is led to the ways that it offers."""
    if Channel.ROOM not in invitation.interview.job.channels:
        return go_to(request, invitation)
    interview = invitation.interview
    films = is_video_offered(interview)
    context = {
        "consent_sentences": consent_sentences(),
        "video_sentences": video_sentences(interview.job) if films else (),
        "room": str(interview.pk),
    }
    response = render_page(request, invitation, "portal/room/page.html", context)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response["Permissions-Policy"] = MICROPHONE_AND_CAMERA if films else MICROPHONE_ONLY
    return response


def asked_by_room(view: RoomView, *, allow_method: Callable[[RoomView], RoomView] = require_POST) -> RoomView:
    """Make a view of an open invitation and a tab a request of the room's script. A refusal is JSON with a code."""

    @allow_method
    @wraps(view)
    def guarded_view(request: HttpRequest, invitation: Invitation, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, invitation, parse_tab(request), **kwargs)
        except MissingChunks as error:
            return refuse(error.code, missing=error.numbers)
        except TakeRefused as error:
            return refuse(error.code)
        except InterviewOver:
            return refuse("over")
        except ChannelNotAllowed as error:
            return refuse(error.code)
        except InCall:
            return refuse("in_call")
        except StaleTurn:
            return refuse("stale")
        except Malformed:
            return refuse("malformed", status=400)

    return opened_by_invitation(guarded_view, scope=SCOPE, most=MOST_REQUESTS)


def refuse(code: str, *, status: int = 409, **data: Any) -> JsonResponse:
    return JsonResponse({"code": code} | data, status=status)


def _list_answers(request: HttpRequest, invitation: Invitation, tab: UUID) -> JsonResponse:
    """The words of the answers that were sent, for the tab that holds the interview or has ended it."""
    held_attempt(invitation.interview, tab)
    return JsonResponse({"answers": sent_answers(invitation.interview)})


list_answers = asked_by_room(_list_answers, allow_method=require_safe)


@asked_by_room
def enter(request: HttpRequest, invitation: Invitation, tab: UUID) -> JsonResponse:
    return JsonResponse(room_state(enter_room(invitation.interview, tab)))


@asked_by_room
def leave(request: HttpRequest, invitation: Invitation, tab: UUID) -> JsonResponse:
    leave_attempt(held_attempt(invitation.interview, tab).pk)
    return JsonResponse({})


@asked_by_room
def make_choice(request: HttpRequest, invitation: Invitation, tab: UUID) -> JsonResponse:
    with parsing():
        data = json.loads(request.body)
        turn, choice = int(data["turn"]), data["choice"]
        if choice not in CHOICES:
            raise ValueError(choice)
    attempt = held_attempt(invitation.interview, tab)
    choose(attempt, turn, choice, wording_version=wording_version(consent_sentences()))
    return JsonResponse(room_state(attempt))


@asked_by_room
def answer_requirement(request: HttpRequest, invitation: Invitation, tab: UUID) -> JsonResponse:
    """Take the written answer to an eligibility question."""
    with parsing():
        payload = json.loads(request.body)
        turn, text = int(payload["turn"]), clean_text(str(payload["text"]))
        if len(text) > MAX_ELIGIBILITY_CHARACTERS:
            raise ValueError(len(text))
    attempt = held_attempt(invitation.interview, tab)
    write_answer(attempt, turn, text)
    return JsonResponse(room_state(attempt))


@asked_by_room
def open_take_view(request: HttpRequest, invitation: Invitation, tab: UUID, take: UUID) -> JsonResponse:
    attempt = held_attempt(invitation.interview, tab)
    with lock_open_attempt(attempt.pk) as locked_attempt:
        opened = open_take(locked_attempt, take, allowed=invitation.interview.job.takes_allowed)
        return JsonResponse({"next": opened.next_number})


@csrf_exempt
@require_POST
def add_chunk_view(request: HttpRequest, token: str, take: UUID, number: int) -> HttpResponseBase:
    """Store a chunk. Each room sends one per second, so that this view does less than others behind an invitation."""
    if is_over_limit(SCOPE, client_address(request), most=MOST_REQUESTS, seconds=SECONDS):
        return refuse("too_many", status=TOO_MANY)
    invitation_id = signed_id(token)
    if invitation_id is None:
        return without_traces(refuse("link_closed", status=GONE), CONTENT_SECURITY_POLICY)
    return without_traces(_add_chunk(request, token, invitation_id, take, number), CONTENT_SECURITY_POLICY)


def _add_chunk(request: HttpRequest, token: str, invitation_id: UUID, take: UUID, number: int) -> JsonResponse:
    try:
        with parsing():
            tab, size = parse_tab(request), int(request.headers.get("Content-Length") or 0)
    except Malformed:
        return refuse("malformed", status=400)
    if size > MAX_CHUNK_BYTES or not is_valid_chunk(request.body):
        return refuse("invalid_sound", status=400)
    outcome = add_chunk(invitation_id, take, number, request.body, tab=tab)
    if outcome is ChunkOutcome.ADDED and number % ACTIVITY_EACH:
        return JsonResponse({})
    interview_id = find_open_interview(token)
    if interview_id is None:
        return refuse("link_closed", status=GONE)
    if outcome not in ACCEPTED:
        return refuse(outcome)
    note_room_activity(interview_id)
    return JsonResponse({})


@asked_by_room
def send_take_view(request: HttpRequest, invitation: Invitation, tab: UUID, take: UUID) -> JsonResponse:
    with parsing():
        chunk_count = int(json.loads(request.body)["count"])
    attempt = held_attempt(invitation.interview, tab)
    _send(attempt, take, chunk_count)
    return JsonResponse(room_state(attempt))


def _send(attempt: Attempt, take: UUID, chunk_count: int) -> None:
    """A take that was the last answer of the interview can be sent again, though no attempt is open any more."""
    sent_takes = Take.objects.filter(pk=take, attempt=attempt, status__in=Take.ANSWERS)
    if sent_takes.exists():
        return
    try:
        with lock_open_attempt(attempt.pk) as locked_attempt:
            send_take(locked_attempt, take, chunk_count, render_nothing)
    except StaleTurn:  # the interview ended while this waited for the lock, by the same take or another input
        if not sent_takes.all().exists():
            raise


@opened_by_invitation
@require_safe
def take_sound(request: HttpRequest, invitation: Invitation, take: UUID) -> HttpResponse:
    """The sound of an open take, to listen to it before it is sent."""
    open_takes = Take.objects.filter(status=Take.Status.OPEN, response__interview=invitation.interview_id)
    row = open_takes.select_related("response__interview").filter(pk=take).first()
    if row is None:
        raise Http404
    return HttpResponse(make_wav(row.join_chunks()), content_type="audio/wav")
