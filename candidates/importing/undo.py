"""Takes an import back: removes the candidates and resumes that it added, and restores the values that it changed.

A candidate whose record has changed since stays, and its row says why. Refusals of calls stay, too.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Max

from candidates.data_rights.import_rows import BLANK
from candidates.importing.known_candidates import FILLED_FIELDS
from candidates.importing.step import run_batches
from candidates.models import (
    UNDO_IMPORT,
    Candidate,
    Consent,
    FileResult,
    Import,
    ImportRow,
    MergedRecord,
    ResumeFile,
    RowResult,
    UndoResult,
)
from candidates.models.candidate import delete_on_commit
from screener.background.leases import Lease, row_lock
from screener.services.errors import ServiceError

BATCH_ROWS = 500
UNDO_FAILED = "undo_failed"
OWN_RELATIONS = {"consents", "import_rows", "resume_files"}
"""Relations of a candidate that the import itself writes."""


def undo_rows(lease: Lease[Import], ends_at: float) -> bool:
    """Undo the rows that are left, in batches, for as long as the lease is ours. False: time is up, and rows are left.

    Later rows come first, so that of two changes of one value the earlier one is restored last.
    """
    return run_batches(partial(_undo_batch, lease), ends_at)


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
        self._consents = Consent.objects.in_bulk([row.consent_id for row in rows if row.consent_id])
        self._last_interviews = _last_interviews(ids)
        merged = MergedRecord.objects.filter(candidate__in=ids, created_at__gt=imported.started_at)
        self._merged = set(merged.values_list("candidate", flat=True))
        self._resumes = self._resumes_of_import()

    def _resumes_of_import(self) -> dict[UUID, ResumeFile]:
        """The files of archives of this import that are still the resumes of their candidates, by candidate."""
        files = ResumeFile.objects.filter(archive__imported=self._imported, candidate__in=self._candidates)
        return {
            file.candidate_id: file
            for file in files.exclude(resume="")
            if file.candidate_id and self._candidates[file.candidate_id].resume.name == file.resume
        }

    def undo(self) -> Counter[str]:
        """Undo the rows, and return how many have each result."""
        added = [self._candidates[pk] for pk in self._added]
        reasons = _reasons_to_stay(self._imported, added, self._resumes.keys())
        for row in self._rows:
            candidate = self._candidates.get(row.candidate_id) if row.candidate_id else None
            if candidate is None:
                row.undo = UndoResult.UNCHANGED
            elif candidate.pk in self._added:
                row.undo = reasons.get(candidate.pk, UndoResult.REMOVED)
            else:
                row.undo = self._restore(row, candidate)
        ImportRow.objects.bulk_update(self._rows, ["undo"])
        removed = self._added - reasons.keys()
        # Rows are found by their candidate alone. Without it, erasure would miss their personal data.
        self._imported.rows.filter(candidate__in=removed).update(**BLANK)
        ResumeFile.objects.filter(archive__imported=self._imported, candidate__in=removed).update(name="", resume="")
        for pk in removed & self._resumes.keys():
            delete_on_commit(self._resumes[pk].resume)
        Candidate.objects.filter(pk__in=removed).delete()
        counts = Counter(f"undo_{row.undo}" for row in self._rows if row.undo != UndoResult.REMOVED)
        counts["undo_removed"] = len(removed)
        return counts

    def _restore(self, row: ImportRow, candidate: Candidate) -> UndoResult:
        """Restore the earlier values, and take the consent and the resume back. Skips candidates on legal hold."""
        if candidate.legal_hold or candidate.erased_at or candidate.pk in self._merged:
            return UndoResult.WAS_CHANGED
        has_earlier_values = _restore_values(row, candidate)
        consent = self._consents.get(row.consent_id) if row.consent_id else None
        if consent and not consent.given:
            return UndoResult.HAS_REFUSED
        has_no_consent = consent is None or self._take_consent_back(consent)
        file = self._resumes.pop(candidate.pk, None)
        if file and file.result == FileResult.REPLACED:
            return UndoResult.RESUME_REPLACED
        has_no_resume = file is None or self._take_resume_back(candidate, file)
        if not (has_earlier_values and has_no_consent and has_no_resume):
            return UndoResult.WAS_CHANGED
        return UndoResult.RESTORED if row.before or consent or file else UndoResult.UNCHANGED

    def _take_consent_back(self, consent: Consent) -> bool:
        """Delete the consent that the import entered. False: an interview planned since rests on it."""
        if self._is_planned_since(consent.candidate_id, consent.created_at):
            return False
        consent.delete()
        return True

    def _take_resume_back(self, candidate: Candidate, file: ResumeFile) -> bool:
        """Delete the resume. False: an interview planned since may use it."""
        if self._is_planned_since(candidate.pk, file.created_at):
            return False
        candidate.blank_resume()
        delete_on_commit(file.resume)
        return True

    def _is_planned_since(self, candidate_id: UUID, moment: datetime) -> bool:
        planned_at = self._last_interviews.get(candidate_id)
        return planned_at is not None and planned_at > moment


def _reasons_to_stay(
    imported: Import, candidates: list[Candidate], with_own_resume: Collection[UUID]
) -> dict[UUID, UndoResult]:
    """Of candidates whom the import has added: why they stay. The others are as the import left them.

    `with_own_resume`: the candidates who still have the resume of an archive of this import.
    """
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
    consents = Consent.objects.filter(candidate__in=ids)
    rows_with_reasons: tuple[tuple[Any, UndoResult], ...] = (
        (consents.exclude(pk__in=own_consents), UndoResult.HAS_HISTORY),
        (consents.filter(kind=Consent.Kind.CALL, given=False), UndoResult.HAS_REFUSED),
        (ImportRow.objects.filter(candidate__in=ids).exclude(imported=imported), UndoResult.IN_OTHER_IMPORT),
        (ResumeFile.objects.filter(candidate__in=ids).exclude(archive__imported=imported), UndoResult.IN_OTHER_IMPORT),
    )
    for rows, reason in rows_with_reasons:
        reasons = dict.fromkeys(rows.values_list("candidate", flat=True), reason) | reasons
    written, saved_at = _written_values(imported, ids), _saved_at(imported, ids)
    for candidate in candidates:
        has_other_resume = bool(candidate.resume) and candidate.pk not in with_own_resume
        if candidate.pk in written:
            has_changed = any(getattr(candidate, name) != written[candidate.pk].get(name, "") for name in FILLED_FIELDS)
        else:  # imported by an earlier version
            has_changed = candidate.updated_at > saved_at[candidate.pk]
        if has_other_resume or has_changed or candidate.legal_hold:
            reasons.setdefault(candidate.pk, UndoResult.WAS_CHANGED)
    return reasons


def _is_interview(model: Any) -> bool:
    return bool(model._meta.label == "interviews.Interview")


def _written_values(imported: Import, ids: list[UUID]) -> dict[UUID, dict[str, str]]:
    """The values that the rows of the import have written, by candidate and field. The last row counts."""
    rows: Any = imported.rows.filter(candidate__in=ids).exclude(before={}).order_by("number")
    written: dict[UUID, dict[str, str]] = {}
    for candidate_id, before in rows.values_list("candidate", "before"):
        written.setdefault(candidate_id, {}).update((name, new) for name, (_, new) in before.items())
    return written


def _saved_at(imported: Import, ids: list[UUID]) -> dict[UUID, datetime]:
    """When the import last wrote each candidate: its rows are made right after that."""
    rows: Any = imported.rows.filter(candidate__in=ids).order_by()
    return dict(rows.values_list("candidate").annotate(saved_at=Max("created_at")))


def _restore_values(row: ImportRow, candidate: Candidate) -> bool:
    """Restore the values that have not changed since the row was imported. Returns whether all were restored."""
    restored = {name: old for name, (old, new) in row.before.items() if getattr(candidate, name) == new}
    external_id = restored.get("external_id", "")
    if external_id and Candidate.objects.filter(external_id=external_id).exclude(pk=candidate.pk).exists():
        del restored["external_id"]  # another record has it now
    if restored:
        candidate.update_fields(**restored)
    return len(restored) == len(row.before)


def _last_interviews(ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the last interview of each of these candidates was planned."""
    interviews: Any = Candidate._meta.get_field("interviews")
    planned = interviews.related_model._base_manager.filter(candidate__in=ids).order_by()
    return dict(planned.values_list("candidate").annotate(planned_at=Max("created_at")))


def finish_undo(imported: Import, is_complete: bool) -> None:
    if is_complete:
        imported.finish_undo()
    else:
        imported.release()
        UNDO_IMPORT.defer(imported.pk)


def give_up_undo(imported: Import, error: ServiceError) -> None:
    imported.fail(UNDO_FAILED)
