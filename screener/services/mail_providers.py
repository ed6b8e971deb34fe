"""E-mail providers that can be reached by SMTP: how a mail tells each which message it is.

A provider sends this id back with its delivery events. Mailgun and SendGrid send back the Message-ID instead.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings

MESSAGE_KEY = "screener-message"


@dataclass(frozen=True)
class MailProvider:
    """`hosts`: the ends of the names of its SMTP servers. `header`: of mails. Empty: none is needed."""

    name: str
    hosts: tuple[str, ...]
    header: str = ""
    value: Callable[[str], str] = lambda message_id: json.dumps({MESSAGE_KEY: message_id})


PROVIDERS = (
    MailProvider("amazon_ses", (".amazonaws.com",), "X-Metadata"),
    MailProvider("brevo", (".brevo.com", ".sendinblue.com"), "X-Mailin-custom"),
    MailProvider("mailgun", (".mailgun.org",)),
    MailProvider("mailjet", (".mailjet.com",), "X-MJ-EventPayload"),
    MailProvider("postmark", (".postmarkapp.com",), f"X-PM-Metadata-{MESSAGE_KEY}", str),
    MailProvider("sendgrid", (".sendgrid.net",)),
    MailProvider(
        "sparkpost",
        (".sparkpostmail.com",),
        "X-MSYS-API",
        lambda message_id: json.dumps({"metadata": {MESSAGE_KEY: message_id}}),
    ),
)


def configured_provider() -> MailProvider | None:
    """The provider whose SMTP server EMAIL_URL names."""
    host = str(settings.EMAIL_HOST).lower()
    return next((provider for provider in PROVIDERS if host.endswith(provider.hosts)), None)


def tracking_headers(message_id: str) -> Mapping[str, str]:
    """The headers by which the configured provider names the message in its delivery events."""
    provider = configured_provider()
    return {provider.header: provider.value(message_id)} if provider and provider.header else {}
