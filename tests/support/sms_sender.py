"""Twilio's webhooks of SMS: genuinely signed status callbacks and received SMS."""

import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from django.conf import settings
from django.test import Client
from django.urls import reverse
from twilio.request_validator import RequestValidator

FORM = "application/x-www-form-urlencoded"


def post_signed(client: Client, url: str, params: dict[str, str], *, token: str | None = None) -> Any:
    """POST this form to the path of the address, with the signature of our account unless `token` is another's."""
    path = urlsplit(url).path
    validator = RequestValidator(token or settings.TWILIO_AUTH_TOKEN)
    signature = validator.compute_signature(settings.WEBHOOK_BASE_URL + path, params)
    return client.post(path, urlencode(params), FORM, headers={"X-Twilio-Signature": signature})


def report_sms(client: Client, sms: dict[str, Any], status: str, error_code: str = "", **more: str) -> Any:
    """Report the status of an SMS that the fake Twilio took."""
    params = {
        "MessageSid": sms["sid"],
        "SmsSid": sms["sid"],
        "MessageStatus": status,
        "SmsStatus": status,
        "To": sms["to"],
        "From": sms["sender"],
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        **({"ErrorCode": error_code} if error_code else {}),
    }
    return post_signed(client, sms["status_callback"].partition("#")[0], params | more)


def text_us(client: Client, number: str, words: str, *, sid: str = "", **more: str) -> str:
    """Send an SMS from this number. Returns the reply; empty: none."""
    params = {
        "MessageSid": sid or f"SM{uuid4().hex}",
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "From": number,
        "To": settings.TWILIO_PHONE_NUMBER,
        "Body": words,
        "NumMedia": "0",
        "ApiVersion": "2010-04-01",
    }
    response = post_signed(client, reverse("twilio-sms"), params | more)
    assert response.status_code == 200
    return "".join(message.text or "" for message in ET.fromstring(response.content).iter("Message"))
