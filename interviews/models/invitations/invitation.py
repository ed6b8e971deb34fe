"""A link by which a candidate opens the pages of their interview, until it expires or is revoked."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Self
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from interviews.models.interview import Interview
from screener.models import BaseModel

DEFAULT_DAYS = 14
MOST_DAYS = 90
SIGNING_SALT = "interviews.invitation"
SIGNATURE_LENGTH, SHORT_SIGNATURE_LENGTH = 43, 22
"""In characters of base64, each of 6 bits."""
ONE_INVITATION = "one_invitation_per_interview"


FIND_OPEN_INTERVIEW = """
SELECT invitation.interview_id FROM interviews_invitation invitation
JOIN interviews_interview interview ON interview.id = invitation.interview_id
JOIN candidates_candidate candidate ON candidate.id = interview.candidate_id
WHERE invitation.id = %s AND invitation.revoked_at IS NULL AND invitation.expires_at > now()
    AND interview.answers_erased_at IS NULL AND candidate.erased_at IS NULL
"""


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def not_revoked(self) -> Self:
        """The invitations that are open or have expired. An interview has at most one."""
        return self.filter(revoked_at__isnull=True)

    def revoke(self, *, actor: str) -> int:
        """Close the links for ever. They stay as a record."""
        now = timezone.now()
        return self.not_revoked().update(revoked_at=now, revoked_by=actor, updated_at=now)

    def find(self, token: str) -> "Invitation | None":
        """The invitation of a token, open or not, with its interview. None: the token is forged."""
        pk = signed_id(token)
        invitations = self.select_related("interview__candidate", "interview__job")
        return invitations.filter(pk=pk).first() if pk else None


def find_open_interview(token: str) -> UUID | None:
    """Return the id of the interview that an open invitation belongs to: `find` and `is_open` in one query.

    The room asks each second, so that the statement is written out.
    """
    invitation_id = signed_id(token)
    if invitation_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(FIND_OPEN_INTERVIEW, [invitation_id])
        row = cursor.fetchone()
    return row[0] if row else None


class Invitation(BaseModel):
    """Its token is a signature over its id, so that a reminder can repeat the link. The row decides if it opens."""

    class State(models.TextChoices):
        """Follows from the other columns, because time alone ends an invitation."""

        OPEN = "open", _("Open")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")
        ERASED = "erased", _("Erased")

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="invitations", db_index=False)
    expires_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["interview", "created_at"], name="invitations_of_interview")]
        constraints = [
            models.UniqueConstraint(fields=["interview"], condition=Q(revoked_at__isnull=True), name=ONE_INVITATION),
        ]

    def __str__(self) -> str:
        return str(_("Invitation"))

    @property
    def token(self) -> str:
        """The secret part of the link."""
        return _token_signer().sign(urlsafe_b64encode(self.pk.bytes).rstrip(b"=").decode())

    @property
    def short_token(self) -> str:
        """The same secret for an SMS, with a signature of 128 bits."""
        return self.token[: -SIGNATURE_LENGTH + SHORT_SIGNATURE_LENGTH]

    @property
    def state(self) -> State:
        interview = self.interview
        if interview.candidate.erased_at or interview.answers_erased_at:
            return self.State.ERASED
        if self.revoked_at:
            return self.State.REVOKED
        return self.State.EXPIRED if self.expires_at <= timezone.now() else self.State.OPEN

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def extend(self, days: int) -> None:
        """Let the link open again, for so many days from now."""
        self.update_fields(expires_at=timezone.now() + timedelta(days=days))

    def revoke(self, *, actor: str) -> bool:
        """Close the link for ever; another invitation has another link. False: it was revoked before."""
        revoked = bool(type(self).objects.filter(pk=self.pk).revoke(actor=actor))
        self.refresh_from_db(fields=["revoked_at", "revoked_by"])
        return revoked


def _token_signer() -> Signer:
    return Signer(sep=".", salt=SIGNING_SALT)


def signed_id(token: str) -> UUID | None:
    """The id in a token with a valid signature, whole or short."""
    encoded_id, _, signature = token.rpartition(".")
    if len(signature) == SHORT_SIGNATURE_LENGTH:
        expected = _token_signer().signature(encoded_id)[:SHORT_SIGNATURE_LENGTH]
        token = _token_signer().sign(encoded_id) if constant_time_compare(signature, expected) else ""
    try:
        return UUID(bytes=urlsafe_b64decode(_token_signer().unsign(token) + "=="))
    except (BadSignature, ValueError):
        return None
