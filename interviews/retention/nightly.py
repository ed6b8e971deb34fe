"""Erases overdue data in the night, in batches. Idempotent, also after a crash."""

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from candidates.data_rights.erasure import erase_candidate, erase_part_of_interview, erase_resume
from candidates.models import Candidate
from interviews.retention.due import OF_INTERVIEWS, PERIOD_OF, Kind, due_candidates, due_interviews
from screener.models import InvalidTransition

log = logging.getLogger(__name__)

ACTOR = "retention"
REASON = gettext_noop("The retention period is over.")
BATCH = 200


def erase_due() -> Counter[str]:
    """Erase all that is due. Returns how much, by kind. Refused erasures are tried again in the next night."""
    erased = Counter[str]()
    for kind in PERIOD_OF:
        for ids in _batches(kind):
            erased[kind] += sum(_erase_if_due(kind, pk) for pk in ids)
    log.info("retention: %s", ", ".join(f"{kind} {erased[kind]}" for kind in PERIOD_OF))
    return erased


def _batches(kind: Kind) -> Iterator[list[UUID]]:
    """Yield the ids that are due in their order, each once, so that refused erasures keep no others waiting."""
    last_id = UUID(int=0)
    while ids := _due_ids(kind, after=last_id):
        yield ids
        last_id = ids[-1]


def _due_ids(kind: Kind, *, after: UUID) -> list[UUID]:
    now = timezone.now()
    rows: QuerySet[Any] = due_interviews(kind, now) if kind in OF_INTERVIEWS else due_candidates(kind, now)
    return list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])


def _erase_if_due(kind: Kind, pk: UUID) -> bool:
    """Erase one interview or candidate, unless that is no longer due. Returns whether it was erased."""
    try:
        with transaction.atomic():
            return _erase_due_interview(kind, pk) if kind in OF_INTERVIEWS else _erase_due_candidate(kind, pk)
    except InvalidTransition:  # its message may hold the reason of a legal hold, which is no text for a log
        log.info("retention: %s %s is refused for now", kind, pk)
        return False


def _erase_due_interview(kind: Kind, pk: UUID) -> bool:
    candidate = _lock_candidate(interviews=pk)
    if candidate is None or not due_interviews(kind, timezone.now()).filter(pk=pk).exists():
        return False
    erase_part_of_interview(candidate, pk, kind, actor=ACTOR, reason=REASON)
    return True


def _erase_due_candidate(kind: Kind, pk: UUID) -> bool:
    candidate = _lock_candidate(pk=pk)
    if candidate is None or not due_candidates(kind, timezone.now()).filter(pk=pk).exists():
        return False
    if kind == Kind.RESUME:
        erasure = erase_resume(candidate, actor=ACTOR, reason=REASON)
        return erasure is not None
    erase_candidate(candidate, actor=ACTOR, reason=REASON)
    return True


def _lock_candidate(**lookup: UUID) -> Candidate | None:
    """Lock the record to the end of the transaction. None: it was merged or deleted since it was found to be due."""
    return Candidate.objects.select_for_update(no_key=True, of=("self",)).filter(**lookup).first()
