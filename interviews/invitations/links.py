"""The link of an invitation."""

from django.conf import settings
from django.urls import reverse

from interviews.models import Invitation


def invitation_url(invitation: Invitation, *, page: str = "portal") -> str:
    """The link as a candidate gets it, at the public address of this deployment. `page`: the name of another page."""
    return str(settings.WEBHOOK_BASE_URL) + reverse(page, args=[invitation.token])


def short_invitation_url(invitation: Invitation) -> str:
    """The link in an SMS."""
    return str(settings.WEBHOOK_BASE_URL) + reverse("portal", args=[invitation.short_token])
