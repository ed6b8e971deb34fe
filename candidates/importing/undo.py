"""Takes an import back: removes the candidates that it added, and restores the values that it changed.

A candidate that something has happened to since stays, and its row says why.
"""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max

from candidates.models import Candidate, Consent, Import, ImportRow, RowResult, UndoResult
from screener.background.leases import Lease, row_lock
from screener.services.errors import ServiceError

BATCH_ROWS = 500
UNDO_FAILED = "undo_failed"
OWN_RELATIONS = {"consents", "import_rows"}
"""Relations of a candidate that the import itself writes."""


def undo_rows(lease: Lease[Import]) -> None:
    """Undo the rows that are left, in batches, for as long as the lease is ours.

    Later rows come first, so that of two changes of one value the earlier one is restored last.
    """
    while _undo_batch(lease):
        pass


def _undo_batch(lease: Lease[Import]) -> bool:
    with lease.locked(row_lock(Import.objects.all())) as imported:
        if imported is None:
            return False
        rows = list(imported.rows.exclude(result=RowResult.REFUSED).filter(undo="").order_by("-number")[:BATCH_ROWS])
        if not rows:
            return False
        imported.add_counts(_Batch(imported, rows).undo())
    return True


class _Batch:
    """`added`: those of its candidates whom the import has added, also by rows of other batches."""

    def __init__(self, imported: Import, rows: list[ImportRow]) -> None:
        self._imported, self._rows = imported, rows
        ids = {row.candidate_id for row in rows if row.candidate_id}
        locked = Candidate.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        self._candidates = {candidate.pk: candidate for candidate in locked}
        own_rows: Any = imported.rows.filter(candidate__in=ids)
        self._added = set(own_rows.filter(result=RowResult.CREATED).values_list("candidate", flat=True))

    def undo(self) -> Counter[str]:
        """Undo the rows, and return how many ended in which way."""
        reasons = _reasons_to_stay(self._imported, [self._candidates[pk] for pk in self._added])
        for row in self._rows:
            candidate = self._candidates.get(row.candidate_id) if row.candidate_id else None
            if candidate is None:
                row.undo = UndoResult.UNCHANGED
            elif candidate.pk in self._added:
                row.undo = reasons.get(candidate.pk, UndoResult.REMOVED)
            else:
                row.undo = _restore(row, candidate)
        ImportRow.objects.bulk_update(self._rows, ["undo"])
        removed = self._added - reasons.keys()
        Candidate.objects.filter(pk__in=removed).delete()
        counts = Counter(f"undo_{row.undo}" for row in self._rows if row.undo != UndoResult.REMOVED)
        counts["undo_removed"] = len(removed)
        return counts


def _reasons_to_stay(imported: Import, candidates: list[Candidate]) -> dict[UUID, UndoResult]:
    """Of candidates whom the import has added: why they stay. The others are as the import left them."""
    ids = [candidate.pk for candidate in candidates]
    reasons: dict[UUID, UndoResult] = {}
    for relation in Candidate._meta.related_objects:
        if relation.get_accessor_name() in OWN_RELATIONS:
            continue
        model, name = relation.related_model, relation.field.name
        assert not isinstance(model, str)
        reason = UndoResult.HAS_INTERVIEW if name == "candidate" and _is_interview(model) else UndoResult.HAS_HISTORY
        related = model._base_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True).distinct()
        reasons |= {pk: reason for pk in related if reasons.get(pk) != UndoResult.HAS_INTERVIEW}
    own_consents = imported.rows.filter(candidate__in=ids, consent_id__isnull=False).values("consent_id")
    later_consents = Consent.objects.filter(candidate__in=ids).exclude(pk__in=own_consents)
    other_rows = ImportRow.objects.filter(candidate__in=ids).exclude(imported=imported)
    for rows, reason in ((later_consents, UndoResult.HAS_HISTORY), (other_rows, UndoResult.IN_OTHER_IMPORT)):
        reasons = dict.fromkeys(rows.values_list("candidate", flat=True), reason) | reasons
    saved_at = _saved_at(imported, ids)
    for candidate in candidates:
        if candidate.resume or candidate.legal_hold or candidate.updated_at > saved_at[candidate.pk]:
            reasons.setdefault(candidate.pk, UndoResult.WAS_CHANGED)
    return reasons


def _is_interview(model: Any) -> bool:
    return bool(model._meta.label == "interviews.Interview")


def _saved_at(imported: Import, ids: list[UUID]) -> dict[UUID, datetime]:
    """When the import last wrote each candidate: its rows are made right after that."""
    rows: Any = imported.rows.filter(candidate__in=ids).order_by()
    return dict(rows.values_list("candidate").annotate(saved_at=Max(F("created_at"))))


def _restore(row: ImportRow, candidate: Candidate) -> UndoResult:
    """Restore the values that are still as the row left them, and take its consent back unless it was used."""
    restored = {name: old for name, (old, new) in row.before.items() if getattr(candidate, name) == new}
    external_id = restored.get("external_id", "")
    if external_id and Candidate.objects.filter(external_id=external_id).exclude(pk=candidate.pk).exists():
        del restored["external_id"]  # another record has it now
    if restored:
        candidate.update_fields(**restored)
    consent_stays = bool(row.consent_id) and not _take_consent_back(row, candidate)
    if consent_stays or len(restored) < len(row.before):
        return UndoResult.WAS_CHANGED
    return UndoResult.RESTORED if row.before or row.consent_id else UndoResult.UNCHANGED


def _take_consent_back(row: ImportRow, candidate: Candidate) -> bool:
    """Delete the consent, which no one gave. False: an interview was planned since, of which it is the proof."""
    interviews: Any = Candidate._meta.get_field("interviews")
    held = interviews.related_model._base_manager.filter(candidate=candidate, created_at__gt=row.created_at)
    if held.exists():
        return False
    Consent.objects.filter(pk__in=[row.consent_id]).delete()
    return True


def finish_undo(imported: Import, _: None) -> None:
    imported.finish_undo()


def give_up_undo(imported: Import, error: ServiceError) -> None:
    imported.fail(UNDO_FAILED)
