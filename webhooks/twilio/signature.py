"""Verifies that a request comes from our Twilio account."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from twilio.request_validator import RequestValidator


def require_signature(request: HttpRequest) -> None:
    """Raise PermissionDenied unless Twilio signed this request, for our public URL, with our account's token.

    The URL is built from WEBHOOK_BASE_URL, because a sender can forge the Host header.
    Only URL-encoded forms are read, as Twilio sends them. Uploaded files would have no size limit.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        raise PermissionDenied
    url = settings.WEBHOOK_BASE_URL + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    auth_token = settings.TWILIO_AUTH_TOKEN
    if not auth_token or not RequestValidator(auth_token).validate(url, request.POST, signature):
        raise PermissionDenied
    if request.POST.get("AccountSid") != settings.TWILIO_ACCOUNT_SID:
        raise PermissionDenied
