"""The form of a receiver's URL. `screener.services.receiver_address` looks its name up when an event is sent."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

SCHEMES = ("http", "https")


def check_url(url: str) -> None:
    """Raises ValidationError for a URL that events can't be sent to."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValidationError(gettext("This is not a URL."), code="invalid") from None
    if parts.scheme not in SCHEMES or not parts.hostname or port == 0:
        raise ValidationError(gettext("Enter a URL that begins with https://."), code="invalid")
    if parts.scheme == "http" and not settings.WEBHOOK_PRIVATE_NETWORKS:
        raise ValidationError(gettext("Enter a URL that begins with https://. Events hold personal data."), code="http")
    if parts.username is not None or parts.password is not None:
        raise ValidationError(gettext("Leave user name and password out of the URL. Events are signed."), code="login")
    if parts.fragment:
        raise ValidationError(gettext("Leave out the part behind #. It is not sent."), code="fragment")
