"""Records that may be of the same person: the same phone number, or the same e-mail address."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import Q

from candidates.models import Candidate
from screener.access.viewer import Viewer

LOCK_CLASS = 7291
"""Of the locks of contacts, among all advisory locks."""
LOCKED_PARTS = 512
MAX_MATCHES = 20


@dataclass(frozen=True)
class Matches:
    """Records with the number or the address. `hidden`: those of them that the viewer may not see."""

    visible: list[Candidate] = field(default_factory=list)
    hidden: int = 0

    def __bool__(self) -> bool:
        return bool(self.visible or self.hidden)

    @property
    def seen(self) -> str:
        """The matches as a text, which a form sends back to say which ones its user has seen."""
        return " ".join([*sorted(str(candidate.pk) for candidate in self.visible), f"+{self.hidden}"])


def find_matches(phone: str, email: str, *, viewer: Viewer) -> Matches:
    """Return the records with this number in E.164 or this address, the newest first. Erased records have neither."""
    same_contact = Q(phone=phone) if phone else Q()
    if email:
        same_contact |= Q(email__iexact=email) & ~Q(email="")
    if not same_contact:
        return Matches()
    rows = list(Candidate.objects.filter(same_contact, erased_at__isnull=True)[:MAX_MATCHES])
    visible = _visible_ids(rows, viewer)
    return Matches([row for row in rows if row.pk in visible], len(rows) - len(visible))


def _visible_ids(rows: list[Candidate], viewer: Viewer) -> set[UUID]:
    ids = [row.pk for row in rows]
    return set(Candidate.objects.visible_to(viewer).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def lock_contacts(texts: Iterable[str]) -> None:
    """Let no other transaction that locks one of these numbers or addresses go on before this one ends.

    Locked are parts of all contacts, because the database has room for some thousands of locks: others may wait, too.
    """
    hashes = (sha256(text.casefold().encode()).digest() for text in texts if text)
    parts = sorted({int.from_bytes(digest[:2]) % LOCKED_PARTS for digest in hashes})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, part) FROM unnest(%s::int[]) part", [LOCK_CLASS, parts])
