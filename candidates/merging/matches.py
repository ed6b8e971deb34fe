"""Records that may be of the same person: the same phone number, or the same e-mail address."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Q

from candidates.models import Candidate
from screener.access.viewer import Viewer

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


def lock_contact(phone: str, email: str) -> None:
    """Let no other transaction that locks this number or address go on before this one ends."""
    keys = sorted(f"contact:{text.casefold()}" for text in (phone, email) if text)
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
