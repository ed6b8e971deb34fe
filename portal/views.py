"""The page that an invitation opens."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from interviews.invitations.choices import latest_consent
from interviews.models import Invitation
from portal.access import opened_by_invitation
from portal.introduction import Introduction, wording_version
from portal.pages import render_page
from portal.standing import Standing
from screener.models import Organisation


@opened_by_invitation
@require_safe
def landing_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Say who asks, what happens, and where the interview stands. Opening it has no effect: mail scanners do."""
    interview, consent = invitation.interview, latest_consent(invitation.interview)
    standing = Standing.of(interview, timezone.now())
    context = {
        "introduction": Introduction.of(interview, Organisation.current()),
        "standing": standing,
        "consented_at": consent.said_at.astimezone(ZoneInfo(standing.time_zone)) if consent and consent.given else None,
        "wording_version": wording_version(),
    }
    return render_page(request, invitation, "portal/landing.html", context)
