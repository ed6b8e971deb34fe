"""Believing only what Twilio itself sends."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from twilio.request_validator import RequestValidator


def require_signature(request: HttpRequest) -> None:
    """Raise PermissionDenied unless Twilio signed this request, for our public URL, with our account's token.

    The URL is the configured one: what the request says of its own host is the sender's to choose.
    Twilio sends plain forms. Files, which nobody bounds, are not even read.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        raise PermissionDenied
    url = settings.WEBHOOK_BASE_URL + request.get_full_path()
    given = request.headers.get("X-Twilio-Signature", "")
    token = settings.TWILIO_AUTH_TOKEN
    if not token or not RequestValidator(token).validate(url, request.POST, given):
        raise PermissionDenied
    if request.POST.get("AccountSid") != settings.TWILIO_ACCOUNT_SID:
        raise PermissionDenied
