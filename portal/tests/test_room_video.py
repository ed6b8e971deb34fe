"""The addresses of the room for video, and its consent apart from the interview."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.models import Consent
from interviews.invitations import inviting
from interviews.models import Clip, ClipChunk, Invitation, Recording, VideoChoice
from interviews.models.turns.clip import MAX_VIDEO_CHUNK_BYTES, ClipChunkOutcome
from interviews.tests.test_clips import MP4, WEBM
from jobs.models import JobDescription
from portal.access import GONE
from portal.room.consent import video_sentences, wording_version
from portal.tests.test_room import CONFLICT, MALFORMED, OK, OTHER_TAB, Page, code_of
from tests.support.factories import make_approved_job, make_interview

pytestmark = pytest.mark.django_db
Choice = VideoChoice.Choice


class FilmedPage(Page):
    """The script of the room with a camera."""

    def choose_video(self, *, agree: bool) -> None:
        response = self.post("video", {"agree": agree})
        assert response.status_code == OK
        self.state = response.json()

    def open_clip(self, clip_format: str = "webm") -> UUID:
        clip = uuid4()
        assert self.post("clip", {"format": clip_format}, self.take, clip).status_code == OK
        return clip


@pytest.fixture
def invitation() -> Invitation:
    return inviting.invite(make_interview(job=make_approved_job(record_video=True)), actor="hanna")


@pytest.fixture
def page(invitation: Invitation) -> FilmedPage:
    page = FilmedPage(invitation)
    page.agree()
    page.choose_video(agree=True)
    page.record()
    return page


def test_consent_to_video_is_asked_apart(invitation: Invitation) -> None:
    page = FilmedPage(invitation)
    page.agree()
    assert (page.state["stage"], page.state["video"]) == ("question", "ask")
    page.choose_video(agree=True)
    assert page.state["video"] == "agreed"
    consent = Consent.objects.get(kind=Consent.Kind.VIDEO)
    assert consent.wording_version == wording_version(video_sentences(invitation.interview.job))
    malformed: list[Any] = [{}, {"agree": "yes"}, []]
    for data in malformed:
        assert code_of(page.post("video", data)) == (MALFORMED, "malformed")


def test_refusal_of_video_blocks_nothing(invitation: Invitation) -> None:
    page = FilmedPage(invitation)
    page.agree()
    page.choose_video(agree=False)
    assert (page.state["stage"], page.state["video"]) == ("question", None)
    page.record()
    assert code_of(page.post("clip", {"format": "webm"}, page.take, uuid4())) == (CONFLICT, "no_video")
    assert page.send().status_code == OK
    room = Client().get(reverse("portal-room", args=[invitation.token]))
    assert "camera=()" in room["Permissions-Policy"]


def test_camera_is_allowed_where_video_is_asked_for(invitation: Invitation) -> None:
    room, landing = (reverse(name, args=[invitation.token]) for name in ("portal-room", "portal"))
    assert "camera=(self)" in Client().get(room)["Permissions-Policy"]
    assert Client().get(landing).context["introduction"].may_be_filmed
    JobDescription.objects.update(record_video=False)
    assert "camera=()" in Client().get(room)["Permissions-Policy"]
    assert not Client().get(landing).context["introduction"].may_be_filmed
    assert not VideoChoice.objects.exists()


def test_clip_is_sent_beside_the_take(page: FilmedPage, invitation: Invitation) -> None:
    """It belongs to the page that recorded it: another tab, or the next question, does not close it."""
    clip = page.open_clip()
    assert page.post("clip-chunk", WEBM, clip, 0).status_code == OK
    FilmedPage(invitation, OTHER_TAB).enter()
    page.tab = OTHER_TAB
    assert page.send().status_code == OK
    assert page.post("clip-chunk", b"more", clip, 1).status_code == OK
    missing = page.post("clip-close", {"count": 3}, clip)
    assert (code_of(missing), missing.json()["missing"]) == ((CONFLICT, "missing_chunks"), [2])
    for _ in range(2):
        assert page.post("clip-close", {"count": 2}, clip).status_code == OK
    assert Clip.objects.get().status == Clip.Status.CLOSED
    assert code_of(page.post("clip-chunk", b"late", clip, 2)) == (CONFLICT, ClipChunkOutcome.CLOSED)
    assert Recording.objects.get().chosen


def test_chunks_that_are_no_video_are_refused(page: FilmedPage) -> None:
    """A lie about the type or the size is refused, and the sound goes on."""
    clip = page.open_clip()
    for content in (b"", b"<html>", MP4, WEBM + bytes(MAX_VIDEO_CHUNK_BYTES)):
        assert code_of(page.post("clip-chunk", content, clip, 0)) == (MALFORMED, "invalid_video")
    assert not ClipChunk.objects.exists()
    assert page.post("clip-chunk", MP4, page.open_clip("mp4"), 0).status_code == OK
    malformed: list[Any] = [{}, {"format": "exe"}, {"format": ["webm"]}, []]
    for data in malformed:
        assert code_of(page.post("clip", data, page.take, uuid4())) == (MALFORMED, "malformed")
    for count in (0, -1, 10**9):
        assert code_of(page.post("clip-close", {"count": count}, clip)) == (CONFLICT, "malformed")
    assert page.send().status_code == OK


def test_clips_need_an_open_invitation(page: FilmedPage) -> None:
    clip = page.open_clip()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert page.post("clip-chunk", WEBM, clip, 0).status_code == GONE
    assert page.post("clip-close", {"count": 1}, clip).status_code == GONE


def test_video_is_withdrawn_in_the_room(page: FilmedPage) -> None:
    clip = page.open_clip()
    page.post("clip-chunk", WEBM, clip, 0)
    assert page.post("video-withdraw", {}).status_code == OK
    assert not Clip.objects.exists()
    assert code_of(page.post("clip-chunk", b"more", clip, 1)) == (CONFLICT, ClipChunkOutcome.UNKNOWN_CLIP)
    page.send()
    assert page.state["video"] is None


def test_video_is_withdrawn_on_the_invitation(page: FilmedPage, invitation: Invitation) -> None:
    """Opening the page has no effect; the link goes with the video."""
    page.send()
    page.open_clip()
    landing, withdrawal = (reverse(name, args=[invitation.token]) for name in ("portal", "portal-no-video"))
    assert withdrawal in Client().get(landing).content.decode()
    assert Client().get(withdrawal).status_code == OK
    assert Clip.objects.exists()
    assert Client().post(withdrawal)["Location"] == landing
    assert not Clip.objects.exists()
    assert VideoChoice.objects.get().choice == Choice.WITHDRAWN
    assert withdrawal not in Client().get(landing).content.decode()
