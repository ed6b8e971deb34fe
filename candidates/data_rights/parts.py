"""The parts of a person's data: each app registers how its rows are exported and erased."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from candidates.models import Candidate, ErasedItem, Erasure


@dataclass(frozen=True)
class Document:
    """A file of an export, with its path in the zip and its description for the index.

    `content`: records that become JSON; or a function that opens a stored file, and raises FileNotFoundError.
    """

    path: str
    description: str
    content: list[dict[str, Any]] | Callable[[], Any]


@dataclass(frozen=True)
class ErasureScope:
    """The data that an erasure covers: the whole person, their resume, or the videos, recordings or answers of one
    interview.

    `began_at`: a resume that was stored later is a new one.
    """

    candidate: Candidate
    kind: Erasure.Kind
    actor: str
    interview_id: UUID | None = None
    began_at: datetime = field(default_factory=timezone.now)

    @property
    def is_whole_person(self) -> bool:
        return self.kind == Erasure.Kind.PERSON

    @property
    def covers_answers(self) -> bool:
        return self.kind in (Erasure.Kind.PERSON, Erasure.Kind.ANSWERS)

    @property
    def covers_recordings(self) -> bool:
        return self.covers_answers or self.kind == Erasure.Kind.RECORDINGS

    @property
    def covers_videos(self) -> bool:
        """Videos have the voice as well, so that they go with the recordings."""
        return self.covers_recordings or self.kind == Erasure.Kind.VIDEOS

    @property
    def covers_resume(self) -> bool:
        return self.kind in (Erasure.Kind.PERSON, Erasure.Kind.RESUME)


@dataclass(frozen=True)
class Item:
    """A file or recording outside the database. `deleted_at`: it was deleted before the erasure."""

    kind: ErasedItem.Kind
    name: str
    deleted_at: datetime | None = None


class DataPart:
    """The data that one app stores about candidates. A part overrides the methods that it needs."""

    def export(self, candidate: Candidate) -> Iterator[Document]:
        """Yield the documents with this app's data about the candidate, without data of other persons."""
        return iter(())

    def why_not_merged(self, records: tuple[Candidate, Candidate]) -> str:
        """Why these records of one person can't be merged now; empty if they can."""
        return ""

    def merge(self, kept: Candidate, merged: Candidate, actor: str) -> None:
        """Move the rows of the merged record that need more than another foreign key. The merge moves all others.

        Raises InvalidTransition if the records can't be merged now.
        """

    def prepare(self, candidate: Candidate, actor: str) -> None:
        """Cancel plans for the candidate. Raises InvalidTransition if they can't be erased now."""

    def list_items(self, scope: ErasureScope) -> Iterable[Item]:
        """Return the items that the rows name. Called before the rows are blanked."""
        return ()

    def erase(self, scope: ErasureScope) -> dict[str, int]:
        """Blank the rows, without network. Idempotent. Returns how many rows changed, by table."""
        return {}

    def find_items(self, scope: ErasureScope) -> Iterable[Item]:
        """Return items that no row names. Called in the background. Raises ServiceError."""
        return ()


PARTS: list[DataPart] = []
"""In the order of registration: rows of a later part refer to rows of earlier ones."""

DELETERS: dict[ErasedItem.Kind, Callable[[str], None]] = {}
"""How an item of each kind is deleted, by its name. An item that does not exist is no error. Raises ServiceError."""


def register_part(part: DataPart) -> None:
    PARTS.append(part)


def register_deleter(kind: ErasedItem.Kind, delete: Callable[[str], None]) -> None:
    DELETERS[kind] = delete
