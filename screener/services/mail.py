"""Sends mail over the server of EMAIL_URL."""

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from screener.services.errors import PermanentError, TransientError

NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"
MAILBOX_REFUSALS = range(550, 560)
"""SMTP codes with which a server refuses a mailbox or a message for good. Others, such as 535, are about the server."""


@dataclass(frozen=True)
class OutgoingMail:
    """`message_id`: equal for every try, so that mail programs recognise a mail that came twice."""

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


def is_configured() -> bool:
    """Whether mails go anywhere."""
    return bool(settings.EMAIL_BACKEND != NO_MAIL)


def send_mail(mail: OutgoingMail) -> None:
    """Hand the mail to the server. Raises PermanentError where the server refuses the mailbox, else TransientError."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.recipient],
        headers={"Message-ID": mail.message_id, **mail.headers},
        connection=get_connection(timeout=settings.EMAIL_TIMEOUT),
    )
    message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, _ = next(iter(error.recipients.values()))
        raise _error_of(code) from None
    except smtplib.SMTPResponseException as error:
        raise _error_of(error.smtp_code) from None
    except (smtplib.SMTPException, OSError) as error:
        raise TransientError(f"The mail server can't be reached ({type(error).__name__}). Check EMAIL_URL.") from None
    except ValueError:  # an address that no mail can have
        raise PermanentError("The e-mail address is not valid.") from None


def _error_of(code: int) -> PermanentError | TransientError:
    """The reply of a server may quote the address, so that only its code is told."""
    if code in MAILBOX_REFUSALS:
        return PermanentError(f"The mail server refuses the mail (code {code}). Check the e-mail address of the user.")
    return TransientError(f"The mail server does not take the mail now (code {code}).")
