"""Video that is recorded beside the takes of the room, for people to watch. No program analyses it.

A clip is what one recorder of the browser made: a whole file in chunks. A take has one clip, or several where the
camera or the page went away in between.
"""

import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Self
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from interviews.models.interview import Interview
from interviews.models.recording import interview_folder, private_storage
from interviews.models.turns.chunk import MAX_NUMBER, Chunk, insert_chunk
from interviews.models.turns.take import Take
from screener.models import BaseModel, LeasableModel, LeasableQuerySet

MAX_VIDEO_CHUNK_BYTES = 256 * 1024
MOST_BYTES_PER_SECOND = 125_000
"""Of all clips of a take, by the longest answer that its question allows: twice the rate at which the page records."""
MAX_CLIPS_PER_TAKE = 20
VIDEO_FOLDER = "video"
CONSENT_WITHDRAWN = gettext_noop("The candidate withdrew their consent to video.")
"""The reason of the erasure."""

EBML = b"\x1aE\xdf\xa3"
WEBM_NAME, MP4_NAME = b"webm", b"ftyp"
EBML_HEADER_BYTES = 64

# One statement without a lock, as for sound. The clips of a take share its limit.
ADD_CLIP_CHUNK = """
INSERT INTO interviews_clipchunk (clip_id, number, content)
SELECT clip.id, %(number)s::integer, %(content)s FROM interviews_clip clip
JOIN interviews_take take ON take.id = clip.take_id
JOIN interviews_interviewresponse response ON response.id = take.response_id
JOIN interviews_interview interview ON interview.id = response.interview_id
JOIN interviews_videochoice video ON video.interview_id = interview.id
CROSS JOIN LATERAL (SELECT response.max_seconds
    * CASE WHEN interview.more_time THEN 2 ELSE 1 END + %(excess)s::integer AS seconds) longest
CROSS JOIN LATERAL (SELECT coalesce(sum(other.size), 0) + coalesce(sum(sent.bytes), 0) AS bytes
    FROM interviews_clip other CROSS JOIN LATERAL (SELECT sum(octet_length(chunk.content)) AS bytes
        FROM interviews_clipchunk chunk WHERE chunk.clip_id = other.id) sent
    WHERE other.take_id = take.id) used
WHERE clip.id = %(clip)s AND clip.status = 'open' AND interview.id = %(interview)s AND video.choice = 'agreed'
AND %(number)s::integer < %(chunks_per_second)s::integer * longest.seconds
AND %(size)s::integer + used.bytes <= %(bytes_per_second)s::integer * longest.seconds
ON CONFLICT (clip_id, number) DO NOTHING
"""
READ_SENT_CLIP_CHUNK = """
SELECT clip.status = 'open', video.choice = 'agreed', chunk.content = %(content)s
FROM interviews_clip clip
JOIN interviews_take take ON take.id = clip.take_id
JOIN interviews_interviewresponse response ON response.id = take.response_id
JOIN interviews_videochoice video ON video.interview_id = response.interview_id
LEFT JOIN interviews_clipchunk chunk ON chunk.clip_id = clip.id AND chunk.number = %(number)s::integer
WHERE clip.id = %(clip)s AND response.interview_id = %(interview)s
"""


class VideoChoice(BaseModel):
    """Whether the candidate of this interview agreed to video. No row: they have not been asked.

    A refusal stands here alone, so that they are not asked twice. The ledger of consents has the consents and their
    withdrawals, with the hash of the wording.
    """

    class Choice(models.TextChoices):
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Without video")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ERASED = "erased", _("Erased")

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="video_choice")
    choice = models.CharField(max_length=10, choices=Choice.choices)

    class Meta:
        indexes = [
            models.Index(
                fields=["interview"], condition=models.Q(choice="withdrawn"), name="withdrawn_consents_to_video"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_choice_display())


class ClipQuerySet(LeasableQuerySet["Clip"]):
    def to_watch(self) -> Self:
        """Stored clips of answers that were sent, while the candidate agrees to them."""
        sent = self.filter(status=Clip.Status.STORED, take__status__in=Take.ANSWERS)
        return sent.filter(take__response__interview__video_choice__choice=VideoChoice.Choice.AGREED)


def clip_path(clip: "Clip", _filename: str) -> str:
    """Videos have a folder of their own, so that they can be erased without the recordings."""
    folder = interview_folder(clip.take.response.interview)
    return f"{folder}/{VIDEO_FOLDER}/{uuid.uuid4().hex}.{clip.format}"


class Clip(LeasableModel):
    """The video of a take, or of a part of it. Its id is made by the page. `size`: the bytes of the stored file."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        STORED = "stored", _("Stored")

    class Format(models.TextChoices):
        WEBM = "webm", "WebM"
        MP4 = "mp4", "MP4"

    take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="clips")
    format = models.CharField(max_length=4, choices=Format.choices)
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.OPEN)
    chunk_count = models.PositiveIntegerField(null=True, blank=True)
    size = models.PositiveIntegerField(default=0)
    file = models.FileField(storage=private_storage, upload_to=clip_path, blank=True, max_length=255)

    objects = models.Manager.from_queryset(ClipQuerySet)()

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["updated_at"], condition=models.Q(status__in=["open", "closed"]), name="clips_in_work")
        ]

    def __str__(self) -> str:
        return gettext("Video of turn %(turn)s") % {"turn": self.take.turn}

    @property
    def content_type(self) -> str:
        return f"video/{self.format}"

    @property
    def max_chunks(self) -> int:
        return self.take.max_chunks

    def close(self) -> None:
        """No more chunks are taken: the clip is what has arrived without a gap. Call it with the interview locked."""
        arrived_numbers = list(self.chunks.order_by("number").values_list("number", flat=True))
        chunk_count = sum(number == place for place, number in enumerate(arrived_numbers))
        self.update_fields(status=self.Status.CLOSED, chunk_count=chunk_count)

    def join_chunks(self) -> bytes:
        """Return the chunks in the order of their numbers; of a closed clip those that it was closed with."""
        return self.chunks.join(self.chunk_count)

    def save_video(self, video: bytes) -> str:
        """Write the video into private storage and return its name there. It may take long: hold no lock meanwhile."""
        return str(self.file.storage.save(clip_path(self, ""), ContentFile(video)))

    def mark_stored(self, file_name: str, size: int) -> None:
        """The video is in private storage, under this name, so that its chunks are deleted."""
        self.chunks.all().delete()
        self.release(status=self.Status.STORED, file=file_name, size=size)


class ClipChunk(Chunk):
    """A part of a clip."""

    pk = models.CompositePrimaryKey("clip_id", "number")
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="chunks", db_index=False)


class ClipChunkOutcome(StrEnum):
    """How a chunk of a clip was received."""

    ADDED = "added"
    REPEATED = "repeated"
    """The same bytes have arrived before."""
    CONFLICT = "conflict"
    """Other bytes have arrived with this number."""
    CLOSED = "closed"
    TOO_LONG = "too_long"
    NO_VIDEO = "no_video"
    """The candidate does not agree to video, or not any more."""
    UNKNOWN_CLIP = "unknown_clip"
    """The interview has no such clip."""


def detect_format(first_bytes: bytes) -> Clip.Format | None:
    """The format by the first bytes of a file. None: not a format of clips."""
    if first_bytes.startswith(EBML) and WEBM_NAME in first_bytes[:EBML_HEADER_BYTES]:
        return Clip.Format.WEBM
    return Clip.Format.MP4 if first_bytes[4:8] == MP4_NAME else None


def add_clip_chunk(interview_id: UUID, clip_id: UUID, number: int, content: bytes) -> ClipChunkOutcome:
    """Store a chunk of a clip of this interview. A repeated one has no effect."""
    if number > MAX_NUMBER:
        return ClipChunkOutcome.TOO_LONG
    keys = {"interview": interview_id, "clip": clip_id}
    was_added, sent = insert_chunk(
        ADD_CLIP_CHUNK, READ_SENT_CLIP_CHUNK, number, content, bytes_per_second=MOST_BYTES_PER_SECOND, **keys
    )
    return ClipChunkOutcome.ADDED if was_added else _refusal(sent)


def _refusal(row: Iterable[bool | None] | None) -> ClipChunkOutcome:
    """Return why a chunk was not added."""
    if row is None:
        return ClipChunkOutcome.UNKNOWN_CLIP
    is_open, has_agreed, is_same = row
    if not has_agreed:
        return ClipChunkOutcome.NO_VIDEO
    if is_same is not None:
        return ClipChunkOutcome.REPEATED if is_same else ClipChunkOutcome.CONFLICT
    return ClipChunkOutcome.TOO_LONG if is_open else ClipChunkOutcome.CLOSED
