"""The verbs of notes: write, edit, delete. The desk and the API call them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from interviews.models import Interview, Note, lock_interview
from interviews.models.notices.note import MAX_NOTE_LENGTH
from interviews.notes.mentions import find_mentions
from interviews.notices.creation import add_mention_notices
from screener.models import InvalidTransition


@dataclass(frozen=True)
class WrittenNote:
    """`unknown`: mentioned names whose users get no notice, because they do not exist or may not see the interview."""

    note: Note
    unknown: list[str]


def write_note(interview: Interview, text: str, *, author: User | None, author_name: str) -> WrittenNote:
    """Add a note, and notices to the colleagues whom it mentions.

    Raises InvalidTransition for an empty or too long text, and where the answers of the interview were erased.
    """
    cleaned = _clean_text(text)
    with lock_interview(interview) as locked:
        locked.require_answers()
        note = Note.objects.create(interview=interview, author=author, author_name=author_name)
        return _add_text(note, cleaned)


def edit_note(note: Note, text: str, *, by: User) -> WrittenNote:
    """Replace the text of the user's own note. The earlier text stays readable."""
    cleaned = _clean_text(text)
    with _locked_note(note, by) as locked:
        if locked.current.text == cleaned:
            return WrittenNote(locked, [])
        return _add_text(locked, cleaned)


def delete_note(note: Note, *, by: User) -> None:
    """Hide the text of the user's own note. Its place, author and times stay; its notices end."""
    with _locked_note(note, by) as locked:
        locked.mark_deleted()
        locked.notices.all().delete()


def _add_text(note: Note, text: str) -> WrittenNote:
    mentions = find_mentions(text, note.interview.job_id)
    note.add_version(text, [user.get_username() for user in mentions.users])
    add_mention_notices(note, mentions.users)
    return WrittenNote(note, mentions.unknown)


def _clean_text(text: str) -> str:
    cleaned = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not cleaned:
        raise InvalidTransition(_("Write something first: the note is empty."))
    if len(cleaned) > MAX_NOTE_LENGTH:
        raise InvalidTransition(_("A note has at most %(limit)d characters.") % {"limit": MAX_NOTE_LENGTH})
    return cleaned


@contextmanager
def _locked_note(note: Note, by: User) -> Iterator[Note]:
    """Lock a note of this user, and the interview first, so that an erasure comes before or after."""
    with transaction.atomic(), lock_interview(note.interview) as interview:
        interview.require_answers()
        locked = Note.objects.select_for_update().get(pk=note.pk)
        locked.interview = note.interview
        if locked.author_id is None or locked.author_id != by.pk:
            raise InvalidTransition(_("Only its author can change a note."))
        yield locked
