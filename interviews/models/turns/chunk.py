"""Chunks: the numbered parts in which a take or a clip arrives. Takes and clips differ in their statements alone."""

from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext

CHUNKS_PER_SECOND = 2
"""At most. The page sends one chunk per second, and a shorter one after each pause."""
EXCESS_SECONDS = 2
"""A take may be longer than its question allows by the time in which the page stops recording."""
MAX_NUMBER = 1_000_000
"""A larger number of a chunk is a mistake, and may not fit its column."""


class ChunkQuerySet(models.QuerySet["Any"]):
    """The chunks of one take or clip."""

    def missing_numbers(self, chunk_count: int) -> list[int]:
        """Return the numbers below `chunk_count` of which no chunk has arrived."""
        arrived_numbers = set(self.values_list("number", flat=True))
        return [number for number in range(chunk_count) if number not in arrived_numbers]

    def join(self, chunk_count: int | None) -> bytes:
        """Return the chunks in the order of their numbers, those below `chunk_count` if there is one."""
        chunks = self if chunk_count is None else self.filter(number__lt=chunk_count)
        return b"".join(bytes(content) for content in chunks.order_by("number").values_list("content", flat=True))


class Chunk(models.Model):
    """`content` is stored uncompressed, because neither sound nor video is compressible."""

    number = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = ChunkQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return gettext("Chunk %(number)s") % {"number": self.number}


def insert_chunk(
    add: str, read_sent: str, number: int, content: bytes, *, bytes_per_second: int, **keys: UUID
) -> tuple[bool, Any]:
    """Run the statement that adds a chunk. Return whether it did; if not, the row of the other statement as well.

    `keys`: the parameters that name the take or the clip, and the interview that the sender may add to.
    """
    parameters: dict[str, UUID | int | bytes] = {
        **keys,
        "number": number,
        "content": content,
        "size": len(content),
        "excess": EXCESS_SECONDS,
        "bytes_per_second": bytes_per_second,
        "chunks_per_second": CHUNKS_PER_SECOND,
    }
    with connection.cursor() as cursor:
        cursor.execute(add, parameters)
        if cursor.rowcount:
            return True, None
        cursor.execute(read_sent, parameters)
        return False, cursor.fetchone()
