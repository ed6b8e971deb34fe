"""Sends mail over the server of EMAIL_URL."""

import smtplib
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from screener.services.errors import PermanentError, TransientError

NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"
MAILBOX_REFUSALS = range(550, 560)
"""SMTP codes with which a server refuses a mailbox or a message for good. Others, such as 535, are about the server."""


NOT_REACHED = (ConnectionRefusedError, socket.gaierror, smtplib.SMTPConnectError, smtplib.SMTPHeloError)
"""Errors before the server could take a mail."""


class MailboxRefused(PermanentError):
    """The server refuses the mailbox or the mail for good."""


class DeliveryUnknown(TransientError):
    """The connection broke while the server had the mail: it may have taken it."""


@dataclass(frozen=True)
class CalendarFile:
    """An iCalendar object, and its method, which mail programs read from the header of the attachment."""

    content: str
    method: str


@dataclass(frozen=True)
class OutgoingMail:
    """`message_id`: equal for every try, so that mail programs recognise a mail that came twice.

    `sender_name`: shown in place of the name in EMAIL_FROM.
    """

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    sender_name: str = ""
    calendar: CalendarFile | None = None


def is_configured() -> bool:
    """Whether mails go anywhere."""
    return bool(settings.EMAIL_BACKEND != NO_MAIL)


def send_mail(mail: OutgoingMail) -> None:
    """Hand the mail to the server. Raises MailboxRefused where the server refuses the mailbox, else TransientError.

    Raises DeliveryUnknown where the server may have taken the mail.
    """
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=_sender(mail.sender_name),
        to=[mail.recipient],
        headers={"Message-ID": mail.message_id, **mail.headers},
        connection=get_connection(timeout=settings.EMAIL_TIMEOUT),
    )
    message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        message.attach(_calendar_part(mail.calendar))
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, _ = next(iter(error.recipients.values()))
        raise _error_of(code) from None
    except smtplib.SMTPSenderRefused as error:
        raise TransientError(
            f"The mail server refuses the sender (code {error.smtp_code}). Check EMAIL_FROM."
        ) from None
    except smtplib.SMTPResponseException as error:
        raise _error_of(error.smtp_code) from None
    except (smtplib.SMTPException, OSError) as error:
        kind = TransientError if isinstance(error, NOT_REACHED) else DeliveryUnknown
        raise kind(f"The mail server can't be reached ({type(error).__name__}). Check EMAIL_URL.") from None
    except ValueError:  # an address that no mail can have
        raise MailboxRefused("The e-mail address is not valid.") from None


def _calendar_part(calendar: CalendarFile) -> MIMEText:
    part = MIMEText(calendar.content, "calendar", "utf-8")
    part.set_param("method", calendar.method)
    part.add_header("Content-Disposition", "attachment", filename="interview.ics")
    return part


def _sender(name: str) -> str:
    """The address of EMAIL_FROM, with this name if there is one."""
    default = str(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name, parseaddr(default)[1])) if name else default


def _error_of(code: int) -> PermanentError | TransientError:
    """The reply of a server may quote the address, so that only its code is told."""
    if code in MAILBOX_REFUSALS:
        return MailboxRefused(f"The mail server refuses the mail (code {code}). Check the e-mail address.")
    return TransientError(f"The mail server does not take the mail now (code {code}).")
