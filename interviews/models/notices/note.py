"""Notes of colleagues on an interview."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from interviews.models.interview import Interview
from screener.models import AppendOnly, BaseModel, InvalidTransition

MAX_NOTE_LENGTH = 5000
NOTE_DELETED = gettext_noop("This note was deleted.")


class Note(BaseModel):
    """A remark of a user or of a client of the API. Its text is that of its last version.

    `author` is empty for clients of the API. A deleted note shows when it was deleted, without its text.
    """

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=150)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        default_permissions = ("add", "view")

    def __str__(self) -> str:
        return f"Note by {self.author_name}"

    @property
    def all_versions(self) -> list["NoteVersion"]:
        """The versions, the first one first. Needs no query where they are prefetched."""
        return sorted(self.versions.all(), key=lambda version: version.number)

    @property
    def current(self) -> "NoteVersion":
        return self.all_versions[-1]

    @property
    def earlier(self) -> list["NoteVersion"]:
        return self.all_versions[:-1]

    @property
    def is_edited(self) -> bool:
        return len(self.all_versions) > 1

    def add_version(self, text: str, mentions: list[str]) -> "NoteVersion":
        """Add a text to this locked note. The earlier ones stay."""
        if self.deleted_at:
            raise InvalidTransition(gettext(NOTE_DELETED))
        number = self.versions.count() + 1
        return self.versions.create(number=number, text=text, mentions=mentions)

    def mark_deleted(self) -> None:
        """Hide the text of this locked note. A second call has no effect."""
        if not self.deleted_at:
            self.update_fields(deleted_at=timezone.now())


class NoteVersion(AppendOnly):
    """One text of a note. `mentions`: the usernames in it that were recognised."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=MAX_NOTE_LENGTH)
    mentions: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["note", "number"], name="one_version_per_note_and_number")]

    def __str__(self) -> str:
        return f"Version {self.number}"
