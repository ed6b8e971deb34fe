"""Sends planned mails: a step that retries with backoff, and gives up visibly.

A crash between the reply of the mail server and the mark on the row sends the mail again, with the same Message-ID: a
notice that comes twice does less harm than one that is lost.
"""

from dataclasses import dataclass
from typing import Any

from django.utils import translation

from interviews.models import Notice, NoticeMail
from interviews.notices.composition import compose_mail
from screener.access.blind_mode import reading_as
from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.models import LeasableQuerySet
from screener.services.errors import ServiceError
from screener.services.mail import send_mail
from screener.web.language import language_of


@dataclass(frozen=True)
class SentNotices:
    """The notices that a sent mail was composed of."""

    ids: list[Any]


def pending_mails() -> LeasableQuerySet[NoticeMail]:
    return NoticeMail.objects.filter(status=NoticeMail.Status.PENDING)


def send(lease: Lease[NoticeMail]) -> SentNotices:
    """Compose the mail and hand it to the server. No mail is sent where no notice is left for it."""
    mail = NoticeMail.objects.select_related("recipient").get(pk=lease.pk)
    if mail.recipient is None:
        return SentNotices([])
    with translation.override(language_of(mail.recipient.pk)), reading_as(mail.recipient):
        composed = compose_mail(mail, mail.recipient)
    if composed is None:
        return SentNotices([])
    release_db_connection()
    send_mail(composed.message)
    return SentNotices(composed.notice_ids)


def save(mail: NoticeMail, sent: SentNotices) -> None:
    if sent.ids:
        mail.mark_sent()
        Notice.objects.filter(pk__in=sent.ids).update(mailed_at=mail.sent_at)
    else:
        mail.mark_empty()


def give_up(mail: NoticeMail, error: ServiceError) -> None:
    mail.mark_failed(str(error))


SEND_STEP: Step[NoticeMail, NoticeMail, SentNotices] = Step(
    ready=pending_mails,
    work=send,
    lock=row_lock(NoticeMail.objects.all()),
    save=save,
    give_up=give_up,
    error_field="error",
)
