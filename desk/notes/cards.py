"""Notes as a page shows them."""

from dataclasses import dataclass
from typing import Any

from candidates.masked_text import mask_text
from candidates.models import Candidate
from interviews.models import Interview, Note, NoteVersion
from interviews.notes.mentions import TextPiece, split_at_mentions
from interviews.notes.visibility import visible_notes
from screener.access.blind_mode import is_blind
from screener.access.viewer import Viewer


@dataclass(frozen=True)
class NoteText:
    """A text of a note. In blind mode, names and contact data of the candidate are masked in it."""

    version: NoteVersion
    candidate: Candidate

    @property
    def pieces(self) -> list[TextPiece]:
        return split_at_mentions(mask_text(self.version.text, self.candidate), self.version.mentions)


@dataclass(frozen=True)
class NoteCard:
    """`is_own`: the viewer wrote it."""

    note: Note
    candidate: Candidate
    is_own: bool

    @property
    def can_be_edited(self) -> bool:
        """In blind mode no one edits: a masked text would replace the text."""
        return self.is_own and not is_blind()

    @property
    def text(self) -> NoteText:
        return NoteText(self.note.current, self.candidate)

    @property
    def earlier(self) -> list[NoteText]:
        return [NoteText(version, self.candidate) for version in self.note.earlier]

    @property
    def content(self) -> tuple[Any, ...]:
        """Changes with the parts of it that the page shows."""
        return (self.note.pk, self.note.deleted_at, self.note.current.pk, self.note.current.text)


def note_cards(interview: Interview, viewer: Viewer) -> list[NoteCard]:
    """The notes on the interview that the viewer may read, the newest first. Two queries."""
    notes = visible_notes(viewer).filter(interview=interview).prefetch_related("versions").order_by("-created_at")
    return [
        NoteCard(note, interview.candidate, is_own=note.author_id is not None and note.author_id == viewer.pk)
        for note in notes
    ]
