"""Video beside the takes of the room: consent, limits, storage, erasure. Nothing but people gets it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import storages
from django.db.models import F
from django.utils import timezone

from candidates.data_rights.item_deletion import DELETE_ITEMS_STEP
from candidates.models import Candidate, Consent, Erasure
from devtools.model_simulator.replies import json_reply
from interviews.answers.audio import FETCH_STEP
from interviews.models import Clip, ClipChunk, Interview, InterviewResponse, Recording, Take, VideoChoice
from interviews.models.turns.chunk import EXCESS_SECONDS
from interviews.models.turns.clip import (
    MAX_CLIPS_PER_TAKE,
    MAX_VIDEO_CHUNK_BYTES,
    MOST_BYTES_PER_SECOND,
    ClipChunkOutcome,
    add_clip_chunk,
    detect_format,
)
from interviews.pipeline import PIPELINE
from interviews.retention.due import Kind
from interviews.retention.nightly import erase_due
from interviews.room.clips import CLOSED_AFTER, STORE_STEP, close_clip, close_old_clips, open_clip
from interviews.room.takes import MissingChunks, TakeRefused
from interviews.room.video_consent import choose_video, is_video_offered, withdraw_video
from interviews.task_handles import FETCH_AUDIO
from interviews.tests.test_takes import Room
from screener.background.steps import run_step, run_steps
from tests.support.factories import make_approved_job, make_interview
from tests.support.fake_openai import fake_language_model, fake_transcription

pytestmark = pytest.mark.django_db

WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm"
MP4 = b"\x00\x00\x00\x1cftypiso5"
MARK = b"a face and a room"
WORDS = "I moved four hundred mailboxes to another server last spring, without losing one."
WORDING = "b" * 64


class FilmedRoom(Room):
    """The page of a candidate who has agreed to video."""

    def agree(self) -> None:
        choose_video(self.interview, agreed=True, wording_version=WORDING, language="en")

    def open_clip(self, take: Take, clip_id: UUID | None = None) -> Clip:
        clip_id = clip_id or uuid4()
        open_clip(self.interview, take.pk, clip_id, Clip.Format.WEBM)
        return Clip.objects.get(pk=clip_id)

    def add_part(self, clip: Clip, number: int, content: bytes = b"more") -> ClipChunkOutcome:
        return add_clip_chunk(self.interview.pk, clip.pk, number, content)

    def film(self, take: Take) -> Clip:
        """A clip of two chunks. It is stored if the take is an answer."""
        clip = self.open_clip(take)
        assert [self.add_part(clip, 0, WEBM), self.add_part(clip, 1)] == [ClipChunkOutcome.ADDED] * 2
        close_clip(self.interview, clip.pk, 2)
        run_step(STORE_STEP, clip.pk)
        clip.refresh_from_db()
        return clip


@pytest.fixture
def room() -> FilmedRoom:
    room = FilmedRoom(make_interview(job=make_approved_job(record_video=True)))
    room.agree()
    return room


def refusal(act: Any) -> str:
    with pytest.raises(TakeRefused) as refused:
        act()
    return refused.value.code


def test_clip_is_stored_as_a_file(room: FilmedRoom) -> None:
    """Only with its answer: the video of a take that is discarded has no file."""
    take = room.record()
    clip = room.film(take)
    assert clip.status == Clip.Status.CLOSED
    room.send(take)
    run_step(STORE_STEP, clip.pk)
    clip = Clip.objects.to_watch().get()
    assert clip.size == len(WEBM) + 4
    with clip.file.open("rb") as file:
        assert file.read() == WEBM + b"more"
    assert not ClipChunk.objects.exists()


def test_format_is_detected_by_content() -> None:
    assert [detect_format(content) for content in (WEBM, MP4)] == [Clip.Format.WEBM, Clip.Format.MP4]
    matroska = WEBM.replace(b"webm", b"matroska")
    assert not any(map(detect_format, (b"", b"RIFF", b"<html>", matroska, b"webm" + WEBM)))


def test_clip_that_is_no_video_is_not_stored(room: FilmedRoom) -> None:
    take = room.record()
    clip = room.open_clip(take)
    room.add_part(clip, 0, b"<html>")
    room.send(take)
    close_clip(room.interview, clip.pk, 1)
    run_step(STORE_STEP, clip.pk)
    assert not Clip.objects.exists()


def test_consent_to_video_is_asked_once(room: FilmedRoom) -> None:
    consent = Consent.objects.get(kind=Consent.Kind.VIDEO)
    assert (consent.given, consent.given_by, consent.wording_version) == (True, Consent.GivenBy.FORM, WORDING)
    choose_video(room.interview, agreed=False, wording_version=WORDING, language="en")
    assert VideoChoice.objects.get().choice == VideoChoice.Choice.AGREED


def test_refusal_of_video_leaves_no_trace() -> None:
    """Neither the ledger nor the history, which HR reads, tells of it. No clip is taken."""
    room = FilmedRoom(make_interview(job=make_approved_job(record_video=True)))
    events = room.interview.events.count()
    choose_video(room.interview, agreed=False, wording_version=WORDING, language="en")
    assert not Consent.objects.filter(kind=Consent.Kind.VIDEO).exists()
    assert room.interview.events.count() == events
    assert not is_video_offered(room.interview)
    take = room.record()
    assert refusal(lambda: room.open_clip(take)) == "no_video"
    room.send(take)
    assert Recording.objects.get().chosen


def test_job_without_video_takes_none() -> None:
    room = FilmedRoom(make_interview())
    room.agree()
    assert not VideoChoice.objects.exists()
    take = room.record()
    assert refusal(lambda: room.open_clip(take)) == "no_video"


def test_chunks_of_clip_are_checked(room: FilmedRoom) -> None:
    clip = room.open_clip(room.record())
    assert room.add_part(clip, 0, WEBM) == ClipChunkOutcome.ADDED
    assert room.add_part(clip, 0, WEBM) == ClipChunkOutcome.REPEATED
    assert room.add_part(clip, 0, MP4) == ClipChunkOutcome.CONFLICT
    other = FilmedRoom(make_interview(phone="+14155550101", job=make_approved_job(record_video=True)))
    other.agree()
    assert other.add_part(clip, 1) == ClipChunkOutcome.UNKNOWN_CLIP
    assert refusal(lambda: other.open_clip(clip.take)) == "unknown_take"
    assert refusal(lambda: close_clip(other.interview, clip.pk, 1)) == "unknown_clip"
    with pytest.raises(MissingChunks) as missing:
        close_clip(room.interview, clip.pk, 3)
    assert missing.value.numbers == [1, 2]
    close_clip(room.interview, clip.pk, 1)
    assert room.add_part(clip, 1) == ClipChunkOutcome.CLOSED


def test_clips_of_a_take_share_its_limit(room: FilmedRoom) -> None:
    InterviewResponse.objects.update(max_seconds=15)
    take = room.record(1)
    limit = MOST_BYTES_PER_SECOND * (15 + EXCESS_SECONDS)
    part = bytes(MAX_VIDEO_CHUNK_BYTES)
    first, second = room.open_clip(take), room.open_clip(take)
    outcomes = [room.add_part(clip, number, part) for number in range(8) for clip in (first, second)]
    assert outcomes.count(ClipChunkOutcome.ADDED) == limit // MAX_VIDEO_CHUNK_BYTES
    assert outcomes[-1] == ClipChunkOutcome.TOO_LONG
    for _ in range(MAX_CLIPS_PER_TAKE - 2):
        room.open_clip(take)
    assert refusal(lambda: room.open_clip(take)) == "too_many_clips"


def test_clip_of_discarded_take_is_refused(room: FilmedRoom) -> None:
    take = room.record()
    clip = room.open_clip(take)
    room.discard()
    assert not Clip.objects.exists()
    assert room.add_part(clip, 0, WEBM) == ClipChunkOutcome.UNKNOWN_CLIP
    assert refusal(lambda: room.open_clip(take)) == "discarded"


def test_clip_of_lost_page_is_what_arrived(room: FilmedRoom) -> None:
    take = room.record()
    clip = room.open_clip(take)
    room.send(take)
    for number, content in ((0, WEBM), (1, b"more"), (3, b"after a gap")):
        room.add_part(clip, number, content)
    close_old_clips()
    clip.refresh_from_db()
    assert clip.status == Clip.Status.OPEN
    then = timezone.now() - CLOSED_AFTER
    Clip.objects.update(created_at=then)
    Take.objects.update(updated_at=then)
    close_old_clips()
    run_step(STORE_STEP, clip.pk)
    clip.refresh_from_db()
    assert clip.size == len(WEBM) + 4


def test_withdrawal_erases_videos_alone(room: FilmedRoom) -> None:
    take = room.record()
    room.send(take)
    clip, unsent = room.film(take), room.open_clip(take)
    room.add_part(unsent, 0, WEBM)
    run_step(FETCH_STEP, Recording.objects.get().pk)
    for _ in range(2):
        withdraw_video(room.interview, language="en")
    assert list(Consent.objects.filter(kind="video").values_list("given", flat=True)) == [False, True]
    erasure = Erasure.objects.get()
    run_step(DELETE_ITEMS_STEP, erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.kind, erasure.status, erasure.removed) == (Kind.VIDEOS, Erasure.Status.DONE, {"videos": 2})
    assert not storages["private"].exists(str(clip.file.name))
    assert not ClipChunk.objects.exists()
    recording = Recording.objects.get()
    assert storages["private"].exists(str(recording.file.name))
    assert Interview.objects.get().is_live
    assert room.add_part(clip, 9) == ClipChunkOutcome.UNKNOWN_CLIP
    assert refusal(lambda: room.open_clip(take)) == "no_video"


def test_withdrawal_on_legal_hold_hides_videos(room: FilmedRoom) -> None:
    """Nothing is erased on hold. The night after it is lifted, they go, though the interview is not over."""
    take = room.record()
    room.send(take)
    room.film(take)
    candidate = Candidate.objects.get()
    candidate.set_hold(actor="hanna", reason="A lawsuit.")
    withdraw_video(room.interview, language="en")
    assert not Clip.objects.to_watch().exists()
    assert not erase_due().total()
    candidate.lift_hold(actor="hanna", reason="It is over.")
    assert erase_due()[Kind.VIDEOS] == 1
    assert not Clip.objects.exists()


def test_videos_go_before_recordings(room: FilmedRoom) -> None:
    """Without a period of its own, a job keeps them as long as the organisation does, which is a month by default."""
    take = room.record()
    room.send(take)
    room.film(take)
    run_step(FETCH_STEP, Recording.objects.get().pk)
    ended = {"completed_at": timezone.now() - timedelta(days=29), "status": Interview.Status.CANCELLED}
    Interview.objects.update(**ended, outcome=Interview.Outcome.BY_HR)
    assert not erase_due().total()
    Interview.objects.update(completed_at=F("completed_at") - timedelta(days=2))
    assert +erase_due() == {Kind.VIDEOS: 1}
    assert not Clip.objects.exists()
    assert Recording.objects.get().status == Recording.Status.STORED
    assert VideoChoice.objects.get().choice == VideoChoice.Choice.ERASED


def test_no_service_gets_video(room: FilmedRoom) -> None:
    """The whole way of an answer: the sound is transcribed, the words are scored, and no request has the video."""
    take = room.record()
    clip = room.open_clip(take)
    room.add_part(clip, 0, WEBM + MARK)
    close_clip(room.interview, clip.pk, 1)
    room.send(take)
    run_step(STORE_STEP, clip.pk)
    with fake_transcription(json_reply(200, {"text": WORDS})) as speech, fake_language_model() as model:
        run_steps(PIPELINE[FETCH_AUDIO], Recording.objects.get().pk)
        bodies = [request.body for request in (*speech.requests, *model.requests)]
    assert InterviewResponse.objects.filter(status=InterviewResponse.Status.ASSESSED).exists()
    assert any(b"RIFF" in body for body in bodies)
    assert not any(MARK in body or WEBM in body for body in bodies)
