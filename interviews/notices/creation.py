"""Makes notices of events, of mentions and of campaigns that have ended. Each is made once, also after a crash."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from interviews.models import Campaign, InterviewEvent, MailPace, Note, Notice, NoticeKind, NoticeSettings
from interviews.models.notices.notice import KIND_OF_EVENT
from interviews.notices.readers import watchers_of
from screener.services.mail import is_configured

log = logging.getLogger(__name__)

BATCH = 200
"""Events of one sweep, in one transaction."""


def add_event_notices() -> None:
    """Make the notices of the oldest events that await them.

    The notices and the mark on their event are one transaction: after a crash the next sweep finds the event again.
    """
    awaiting = InterviewEvent.objects.filter(awaits_notices=True).select_related("interview").order_by("created_at")
    with transaction.atomic():
        events = list(awaiting.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        watchers = {job: _watchers(job) for job in {event.interview.job_id for event in events}}
        _insert(_event_notices(event, watchers[event.interview.job_id]) for event in events)
        InterviewEvent.objects.filter(pk__in=[event.pk for event in events]).update(awaits_notices=False)


def add_campaign_notices() -> None:
    """Note which campaigns have ended, with the notices of that."""
    for campaign in Campaign.objects.over():
        with transaction.atomic():
            ended_at = timezone.now()
            if campaign.mark_ended(ended_at):
                common = {"campaign": campaign, "job_id": campaign.job_id, "occurred_at": ended_at}
                _insert([_notices(NoticeKind.CAMPAIGN_ENDED, _watchers(campaign.job_id), **common)])
                log.info("campaign %s: ended", campaign.pk)


def add_mention_notices(note: Note, users: Iterable[User]) -> None:
    """Make the notices of a note, once for each user, in the transaction of the note. Its author gets none."""
    mentioned = [user for user in users if user.pk != note.author_id]
    interview = note.interview
    common = {"note": note, "interview": interview, "job_id": interview.job_id, "occurred_at": timezone.now()}
    _insert([_notices(NoticeKind.MENTION, mentioned, **common)])


def _watchers(job_id: Any) -> list[User]:
    return list(watchers_of(job_id).select_related("notice_settings"))


def _event_notices(event: InterviewEvent, watchers: list[User]) -> Iterator[Notice]:
    interview = event.interview
    common = {"event": event, "interview": interview, "job_id": interview.job_id, "occurred_at": event.created_at}
    return _notices(KIND_OF_EVENT[event.kind], watchers, **common)


def _notices(kind: NoticeKind, users: Iterable[User], **subject: Any) -> Iterator[Notice]:
    for user in users:
        yield Notice(recipient=user, kind=kind, awaits_mail=_wants_mail(user, kind), **subject)


def _wants_mail(user: User, kind: NoticeKind) -> bool:
    settings = getattr(user, "notice_settings", None) or NoticeSettings(user=user)
    return bool(user.email) and is_configured() and settings.pace_of(kind) != MailPace.OFF


def _insert(groups: Iterable[Iterable[Notice]]) -> None:
    notices = [notice for group in groups for notice in group]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
