"""Composes a mail from those of its notices that its recipient may see at that moment."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from interviews.models import Notice, NoticeKind, NoticeMail
from interviews.notices.texts import NoticeText, notice_text, with_subjects
from interviews.notices.unsubscribing import unsubscribe_address
from jobs.models import JobDescription
from screener.services.mail import OutgoingMail

MOST_LINES = 10
"""Of one job. The mail says how many more there are."""
MOST_LINES_IN_MAIL = 200
MAX_TITLE = 60


@dataclass(frozen=True)
class NoticeLine:
    title: str
    address: str


@dataclass(frozen=True)
class JobSection:
    """The notices of one job: how many of each kind, and the latest ones."""

    job: JobDescription
    address: str
    counts: list[tuple[str, int]]
    lines: list[NoticeLine]

    @property
    def total(self) -> int:
        return sum(count for _kind, count in self.counts)

    @property
    def left_out(self) -> int:
        return self.total - len(self.lines)


@dataclass(frozen=True)
class ComposedMail:
    """`notice_ids`: the notices that it tells of."""

    message: OutgoingMail
    notice_ids: list[Any]


def compose_mail(mail: NoticeMail, recipient: User) -> ComposedMail | None:
    """Compose the mail. None: the recipient has read all of it, or may no longer see any of it."""
    if not (recipient.is_active and recipient.is_staff and recipient.email):
        return None
    ids = list(Notice.objects.visible_to(recipient).unread().filter(mail=mail).values_list("pk", flat=True))
    if not ids:
        return None
    return ComposedMail(
        _compose_message(mail, recipient, _load_sections(Notice.objects.filter(pk__in=ids), recipient)), ids
    )


def _compose_message(mail: NoticeMail, recipient: User, sections: list["JobSection"]) -> OutgoingMail:
    unsubscribe = unsubscribe_address(recipient)
    context = {
        "sections": sections,
        "notices_address": absolute(reverse("desk-notices")),
        "settings_address": absolute(reverse("desk-notice-settings")),
        "unsubscribe_address": unsubscribe,
    }
    return OutgoingMail(
        recipient=recipient.email,
        subject=_compose_subject(sections),
        text=render_to_string("desk/notices/mail.txt", context),
        html=render_to_string("desk/notices/mail.html", context),
        message_id=f"<{mail.pk}@{settings.PUBLIC_HOST}>",
        headers={
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def absolute(path: str) -> str:
    return f"{settings.WEBHOOK_BASE_URL}{path}"


def _load_sections(notices: Any, recipient: User) -> list[JobSection]:
    """The sections in the order of their latest notice. A fixed number of queries."""
    kinds = Counter[tuple[Any, str]]()
    for job, kind in notices.order_by().values_list("job", "kind"):
        kinds[job, kind] += 1
    texts = [notice_text(notice, recipient) for notice in with_subjects(notices)[:MOST_LINES_IN_MAIL]]
    by_job: dict[Any, list[NoticeText]] = {}
    for text in texts:
        by_job.setdefault(text.notice.job_id, []).append(text)
    return [_compose_section(lines, kinds) for lines in by_job.values()]


def _compose_section(texts: list[NoticeText], kinds: Counter[tuple[Any, str]]) -> JobSection:
    job = texts[0].notice.job
    counts = [(str(kind.label), kinds[job.pk, kind.value]) for kind in NoticeKind if kinds[job.pk, kind.value]]
    lines = [NoticeLine(text.title, absolute(text.path)) for text in texts[:MOST_LINES]]
    return JobSection(job, absolute(reverse("admin:jobs_jobdescription_change", args=[job.pk])), counts, lines)


def _compose_subject(sections: list[JobSection]) -> str:
    """The subject: the number of notices, and the job. It names no candidate: subjects show on locked screens."""
    total = sum(section.total for section in sections)
    kinds = {kind for section in sections for kind, _count in section.counts}
    first = " ".join(sections[0].job.title.split())
    title = f"{first[:MAX_TITLE]}…" if len(first) > MAX_TITLE else first
    what = kinds.pop() if total == 1 else ngettext("%(count)d notice", "%(count)d notices", total) % {"count": total}
    if len(sections) == 1:
        return f"{title}: {what}"
    others = len(sections) - 1
    more = ngettext("%(count)d more job", "%(count)d more jobs", others) % {"count": others}
    return _("%(title)s and %(more)s: %(what)s") % {"title": title, "more": more, "what": what}
