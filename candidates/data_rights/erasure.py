"""The verb that erases a person, or a part of their data. The admin, the API, the command and retention use it.

The rows are blanked in the transaction of the verb. Files and recordings at the carrier are deleted by a task.
"""

from collections import Counter
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from candidates.data_rights.parts import PARTS, ErasureScope, Item
from candidates.models import Candidate, CandidateEvent, ErasedItem, Erasure
from screener.background.queue import RowTaskHandle
from screener.models import InvalidTransition
from screener.services.privacy.redaction import redact

DELETE_ITEMS = RowTaskHandle("candidates.delete_erased_items", queue="rest", argument="erasure_id")


def erase_candidate(candidate: Candidate, *, actor: str, reason: str) -> Erasure:
    """Erase all data that identifies this person. Live interviews are cancelled.

    Statistics, the do-not-call list and the proof of the erasure stay. A person who was erased gets the same erasure
    again. Raises InvalidTransition if the candidate is on legal hold, or if a call with them is in progress.
    """
    with transaction.atomic():
        candidate.lock()
        if candidate.erased_at:
            return candidate.erasures.get(kind=Erasure.Kind.PERSON)
        _refuse_if_held(candidate)
        kept_reason = redact(reason, candidate.identifying_texts)
        for part in PARTS:
            part.prepare(candidate, actor)
        erasure = _erase(ErasureScope(candidate, Erasure.Kind.PERSON, actor), kept_reason)
        candidate.refresh_from_db()
        candidate.add_event(CandidateEvent.Kind.ERASED, actor=actor, reason=kept_reason)
    return erasure


def erase_resume(candidate: Candidate, *, actor: str, reason: str) -> Erasure | None:
    """Erase the resume and its text. None: there is no resume. Raises InvalidTransition on legal hold."""
    with transaction.atomic():
        candidate.lock()
        if not candidate.resume and not candidate.resume_text:
            return None
        _refuse_if_held(candidate)
        erasure = _erase(ErasureScope(candidate, Erasure.Kind.RESUME, actor), reason)
        candidate.add_event(CandidateEvent.Kind.RESUME_ERASED, actor=actor, reason=reason)
    return erasure


def erase_part_of_interview(
    candidate: Candidate, interview_id: UUID, kind: Erasure.Kind, *, actor: str, reason: str
) -> Erasure:
    """Erase the recordings or the answers of an interview that is over, or its videos at any time.

    Raises InvalidTransition on legal hold.
    """
    with transaction.atomic():
        candidate.lock()
        _refuse_if_held(candidate)
        return _erase(ErasureScope(candidate, kind, actor, interview_id), reason)


def _refuse_if_held(candidate: Candidate) -> None:
    if candidate.legal_hold:
        raise InvalidTransition(
            gettext("This candidate is on legal hold (%(hold_reason)s), so nothing is erased. Lift the hold first.")
            % {"hold_reason": candidate.hold_reason}
        )


def _erase(scope: ErasureScope, reason: str) -> Erasure:
    erasure = Erasure.objects.create(
        candidate=scope.candidate, interview_id=scope.interview_id, kind=scope.kind, actor=scope.actor, reason=reason
    )
    erase_rows(erasure, scope)
    DELETE_ITEMS.defer(erasure.pk)
    return erasure


def scope_of(erasure: Erasure) -> ErasureScope:
    kind = Erasure.Kind(erasure.kind)
    return ErasureScope(erasure.candidate, kind, erasure.actor, erasure.interview_id, began_at=erasure.created_at)


def erase_rows(erasure: Erasure, scope: ErasureScope) -> None:
    """Blank the rows in the present transaction, and note the items that they name. Rows that are blank stay so."""
    for part in PARTS:
        add_items(erasure, list(part.list_items(scope)))
    removed = Counter(erasure.removed)
    for part in reversed(PARTS):
        removed.update(part.erase(scope))
    erasure.update_fields(removed={table: count for table, count in removed.items() if count})


def add_items(erasure: Erasure, items: list[Item]) -> None:
    """Note items that are to be deleted. An item that was noted before stays as it is."""
    rows = [ErasedItem(erasure=erasure, kind=item.kind, name=item.name, deleted_at=item.deleted_at) for item in items]
    ErasedItem.objects.bulk_create(rows, ignore_conflicts=True)
