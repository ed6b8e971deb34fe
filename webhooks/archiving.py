"""Moves the webhooks of interviews that ended long ago from rows to files in private storage.

They are most of the rows of an interview, and are read again only for an export, an erasure or a dispute. The history
of the interview stays as rows. See ADR 39.
"""

import gzip
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from candidates.models import Candidate
from interviews.models import Interview
from screener.encryption.data_keys import MasterKeyMissing
from webhooks.data_rights import carrier_items
from webhooks.models import TwilioEvent, WebhookArchive

log = logging.getLogger(__name__)

DAYS_OF_MONTH = 30
BATCH = 200
FIELDS = ("id", "key", "kind", "attempt_id", "turn", "call_sid", "params", "answer", "created_at")

Record = dict[str, Any]


def archive_old_webhooks() -> int:
    """Archive what is due, interview by interview. Returns the number of webhooks. Idempotent, also after a crash."""
    if not settings.ARCHIVE_WEBHOOKS_AFTER_MONTHS:
        return 0
    before = timezone.now() - timedelta(days=DAYS_OF_MONTH * settings.ARCHIVE_WEBHOOKS_AFTER_MONTHS)
    archived = 0
    last_id = UUID(int=0)
    while ids := list(_due_ids(before, last_id)):
        archived += sum(_archive_interview(pk) for pk in ids)
        last_id = ids[-1]
    if archived:
        log.info("webhooks: %d were archived", archived)
    return archived


def _due_ids(before: Any, after: UUID) -> "Iterator[UUID]":
    ended = Interview.all_objects.filter(completed_at__lt=before).exclude(status__in=Interview.LIVE)
    with_rows = ended.filter(pk__gt=after, attempts__twilio_events__isnull=False)
    return iter(with_rows.order_by("pk").distinct().values_list("pk", flat=True)[:BATCH])


def _archive_interview(pk: UUID) -> int:
    """Write the file, then replace the rows by it, unless they were changed meanwhile, as by an erasure."""
    interview = Interview.all_objects.get(pk=pk)
    records = _read_rows(interview)
    archive = WebhookArchive(interview=interview, webhooks=len(records), carrier_items=carrier_items(records))
    try:
        archive.file.save("", ContentFile(pack(records)), save=False)
    except MasterKeyMissing:
        log.warning("webhooks of interview %s are not archived: the master key is missing", pk)
        return 0
    with transaction.atomic():
        Candidate.objects.select_for_update(no_key=True, of=("self",)).get(pk=interview.candidate_id)
        is_unchanged = _read_rows(interview) == records
        if is_unchanged:
            archive.save()
            TwilioEvent.objects.filter(pk__in=[record["id"] for record in records]).delete()
    if not is_unchanged:
        archive.file.delete(save=False)
    return len(records) if is_unchanged else 0


def _read_rows(interview: Interview) -> list[Record]:
    rows = TwilioEvent.objects.filter(attempt__interview=interview).order_by("created_at", "pk")
    return list(rows.values(*FIELDS))


def pack(records: list[Record]) -> bytes:
    lines = (json.dumps(record, cls=DjangoJSONEncoder) for record in records)
    return gzip.compress("\n".join(lines).encode())


def read_webhooks(interview: Interview) -> list[Record]:
    """All webhooks of the interview, the archived ones first, as they are written to JSON."""
    archives = interview.webhook_archives.exclude(file="")
    archived = [record for archive in archives for record in archive.read_records()]
    rows = (json.dumps(record, cls=DjangoJSONEncoder) for record in _read_rows(interview))
    return [*archived, *map(json.loads, rows)]
