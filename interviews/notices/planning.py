"""Plans mails: which notices go into which mail, and when it is due. The sweep runs it."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from interviews.models import MailPace, Notice, NoticeMail, NoticeSettings
from interviews.notices.schedule import AT_ONCE_SPACING, COLLECT_FOR, digest_period, recipient_zone
from interviews.task_handles import SEND_NOTICE_MAIL

DIGESTS = (MailPace.DAILY, MailPace.WEEKLY)


@dataclass(frozen=True)
class DueMail:
    """A mail to plan with the notices from before `until`. `period`: of a digest."""

    pace: MailPace
    until: datetime
    period: date | None = None


def plan_mails() -> None:
    """Plan the mails that are due now. Planning and the mark on the notices are one transaction for each user."""
    awaiting = Notice.objects.filter(awaits_mail=True).order_by("recipient", "kind")
    oldest = awaiting.values("recipient", "kind").annotate(oldest=Min("created_at"))
    for recipient, rows in groupby(oldest, key=lambda row: row["recipient"]):
        _plan_for(recipient, {row["kind"]: row["oldest"] for row in rows}, timezone.now())


def _plan_for(recipient: Any, oldest: dict[str, datetime], now: datetime) -> None:
    own = NoticeSettings.of(recipient)
    unwanted = [kind for kind in oldest if own.pace_of(kind) == MailPace.OFF]
    if unwanted:
        Notice.objects.filter(recipient=recipient, kind__in=unwanted, awaits_mail=True).update(awaits_mail=False)
    for pace in (MailPace.AT_ONCE, *DIGESTS):
        waiting = [since for kind, since in oldest.items() if own.pace_of(kind) == pace]
        due = _due_mail(own, pace, min(waiting), now) if waiting else None
        if due:
            _plan(own, due)


def _due_mail(own: NoticeSettings, pace: MailPace, oldest: datetime, now: datetime) -> DueMail | None:
    """The mail of this pace that is due now, if its oldest notice is from this time."""
    mails = NoticeMail.objects.filter(recipient=own.user_id, pace=pace)
    if pace == MailPace.AT_ONCE:
        is_collected = oldest <= now - COLLECT_FOR
        return DueMail(pace, now) if is_collected and not _is_too_soon(mails, now) else None
    period = digest_period(pace, now, recipient_zone(own), own.morning_hour)
    is_due = oldest < period.starts_at and not mails.filter(period=period.first_day).exists()
    return DueMail(pace, period.starts_at, period.first_day) if is_due else None


def _is_too_soon(mails: "QuerySet[NoticeMail]", now: datetime) -> bool:
    """Whether a mail at once is on its way, or was planned a moment ago."""
    is_pending = mails.filter(status=NoticeMail.Status.PENDING).exists()
    return is_pending or mails.filter(created_at__gt=now - AT_ONCE_SPACING).exists()


def _plan(own: NoticeSettings, due: DueMail) -> None:
    """Plan a mail with the notices that are not read yet. Read ones need none; without notices there is no mail."""
    kinds = own.kinds_with(due.pace)
    with transaction.atomic():
        awaiting = Notice.objects.filter(
            recipient=own.user_id, kind__in=kinds, awaits_mail=True, created_at__lt=due.until
        )
        unread = _locked_ids(awaiting.unread())
        if unread:
            mail = NoticeMail.plan(own.user_id, due.pace, due.period)
            if mail is None:  # another worker has planned it
                return
            Notice.objects.filter(pk__in=unread).update(mail=mail, awaits_mail=False)
            SEND_NOTICE_MAIL.defer(mail.pk)
        awaiting.exclude(read_at__isnull=True).update(awaits_mail=False)


def _locked_ids(notices: "QuerySet[Notice]") -> list[Any]:
    return list(notices.select_for_update().order_by("pk").values_list("pk", flat=True))
