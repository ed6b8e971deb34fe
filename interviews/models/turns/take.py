"""The takes of an answer in the room, and the chunks of sound that arrive while one is recorded.

The sound is PCM: one channel, 16-bit samples, 16 kHz. It needs no decoder, which hostile bytes could attack.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Max, Q, Sum
from django.db.models.functions import Length
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.models.attempt import Attempt
from interviews.models.interview import Interview
from interviews.models.response import InterviewResponse
from interviews.models.turns.chunk import CHUNKS_PER_SECOND, EXCESS_SECONDS, MAX_NUMBER, Chunk, insert_chunk
from screener.models import BaseModel

SAMPLE_RATE = 16_000
BYTES_PER_SAMPLE = 2
BYTES_PER_SECOND = SAMPLE_RATE * BYTES_PER_SAMPLE
MAX_CHUNK_BYTES = 2 * BYTES_PER_SECOND
SID_PREFIX = "take-"

# One statement without a lock: each room sends a chunk per second, and webhooks must not wait for them. It also asks
# whether the invitation is open. The takes of a person whose data was erased are gone.
ADD_CHUNK = """
INSERT INTO interviews_takechunk (take_id, number, content)
SELECT take.id, %(number)s::integer, %(content)s FROM interviews_take take
JOIN interviews_interviewresponse response ON response.id = take.response_id
JOIN interviews_interview interview ON interview.id = response.interview_id
JOIN interviews_roomvisit visit ON visit.interview_id = response.interview_id
JOIN interviews_invitation invitation ON invitation.interview_id = response.interview_id
CROSS JOIN LATERAL (SELECT response.max_seconds
    * CASE WHEN interview.more_time THEN 2 ELSE 1 END + %(excess)s::integer AS seconds) longest
WHERE take.id = %(take)s AND take.status = 'open' AND visit.tab = %(tab)s
AND invitation.id = %(invitation)s AND invitation.revoked_at IS NULL AND invitation.expires_at > now()
AND %(number)s::integer < %(chunks_per_second)s::integer * longest.seconds
AND %(size)s::integer + (SELECT coalesce(sum(octet_length(chunk.content)), 0) FROM interviews_takechunk chunk
    WHERE chunk.take_id = take.id) <= %(bytes_per_second)s::integer * longest.seconds
ON CONFLICT (take_id, number) DO NOTHING
"""
READ_SENT_CHUNK = """
SELECT invitation.id IS NOT NULL, take.status = 'open', visit.tab IS NOT DISTINCT FROM %(tab)s,
    chunk.content = %(content)s
FROM interviews_take take
JOIN interviews_interviewresponse response ON response.id = take.response_id
LEFT JOIN interviews_roomvisit visit ON visit.interview_id = response.interview_id
LEFT JOIN interviews_invitation invitation
    ON invitation.interview_id = response.interview_id AND invitation.id = %(invitation)s
LEFT JOIN interviews_takechunk chunk ON chunk.take_id = take.id AND chunk.number = %(number)s::integer
WHERE take.id = %(take)s
"""


class TakeQuerySet(models.QuerySet["Take"]):
    def with_sound(self) -> Self:
        """Takes whose chunks are not deleted yet."""
        return self.filter(status__in=[Take.Status.OPEN, Take.Status.SENT]).select_related("response__interview")

    def obsolete(self) -> Self:
        """Open takes that can't become answers any more."""
        open_questions = Q(response__status__in=InterviewResponse.OPEN, response__interview__status__in=Interview.LIVE)
        return self.filter(status=Take.Status.OPEN).exclude(open_questions)


class Take(BaseModel):
    """One try at recording an answer. The take that the candidate sends becomes the recording of its turn.

    Its id is made by the page, which records before the server knows of the take. `attempt`, `turn`: where it was
    opened, or sent. `chunk_count`: set when it is sent.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        SENT = "sent", _("Sent")
        STORED = "stored", _("Stored")
        DISCARDED = "discarded", _("Discarded")

    ANSWERS = (Status.SENT, Status.STORED)
    MAX_PER_RESPONSE = 50
    """Of one question. Takes without sound are not counted as takes of the candidate, and are bounded by this."""

    response = models.ForeignKey(InterviewResponse, on_delete=models.CASCADE, related_name="takes")
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="takes")
    turn = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    chunk_count = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)

    objects = TakeQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["response"], condition=Q(status="open"), name="one_open_take_per_response")
        ]
        indexes = [
            models.Index(fields=["updated_at"], condition=Q(status__in=["open", "sent"]), name="takes_with_chunks")
        ]

    def __str__(self) -> str:
        return gettext("Take of turn %(turn)s") % {"turn": self.turn}

    @property
    def sid(self) -> str:
        """The name of this take as a recording of its channel."""
        return f"{SID_PREFIX}{self.pk}"

    @property
    def longest_seconds(self) -> int:
        """The longest answer that the question allows this candidate, and some more."""
        return self.response.interview.answer_seconds(self.response.max_seconds) + EXCESS_SECONDS

    @property
    def max_chunks(self) -> int:
        return CHUNKS_PER_SECOND * self.longest_seconds

    @property
    def next_number(self) -> int:
        """The number after the last chunk that has arrived."""
        last_number = self.chunks.aggregate(last=Max("number"))["last"]
        return 0 if last_number is None else last_number + 1

    @property
    def size(self) -> int:
        """The bytes of all chunks that have arrived."""
        return self.chunks.aggregate(size=Sum(Length("content")))["size"] or 0

    def mark_sent(self, chunk_count: int, *, attempt: Attempt, turn: int) -> None:
        """The take is the recording of this turn. Later chunks are refused. Call it with the interview locked."""
        seconds = self.size // BYTES_PER_SECOND
        self.update_fields(
            status=self.Status.SENT, chunk_count=chunk_count, seconds=seconds, attempt=attempt, turn=turn
        )

    def mark_stored(self) -> None:
        """The recording of the take is settled, so that its chunks are deleted."""
        self.chunks.all().delete()
        self.update_fields(status=self.Status.STORED)

    def discard(self) -> None:
        """The take can't be sent any more, and its sound and video are deleted. Call it with the interview locked."""
        self.update_fields(status=self.Status.DISCARDED, seconds=self.size // BYTES_PER_SECOND)
        self.chunks.all().delete()
        self.clips.all().delete()

    def join_chunks(self) -> bytes:
        """Return the sound in the order of the numbers, cut at the longest answer that the question allows."""
        return self.chunks.join(self.chunk_count)[: BYTES_PER_SECOND * self.longest_seconds]


class TakeChunk(Chunk):
    """A part of a take."""

    pk = models.CompositePrimaryKey("take_id", "number")
    take = models.ForeignKey(Take, on_delete=models.CASCADE, related_name="chunks", db_index=False)


class RoomVisit(BaseModel):
    """The tab that holds the interview in the room: the one that was opened last. Others can't add sound."""

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="room_visit")
    tab = models.UUIDField()

    def __str__(self) -> str:
        return gettext("Tab in the room")


class ChunkOutcome(StrEnum):
    """How a chunk was received."""

    ADDED = "added"
    REPEATED = "repeated"
    """The same bytes have arrived before."""
    CONFLICT = "conflict"
    """Other bytes have arrived with this number."""
    TAKEN_OVER = "taken_over"
    """Another tab holds the interview."""
    CLOSED = "closed"
    """The take was sent or discarded."""
    TOO_LONG = "too_long"
    UNKNOWN_TAKE = "unknown_take"
    """The interview has no such take."""


def is_valid_chunk(content: bytes) -> bool:
    """Whether the bytes are whole samples, and not too many."""
    return 0 < len(content) <= MAX_CHUNK_BYTES and len(content) % BYTES_PER_SAMPLE == 0


def add_chunk(invitation_id: UUID, take_id: UUID, number: int, content: bytes, *, tab: UUID) -> ChunkOutcome:
    """Store a chunk of a take of the interview to which this invitation is open. A repeated one has no effect.

    The bytes must be a valid chunk. Where none is added, the caller asks whether the invitation is open.
    """
    if number > MAX_NUMBER:
        return ChunkOutcome.TOO_LONG
    keys = {"invitation": invitation_id, "take": take_id, "tab": tab}
    was_added, sent = insert_chunk(
        ADD_CHUNK, READ_SENT_CHUNK, number, content, bytes_per_second=BYTES_PER_SECOND, **keys
    )
    return ChunkOutcome.ADDED if was_added else _refusal(sent)


def _refusal(row: Iterable[bool | None] | None) -> ChunkOutcome:
    """Return why a chunk was not added."""
    is_own, is_open, has_tab, is_same = row or (False, False, False, None)
    if not is_own:
        return ChunkOutcome.UNKNOWN_TAKE
    if is_same is not None:
        return ChunkOutcome.REPEATED if is_same else ChunkOutcome.CONFLICT
    if not is_open:
        return ChunkOutcome.CLOSED
    return ChunkOutcome.TOO_LONG if has_tab else ChunkOutcome.TAKEN_OVER
