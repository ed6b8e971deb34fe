"""Clips, the video beside takes: opened, closed, and stored as files. No take waits for a clip."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from interviews.models import Clip, Interview, Take, VideoChoice, lock_interview
from interviews.models.turns.clip import MAX_CLIPS_PER_TAKE, detect_format
from interviews.room.takes import MAX_ROWS, MissingChunks, TakeRefused
from interviews.task_handles import STORE_CLIP
from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.models import LeasableQuerySet
from screener.services.errors import ServiceError

TAKEN_AFTER_END = timedelta(days=1)
"""Clips are taken until so long after the end of the interview: a slow network sends them later than the answers."""
CLOSED_AFTER = timedelta(hours=1)
"""A clip of an answer that its page has not closed by then is what has arrived."""
TRY_AGAIN_AFTER = timedelta(hours=1)
NO_FILE = ("", 0)


def open_clip(interview: Interview, take_id: UUID, clip_id: UUID, clip_format: Clip.Format) -> None:
    """Create the clip of a take, unless it exists.

    Raises TakeRefused with the code `no_video`, `unknown_take`, `discarded`, `foreign_clip` or `too_many_clips`.
    """
    with lock_interview(interview):
        existing_clip = Clip.objects.filter(pk=clip_id).first()
        if existing_clip is not None:
            if existing_clip.take_id != take_id or existing_clip.format != clip_format:
                raise TakeRefused("foreign_clip")
            return
        if not _may_film(interview):
            raise TakeRefused("no_video")
        take = Take.objects.filter(pk=take_id, response__interview=interview).first()
        if take is None:
            raise TakeRefused("unknown_take")
        if take.status == Take.Status.DISCARDED:
            raise TakeRefused("discarded")
        if take.clips.count() >= MAX_CLIPS_PER_TAKE:
            raise TakeRefused("too_many_clips")
        Clip.objects.create(pk=clip_id, take=take, format=clip_format)


def _may_film(interview: Interview) -> bool:
    ended_at = interview.completed_at
    is_late = not interview.is_live and (ended_at is None or ended_at < timezone.now() - TAKEN_AFTER_END)
    agreements = VideoChoice.objects.filter(interview=interview, choice=VideoChoice.Choice.AGREED)
    return not is_late and agreements.exists()


def close_clip(interview: Interview, clip_id: UUID, chunk_count: int) -> None:
    """The page has sent the whole clip.

    Raises MissingChunks, or TakeRefused with the code `unknown_clip` or `malformed`.
    """
    with lock_interview(interview):
        clip = Clip.objects.filter(pk=clip_id, take__response__interview=interview).first()
        if clip is None:
            raise TakeRefused("unknown_clip")
        if clip.status != Clip.Status.OPEN:
            return
        if not 0 < chunk_count <= clip.max_chunks:
            raise TakeRefused("malformed")
        if missing_numbers := clip.chunks.missing_numbers(chunk_count):
            raise MissingChunks(missing_numbers)
        clip.close()
        STORE_CLIP.defer(clip.pk)


def close_old_clips() -> None:
    """Close clips whose pages went away."""
    before = timezone.now() - CLOSED_AFTER
    open_clips = Clip.objects.filter(status=Clip.Status.OPEN, take__status__in=Take.ANSWERS)
    old_clips = open_clips.filter(take__updated_at__lt=before, created_at__lt=before)
    for clip in old_clips.select_related("take__response__interview")[:MAX_ROWS]:
        with lock_interview(clip.take.response.interview):
            clip.refresh_from_db()
            if clip.status == Clip.Status.OPEN:
                clip.close()
                STORE_CLIP.defer(clip.pk)


# --- Storing -------------------------------------------------------------------------------------------


def _clips_to_store() -> LeasableQuerySet[Clip]:
    """Those of answers: a take that is discarded takes its clips with it, which must have no file then."""
    is_answer = Exists(Take.objects.filter(pk=OuterRef("take"), status__in=Take.ANSWERS))
    return Clip.objects.filter(is_answer, status=Clip.Status.CLOSED)


def _store_clip(lease: Lease[Clip]) -> tuple[str, int]:
    """Returns the name of the file in private storage, and its size. There is none of bytes that are no video."""
    clip = Clip.objects.select_related("take__response__interview").get(pk=lease.pk)
    video = clip.join_chunks()
    if detect_format(video) != clip.format:
        return NO_FILE
    release_db_connection()
    return clip.save_video(video), len(video)


def _save_clip(clip: Clip, stored: tuple[str, int]) -> None:
    if stored == NO_FILE:
        clip.delete()
    else:
        clip.mark_stored(*stored)


def _delete_file(stored: tuple[str, int]) -> None:
    if stored != NO_FILE:
        Clip._meta.get_field("file").storage.delete(stored[0])


def _try_later(clip: Clip, error: ServiceError) -> None:
    clip.release(retry_at=timezone.now() + TRY_AGAIN_AFTER)


STORE_STEP = Step(
    ready=_clips_to_store,
    work=_store_clip,
    lock=row_lock(Clip.objects.all()),
    save=_save_clip,
    give_up=_try_later,
    discard=_delete_file,
)
