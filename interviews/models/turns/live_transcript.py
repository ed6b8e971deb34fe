import json
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid4

from django.db import connection, models
from django.utils.translation import gettext

from interviews.models.attempt import Attempt
from screener.encryption.fields import EncryptedField, EncryptedTextField, EncryptedValuesField
from screener.models import BaseModel

MAX_TEXT = 2_000
MAX_BYTES = 80_000
"""Of the encrypted final texts of one turn. Later ones are dropped: an answer of ten minutes has half as many."""

# One statement, without a lock on the attempt: words arrive several times a second and must not delay the conversation.
ADD_WORDS = """
INSERT INTO interviews_livetranscript AS live
    (id, created_at, updated_at, attempt_id, turn, finals, partial, partial_key)
SELECT %(id)s, now(), now(), attempt.id, %(turn)s, %(finals)s::jsonb, %(partial)s, %(key)s
FROM interviews_attempt attempt
WHERE attempt.id = %(attempt)s AND attempt.turn >= %(turn)s AND (%(call_sid)s = '' OR EXISTS (
    SELECT FROM interviews_call call WHERE call.attempt_id = attempt.id AND call.twilio_sid = %(call_sid)s))
ON CONFLICT (attempt_id, turn) DO UPDATE SET
    finals = CASE WHEN octet_length(live.finals::text) < %(max_bytes)s
        THEN excluded.finals || live.finals ELSE live.finals END,
    partial = CASE WHEN excluded.partial_key > live.partial_key THEN excluded.partial ELSE live.partial END,
    partial_key = greatest(excluded.partial_key, live.partial_key),
    updated_at = now()
"""
READ_WORDS = "SELECT finals, partial, partial_key FROM interviews_livetranscript WHERE attempt_id = %s AND turn = %s"


@dataclass(frozen=True)
class LiveWords:
    """A piece of the transcript of a turn. `key`: its place in the sequence. A final piece never changes."""

    key: str
    text: str
    is_final: bool


class LiveTranscript(BaseModel):
    """What the channel understood of the candidate while a turn lasted. Pieces may arrive twice and in any order.

    `finals`: the final pieces by key. `partial`: the newest piece that was not final yet, with its key.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="live_transcripts")
    turn = models.PositiveIntegerField()
    finals = EncryptedValuesField(default=dict)
    partial = EncryptedTextField(blank=True)
    partial_key = models.CharField(max_length=40, blank=True, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "turn"], name="one_live_transcript_per_turn")]

    def __str__(self) -> str:
        return gettext("Turn %(turn)s") % {"turn": self.turn}

    @property
    def joined_words(self) -> str:
        return _join_pieces(self.finals, self.partial, self.partial_key)


def add_live_words(attempt_id: UUID, turn: int, words: LiveWords, *, call_sid: str = "") -> bool:
    """Store a piece. Returns False, with nothing stored, if there is no such attempt, turn or call."""
    piece_text = words.text[:MAX_TEXT]
    finals, partial = ({words.key: piece_text}, "") if words.is_final else ({}, piece_text)
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_WORDS,
            {
                "id": uuid4(),
                "attempt": attempt_id,
                "turn": turn,
                "call_sid": call_sid,
                "finals": json.dumps(_field("finals").encrypt(finals)),
                "partial": _field("partial").encrypt(partial),
                "key": words.key,
                "max_bytes": MAX_BYTES,
            },
        )
        return bool(cursor.rowcount)


def live_words(attempt_id: UUID, turn: int) -> str:
    """Return all that was understood of this turn so far. Empty where nothing was."""
    with connection.cursor() as cursor:
        cursor.execute(READ_WORDS, [attempt_id, turn])
        row = cursor.fetchone()
    if row is None:
        return ""
    finals, partial, partial_key = row
    return _join_pieces(_field("finals").decrypt(json.loads(finals)), _field("partial").decrypt(partial), partial_key)


def _field(name: str) -> EncryptedField:
    return cast(EncryptedField, LiveTranscript._meta.get_field(name))


def _join_pieces(finals: dict[str, str], partial: str, partial_key: str) -> str:
    pieces = [text for _, text in sorted(finals.items())]
    is_newer = partial_key > max(finals, default="")
    return " ".join(piece.strip() for piece in [*pieces, partial if is_newer else ""] if piece.strip())
