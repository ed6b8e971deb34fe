"""Saves the valid rows of an import. A candidate who exists is updated, not added again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidates.merging.matches import lock_contacts
from candidates.models import Candidate, Consent, DoNotCall, MergedRecord, hashes_of_numbers
from screener.access.viewer import VIEW_ALL_JOBS, Viewer

NumberAndName = tuple[str, str]
"""A number and a name, without differences of case and spaces."""


class RowResult(models.TextChoices):
    CREATED = "created", _("Added")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")


class RowNote(models.TextChoices):
    SAME_NUMBER = "same_number", _("another candidate has this number; one of them is called")
    DO_NOT_CALL = "do_not_call", _("the number is on the do-not-call list and is not called")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("consent to calls was refused before; the file does not give it again")


@dataclass(frozen=True)
class ImportedRow:
    """The result of one valid row."""

    row: int
    candidate: UUID
    result: RowResult
    notes: list[RowNote]


@dataclass(frozen=True)
class ValidRow:
    """`consent`: whether the candidate agreed to calls, where the row says so, and where that was said."""

    row_number: int
    values: dict[str, Any]
    consent: bool | None
    consent_source: str

    @property
    def number_and_name(self) -> NumberAndName:
        return _number_and_name(self.values["phone"], self.values["full_name"])


@dataclass
class _KnownCandidates:
    """The candidates that the rows may mean: those of the database, and those of earlier rows."""

    by_external_id: dict[str, Candidate] = field(default_factory=dict)
    by_number_and_name: dict[NumberAndName, list[Candidate]] = field(default_factory=dict)
    by_number: dict[str, set[UUID]] = field(default_factory=dict)
    by_id: dict[UUID, Candidate] = field(default_factory=dict)
    merged_ids: dict[str, UUID] = field(default_factory=dict)
    """By the external id of a merged record: the candidate whose record it is part of now."""

    def add_candidate(self, candidate: Candidate) -> None:
        self.by_id[candidate.pk] = candidate
        if candidate.external_id:
            self.by_external_id[candidate.external_id] = candidate
        self.by_number_and_name.setdefault(_number_and_name(candidate.phone, candidate.full_name), []).append(candidate)
        self.by_number.setdefault(candidate.phone, set()).add(candidate.pk)

    def find_candidate(self, row: ValidRow) -> Candidate | None:
        """By the external id, else by number and name, unless the two have different external ids."""
        external_id = row.values.get("external_id", "")
        if external_id in self.by_external_id:
            return self.by_external_id[external_id]
        if external_id in self.merged_ids:
            return self.by_id.get(self.merged_ids[external_id])
        namesakes = self.by_number_and_name.get(row.number_and_name, [])
        return next((namesake for namesake in namesakes if not (external_id and namesake.external_id)), None)


class RowSaver:
    """Saves rows in order, with a number of queries that does not depend on how many are added. Use it once.

    `refused_rows` are those of candidates who exist and whom the viewer may not see. They are not saved.
    """

    def __init__(self, rows: list[ValidRow], viewer: Viewer) -> None:
        self._rows, self._viewer = rows, viewer
        self.refused_rows: list[ValidRow] = []
        self._known = _KnownCandidates()
        self._added: list[Candidate] = []
        self._consents: list[Consent] = []
        self._latest_consents: dict[UUID, tuple[bool, str]] = {}

    def save_rows(self) -> list[ImportedRow]:
        lock_contacts(text for row in self._rows for text in (row.values["phone"], row.values.get("email", "")))
        for candidate in self._lock_candidates():
            self._known.add_candidate(candidate)
        self._refuse_hidden_candidates()
        self._read_consents()
        saved_rows = [(row, *self._save_candidate(row)) for row in self._rows]
        Candidate.objects.bulk_create(self._added, batch_size=500)
        Consent.objects.bulk_create(self._consents, batch_size=500)
        not_called = _numbers_on_list(row.values["phone"] for row in self._rows)
        return [
            ImportedRow(row.row_number, candidate.pk, result, [*self._notes_on_number(candidate, not_called), *notes])
            for row, candidate, result, notes in saved_rows
        ]

    def _lock_candidates(self) -> Iterable[Candidate]:
        external_ids = [row.values["external_id"] for row in self._rows if row.values.get("external_id")]
        phone_numbers = {row.values["phone"] for row in self._rows}
        self._known.merged_ids = MergedRecord.objects.find_candidates(external_ids)
        has_id = Q(external_id__in=external_ids) | Q(pk__in=self._known.merged_ids.values())
        is_in_rows = has_id | Q(phone__in=phone_numbers, erased_at__isnull=True)
        return Candidate.objects.select_for_update().filter(is_in_rows).order_by("pk")

    def _refuse_hidden_candidates(self) -> None:
        if self._viewer.has_perm(VIEW_ALL_JOBS):
            return
        meant = [(row, self._known.find_candidate(row)) for row in self._rows]
        ids = [candidate.pk for _, candidate in meant if candidate]
        visible = set(Candidate.objects.visible_to(self._viewer).filter(pk__in=ids).values_list("pk", flat=True))
        self.refused_rows = [row for row, candidate in meant if candidate and candidate.pk not in visible]
        self._rows = [row for row, candidate in meant if candidate is None or candidate.pk in visible]

    def _read_consents(self) -> None:
        candidate_ids = {pk for pks in self._known.by_number.values() for pk in pks}
        call_consents = Consent.objects.filter(kind=Consent.Kind.CALL, candidate__in=candidate_ids).order_by(
            "said_at", "created_at"
        )
        for candidate_id, is_given, consent_source in call_consents.values_list("candidate", "given", "source"):
            self._latest_consents[candidate_id] = is_given, consent_source

    def _save_candidate(self, row: ValidRow) -> tuple[Candidate, RowResult, list[RowNote]]:
        candidate = self._known.find_candidate(row)
        if candidate is None:
            candidate, result = Candidate(**row.values), RowResult.CREATED
            self._added.append(candidate)
        else:
            result = self._update_candidate(candidate, row.values)
        self._known.add_candidate(candidate)
        adds_consent, notes = self._add_consent(candidate, row)
        if adds_consent and result == RowResult.UNCHANGED:
            result = RowResult.UPDATED
        return candidate, result, notes

    def _update_candidate(self, candidate: Candidate, values: dict[str, Any]) -> RowResult:
        kept = {"external_id"} if values.get("external_id") in self._known.merged_ids else set()
        changed_values = {
            name: value for name, value in values.items() if name not in kept and getattr(candidate, name) != value
        }
        if not changed_values:
            return RowResult.UNCHANGED
        if candidate in self._added:
            for field_name, value in changed_values.items():
                setattr(candidate, field_name, value)
        else:
            candidate.update_fields(**changed_values)
        return RowResult.UPDATED

    def _add_consent(self, candidate: Candidate, row: ValidRow) -> tuple[bool, list[RowNote]]:
        """Add the consent of the row, unless it is on record or would take back a refusal."""
        if row.consent is None:
            return False, []
        is_given, consent_source = self._latest_consents.get(candidate.pk, (None, ""))
        if row.consent and is_given is False:
            return False, [RowNote.CONSENT_WITHDRAWN]
        if (row.consent, row.consent_source) == (is_given, consent_source):
            return False, []
        self._latest_consents[candidate.pk] = row.consent, row.consent_source
        consent = Consent(
            candidate=candidate,
            kind=Consent.Kind.CALL,
            given=row.consent,
            given_by=Consent.GivenBy.IMPORT,
            source=row.consent_source,
        )
        self._consents.append(consent)
        return True, []

    def _notes_on_number(self, candidate: Candidate, not_called: set[str]) -> list[RowNote]:
        notes = [RowNote.SAME_NUMBER] if len(self._known.by_number[candidate.phone]) > 1 else []
        return [*notes, RowNote.DO_NOT_CALL] if candidate.phone in not_called else notes


def _number_and_name(phone_number: str, full_name: str) -> NumberAndName:
    return phone_number, " ".join(full_name.casefold().split())


def _numbers_on_list(phone_numbers: Iterable[str]) -> set[str]:
    numbers_by_hash = hashes_of_numbers(phone_numbers)
    active_entries = DoNotCall.objects.active().filter(number_hash__in=numbers_by_hash.keys())
    return {numbers_by_hash[number_hash] for number_hash in active_entries.values_list("number_hash", flat=True)}
