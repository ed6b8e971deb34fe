"""The content of the page of notices, and of their settings."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.http import urlencode

from interviews.models import JobWatch, Notice, NoticeMail
from interviews.notices.texts import NoticeText, notice_text, with_subjects
from jobs.models import JobDescription, JobMembership
from screener.services.mail import is_configured

NOTICES_PER_PAGE = 50
LAST_PAGE = 200
MOST_COUNTED = 99


@dataclass(frozen=True)
class NoticesPage:
    """Notices, the latest first: those that are not read, or all of them."""

    texts: list[NoticeText]
    number: int
    has_more: bool
    shows_all: bool

    @classmethod
    def load(cls, user: User, *, number: int, shows_all: bool) -> "NoticesPage":
        """Load a page of notices, the latest first, in a fixed number of queries."""
        number = min(number, LAST_PAGE)
        notices = Notice.objects.visible_to(user)
        shown = notices if shows_all else notices.unread()
        first = (number - 1) * NOTICES_PER_PAGE
        rows = list(with_subjects(shown)[first : first + NOTICES_PER_PAGE + 1])
        texts = [notice_text(notice, user) for notice in rows[:NOTICES_PER_PAGE]]
        return cls(texts, number, len(rows) > NOTICES_PER_PAGE and number < LAST_PAGE, shows_all)

    @property
    def latest(self) -> Notice | None:
        """The latest notice on the page. Later ones were not shown, and are not marked as read with it."""
        return self.texts[0].notice if self.texts else None

    @property
    def has_unread(self) -> bool:
        return any(text.notice.read_at is None for text in self.texts)

    @property
    def previous_address(self) -> str:
        return self._address(self.number - 1) if self.number > 1 else ""

    @property
    def next_address(self) -> str:
        return self._address(self.number + 1) if self.has_more else ""

    def _address(self, number: int) -> str:
        query: dict[str, Any] = {"page": number} | ({"show": "all"} if self.shows_all else {})
        return f"{reverse('desk-notices')}?{urlencode(query)}"


def count_unread(user: User) -> int:
    """How many notices the user has not read; no more than MOST_COUNTED + 1 are counted. One query on an index."""
    return Notice.objects.visible_to(user).unread().order_by()[: MOST_COUNTED + 1].count()


def watched_jobs(user: User) -> list[JobDescription]:
    """The jobs whose notices the user gets, by title. Three queries."""
    watches = dict(JobWatch.objects.filter(user=user).values_list("job", "is_watching"))
    members = set(JobMembership.objects.filter(user=user).values_list("job", flat=True))
    watched = {job for job in members if watches.get(job, True)} | {job for job, is_on in watches.items() if is_on}
    return list(JobDescription.objects.visible_to(user).filter(pk__in=watched).order_by("title"))


def mail_problem(user: User) -> NoticeMail | None:
    """The last mail to the user, if it failed."""
    over = NoticeMail.objects.filter(recipient=user, status__in=[NoticeMail.Status.SENT, NoticeMail.Status.FAILED])
    last = over.order_by("-created_at").first()
    return last if last and last.status == NoticeMail.Status.FAILED else None


def gets_mail(user: User) -> bool:
    return bool(user.email) and is_configured()
