"""The do-not-call list: numbers and people that are not called until a person lifts the entry."""

import hmac
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.models.candidate import Candidate
from screener.access.viewer import VIEW_ALL_JOBS, VIEW_CONTACT_DATA, Viewer
from screener.models import BaseModel, InvalidTransition
from screener.phone_format import to_e164

CANARY = "do-not-call canary"


class DoNotCallKeyQuerySet(models.QuerySet["DoNotCallKey"]):
    def current_key(self) -> "DoNotCallKey":
        """The row of the key that new entries are hashed with."""
        return self.get_or_create(canary=_hash(settings.DO_NOT_CALL_KEY, CANARY))[0]

    def not_configured(self) -> "models.QuerySet[DoNotCallKey]":
        """Keys of entries that no setting holds. While there is one, the list is incomplete."""
        return self.exclude(canary__in=[_hash(key, CANARY) for key in configured_keys()])


class DoNotCallKey(BaseModel):
    """A key that entries were hashed with. Its canary, the hash of a constant, tells whether a setting is this key."""

    canary = models.CharField(max_length=64, unique=True, editable=False)

    objects = DoNotCallKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return gettext("key in use since %(day)s") % {"day": date_format(self.created_at)}


class DoNotCallQuerySet(models.QuerySet["DoNotCall"]):
    def active(self) -> "DoNotCallQuerySet":
        return self.filter(lifted_at__isnull=True)

    def visible_to(self, viewer: Viewer) -> "DoNotCallQuerySet":
        """Entries from the candidates that the viewer may see.

        Entries without a candidate are visible to viewers of contact data.
        """
        if viewer.has_perm(VIEW_ALL_JOBS):
            return self
        visible = Q(candidate__in=Candidate.objects.visible_to(viewer))
        return self.filter(visible | Q(candidate=None) if viewer.has_perm(VIEW_CONTACT_DATA) else visible)

    def of_numbers(self, phone_numbers: Iterable[str]) -> "DoNotCallQuerySet":
        return self.filter(number_hash__in=hashes_of_numbers(phone_numbers))

    def of_candidate(self, candidate: Candidate) -> "DoNotCallQuerySet":
        """Entries from this candidate, and those about their number from any record."""
        return self.filter(Q(candidate=candidate) | Q(number_hash__in=hashes_of_numbers([candidate.phone])))

    def covers_email(self, email: str) -> bool:
        """Whether nothing may be written to this address."""
        return bool(email) and self.active().filter(email_hash__in=hashes_of_emails([email])).exists()

    def covers_number(self, phone_number: str) -> bool:
        return self.active().of_numbers([phone_number]).exists()

    def add_number(
        self,
        number: str,
        *,
        source: str,
        kind: str = "opted_out",
        candidate: Candidate | None = None,
        interview_id: UUID | None = None,
        email: str = "",
    ) -> tuple["DoNotCall", bool]:
        """Add a number, and tell whether it was new. `email`: the address that the entry covers, too.

        An active entry of this kind only learns whose refusal it is, and the address.
        """
        with transaction.atomic():
            active = self.active().of_numbers([number]).filter(kind=kind).first()
            if active:
                if candidate and not active.candidate_id:
                    active.update_fields(candidate=candidate)
                active.cover_email(email)
                return active, False
            key = DoNotCallKey.objects.current_key()
            email_hash = _hash_email(settings.DO_NOT_CALL_KEY, email)
            origin = {"key": key, "source": source, "candidate": candidate, "interview_id": interview_id}
            origin |= {"email_hash": email_hash}
            number_hash = _hash_number(settings.DO_NOT_CALL_KEY, number)
            return self.get_or_create(number_hash=number_hash, kind=kind, lifted_at=None, defaults=origin)


class DoNotCall(BaseModel):
    """A number that is not called, and why. Only its keyed hash is kept, so that the entry survives erasure.

    It covers the number under every record. Where the person themselves refused, it also covers their record under
    every number.
    """

    class Kind(models.TextChoices):
        """The values of refusals are those of the outcome of the interview that ended so."""

        OPTED_OUT = "opted_out", _("Asked not to be called again")
        DECLINED = "declined", _("Declined an interview")
        PERSON_REQUESTED = "person_requested", _("Asked for a person")
        WRONG_PERSON = "wrong_person", _("Wrong person")
        OUT_OF_SERVICE = "out_of_service", _("Number not in service")

    PERSONAL = (Kind.OPTED_OUT, Kind.DECLINED, Kind.PERSON_REQUESTED)
    """Said by the candidate, and not about the number."""

    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.OPTED_OUT, db_default=Kind.OPTED_OUT)
    number_hash = models.CharField(max_length=64, editable=False)
    email_hash = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    """That of the address that is not written to either. Empty: the entry is about calls alone."""
    key = models.ForeignKey(
        DoNotCallKey,
        on_delete=models.PROTECT,
        null=True,
        related_name="entries",
        editable=False,
        help_text=_("Empty: an entry of an earlier version, which used SECRET_KEY"),
    )
    candidate = models.ForeignKey(
        Candidate, on_delete=models.SET_NULL, null=True, blank=True, related_name="do_not_call_entries"
    )
    interview = models.ForeignKey(
        "interviews.Interview", on_delete=models.SET_NULL, null=True, blank=True, related_name="do_not_call_entries"
    )
    source = models.CharField(max_length=200, help_text=_("Who asked, and how"))
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    lift_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    objects = DoNotCallQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("do-not-call entry")
        verbose_name_plural = _("do-not-call list")
        indexes = [
            models.Index(fields=["email_hash"], condition=~Q(email_hash=""), name="do_not_call_by_email"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number_hash", "kind"],
                condition=Q(lifted_at__isnull=True),
                name="one_active_entry_per_number_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | (~Q(lifted_by="") & ~Q(lift_reason="")),
                name="lifted_by_a_person_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.created_at:%Y-%m-%d}"

    @property
    def is_active(self) -> bool:
        return self.lifted_at is None

    def covers(self, candidate: Candidate) -> bool:
        """Whether the entry forbids calls to the candidate's present number."""
        is_personal = self.candidate_id == candidate.pk and self.kind in self.PERSONAL
        return self.is_active and (is_personal or self.number_hash in hashes_of_numbers([candidate.phone]))

    def cover_email(self, email: str) -> None:
        """Let the entry cover this address, unless it covers one. The hash has the key of the number's hash."""
        key = next((key for key in configured_keys() if self._is_key(key)), None)
        if email and key and not self.email_hash:
            self.update_fields(email_hash=_hash_email(key, email))

    def _is_key(self, key: str) -> bool:
        return self.key is not None and self.key.canary == _hash(key, CANARY)

    @property
    def may_be_rehashed(self) -> bool:
        """Whether its address, if it covers one, is known."""
        return not self.email_hash or self._known_email is not None

    @property
    def _known_email(self) -> str | None:
        email = self.candidate.email if self.candidate else ""
        return email if self.email_hash in hashes_of_emails([email]) else None

    def rehash_number(self, number: str, key: DoNotCallKey) -> None:
        """Hash the number with the present key. A number that has an active entry under it already keeps that one."""
        number_hash = _hash_number(settings.DO_NOT_CALL_KEY, number)
        if DoNotCall.objects.active().filter(number_hash=number_hash, kind=self.kind).exists():
            number_hash = self.number_hash
        email_hash = _hash_email(settings.DO_NOT_CALL_KEY, self._known_email or "")
        self.update_fields(number_hash=number_hash, email_hash=email_hash, key=key)

    def lift(self, *, by: str, reason: str) -> None:
        """Let the number be called again. The entry stays as history. Raises InvalidTransition if it is lifted."""
        with transaction.atomic():
            self.refresh_from_db(from_queryset=DoNotCall.objects.select_for_update(of=("self",)))
            if self.lifted_at:
                raise InvalidTransition(
                    gettext("This entry was lifted by %(name)s on %(day)s.")
                    % {"name": self.lifted_by, "day": date_format(self.lifted_at)}
                )
            self.update_fields(lifted_at=timezone.now(), lifted_by=by, lift_reason=reason)


def configured_keys() -> list[str]:
    """The key of new entries, followed by others that entries may have. Earlier versions used SECRET_KEY."""
    fallbacks = [*settings.DO_NOT_CALL_KEY_FALLBACKS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return list(dict.fromkeys([settings.DO_NOT_CALL_KEY, *fallbacks]))


def hashes_of_numbers(phone_numbers: Iterable[str]) -> Mapping[str, str]:
    """The hashes of these numbers under every configured key, each with its number. Erased numbers have none."""
    secret_keys = configured_keys()
    numbers = [(to_e164(number), number) for number in set(phone_numbers) - {""}]
    return {_hash_e164(key, normalised): number for normalised, number in numbers for key in secret_keys}


def hashes_of_emails(emails: Iterable[str]) -> Mapping[str, str]:
    """The hashes of these addresses under every configured key, each with its address."""
    return {_hash_email(key, email): email for email in set(emails) - {""} for key in configured_keys()}


def _hash_email(key: str, email: str) -> str:
    """Empty for none. Servers take addresses in any case."""
    return _hash(key, "do-not-write:" + email.strip().lower()) if email else ""


def _hash_number(key: str, number: str) -> str:
    return _hash_e164(key, to_e164(number))


def _hash_e164(key: str, number: str) -> str:
    return _hash(key, "do-not-call:" + number)


def _hash(key: str, text: str) -> str:
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()
