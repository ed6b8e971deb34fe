"""Saves the valid rows of an import. A candidate who exists is updated, not added again."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Upper

from candidates.importing.row_check import ValidRow
from candidates.merging.matches import lock_contacts
from candidates.models import (
    Candidate,
    Consent,
    DoNotCall,
    MergedRecord,
    RowNote,
    RowResult,
    hashes_of_numbers,
)
from screener.access.viewer import VIEW_ALL_JOBS, Viewer
from screener.db.any_of import id_is_any_of, text_is_any_of


@dataclass(frozen=True)
class SavedRow:
    """What one valid row did. `before`: of each value that it changed, the earlier and the new one."""

    row: ValidRow
    candidate: Candidate
    result: RowResult
    before: dict[str, tuple[Any, Any]]
    consent: Consent | None
    notes: list[RowNote]


@dataclass
class _KnownCandidates:
    """The candidates that the rows may mean: those of the database, and those of earlier rows."""

    by_external_id: dict[str, Candidate] = field(default_factory=dict)
    by_contact: dict[str, list[Candidate]] = field(default_factory=dict)
    """By number and by e-mail address."""
    by_id: dict[UUID, Candidate] = field(default_factory=dict)
    merged_ids: dict[str, UUID] = field(default_factory=dict)
    """By the external id of a merged record: the candidate whose record it is part of now."""
    traces: dict[UUID, set[str]] = field(default_factory=dict)
    """The numbers and addresses that merged records of a candidate had."""

    def add_candidate(self, candidate: Candidate) -> None:
        self.by_id[candidate.pk] = candidate
        if candidate.external_id:
            self.by_external_id[candidate.external_id] = candidate
        for contact in self._contacts_of(candidate):
            holders = self.by_contact.setdefault(contact, [])
            if candidate not in holders:
                holders.append(candidate)

    def find_candidate(self, values: dict[str, Any]) -> Candidate | None:
        """By the external id, else by number or address.

        A number or an address alone may belong to two persons of one household: the name must be the same as well, or
        both number and address. Two different external ids are two persons.
        """
        external_id = values.get("external_id", "")
        if external_id in self.by_external_id:
            return self.by_external_id[external_id]
        if external_id in self.merged_ids:
            return self.by_id.get(self.merged_ids[external_id])
        contacts = _contacts(values["phone"], values.get("email", ""))
        for contact in contacts:
            for candidate in self.by_contact.get(contact, ()):
                has_other_id = bool(external_id and candidate.external_id)
                if not has_other_id and self._is_same_person(candidate, values["full_name"], contacts):
                    return candidate
        return None

    def _contacts_of(self, candidate: Candidate) -> set[str]:
        return self.traces.get(candidate.pk, set()).union(_contacts(candidate.phone, candidate.email))

    def _is_same_person(self, candidate: Candidate, full_name: str, contacts: list[str]) -> bool:
        """`contacts`: of the row, one of which is the candidate's."""
        if len(contacts) > 1 and self._contacts_of(candidate).issuperset(contacts):
            return True
        names = map(_name_words, (candidate.full_name, *candidate.former_names))
        return _name_words(full_name) in list(names)


class RowSaver:
    """Saves rows in order, with a number of queries that does not depend on how many are added. Use it once.

    `refused_rows` are those of candidates who exist and whom the viewer may not see. They are not saved.
    """

    def __init__(self, rows: list[ValidRow], viewer: Viewer) -> None:
        self._rows, self._viewer = rows, viewer
        self.refused_rows: list[ValidRow] = []
        self._known = _KnownCandidates()
        self._added: dict[UUID, Candidate] = {}
        self._consents: list[Consent] = []
        self._latest_consents: dict[UUID, tuple[bool, str]] = {}

    def save_rows(self) -> list[SavedRow]:
        lock_contacts(text for row in self._rows for text in (row.values["phone"], row.values.get("email", "")))
        for candidate in self._lock_candidates():
            self._known.add_candidate(candidate)
        self._refuse_hidden_candidates()
        self._read_consents()
        saved_rows = [self._save_candidate(row) for row in self._rows]
        Candidate.copy(list(self._added.values()))
        Consent.copy(self._consents)
        self._note_numbers(saved_rows)
        return saved_rows

    def _lock_candidates(self) -> Iterable[Candidate]:
        external_ids = [row.values["external_id"] for row in self._rows if row.values.get("external_id")]
        phone_numbers = {row.values["phone"] for row in self._rows}
        emails = {row.values["email"].upper() for row in self._rows if row.values.get("email")}
        self._known.merged_ids = MergedRecord.objects.find_candidates(external_ids)
        self._known.traces = _traces_of(phone_numbers, emails)
        ids = {*self._known.merged_ids.values(), *self._known.traces}
        kept = Candidate.objects.filter(erased_at__isnull=True).order_by()
        for rows in (  # each by an index of its own
            kept.filter(~Q(external_id=""), text_is_any_of("external_id", external_ids)),
            kept.filter(text_is_any_of("phone", phone_numbers)),
            kept.filter(text_is_any_of(Upper("email"), emails)),
        ):
            ids.update(rows.values_list("pk", flat=True))
        candidates = Candidate.objects.defer("resume_text").select_for_update()
        return candidates.filter(id_is_any_of("id", ids), erased_at__isnull=True).order_by("pk")

    def _refuse_hidden_candidates(self) -> None:
        if self._viewer.has_perm(VIEW_ALL_JOBS):
            return
        meant = [(row, self._known.find_candidate(row.values)) for row in self._rows]
        ids = [candidate.pk for _, candidate in meant if candidate]
        visible = set(Candidate.objects.visible_to(self._viewer).filter(pk__in=ids).values_list("pk", flat=True))
        self.refused_rows = [row for row, candidate in meant if candidate and candidate.pk not in visible]
        self._rows = [row for row, candidate in meant if candidate is None or candidate.pk in visible]

    def _read_consents(self) -> None:
        of_known = id_is_any_of("candidate_id", self._known.by_id)
        call_consents = Consent.objects.filter(of_known, kind=Consent.Kind.CALL).order_by("said_at", "created_at")
        for candidate_id, is_given, consent_source in call_consents.values_list("candidate", "given", "source"):
            self._latest_consents[candidate_id] = is_given, consent_source

    def _save_candidate(self, row: ValidRow) -> SavedRow:
        candidate, before = self._known.find_candidate(row.values), {}
        if candidate is None:
            candidate, result = Candidate(**row.values), RowResult.CREATED
            self._added[candidate.pk] = candidate
        else:
            before = self._update_candidate(candidate, row.values)
            result = RowResult.UPDATED if before else RowResult.UNCHANGED
        self._known.add_candidate(candidate)
        consent, notes = self._add_consent(candidate, row)
        if consent and result == RowResult.UNCHANGED:
            result = RowResult.UPDATED
        return SavedRow(row, candidate, result, before, consent, notes)

    def _update_candidate(self, candidate: Candidate, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        kept = self._values_of_merged_records(candidate, values)
        before = {
            name: (getattr(candidate, name), value)
            for name, value in values.items()
            if name not in kept and getattr(candidate, name) != value
        }
        changed_values = {name: new for name, (_, new) in before.items()}
        if candidate.pk in self._added:
            for field_name, value in changed_values.items():
                setattr(candidate, field_name, value)
        elif changed_values:
            candidate.update_fields(**changed_values)
        return before

    def _values_of_merged_records(self, candidate: Candidate, values: dict[str, Any]) -> set[str]:
        """The fields of a row that hold what a merge has replaced: they stay as the merge left them."""
        traces = self._known.traces.get(candidate.pk, set())
        kept = {name for name in ("phone", "email") if values.get(name, "").upper() in traces}
        return kept | ({"external_id"} if values.get("external_id") in self._known.merged_ids else set())

    def _add_consent(self, candidate: Candidate, row: ValidRow) -> tuple[Consent | None, list[RowNote]]:
        """Add the consent of the row, unless it is on record or would take back a refusal."""
        if row.consent is None:
            return None, []
        is_given, consent_source = self._latest_consents.get(candidate.pk, (None, ""))
        if row.consent and is_given is False:
            return None, [RowNote.CONSENT_WITHDRAWN]
        if (row.consent, row.consent_source) == (is_given, consent_source):
            return None, []
        self._latest_consents[candidate.pk] = row.consent, row.consent_source
        consent = Consent(
            candidate=candidate,
            kind=Consent.Kind.CALL,
            given=row.consent,
            given_by=Consent.GivenBy.IMPORT,
            source=row.consent_source,
        )
        self._consents.append(consent)
        return consent, []

    def _note_numbers(self, saved_rows: list[SavedRow]) -> None:
        not_called = _numbers_on_list({saved.candidate.phone for saved in saved_rows})
        for saved in saved_rows:
            candidate = saved.candidate
            if any(len(self._known.by_contact[contact]) > 1 for contact in _contacts(candidate.phone, "")):
                saved.notes.append(RowNote.SAME_NUMBER)
            if any(len(self._known.by_contact[contact]) > 1 for contact in _contacts("", candidate.email)):
                saved.notes.append(RowNote.SAME_EMAIL)
            if candidate.phone in not_called:
                saved.notes.append(RowNote.DO_NOT_CALL)


def _contacts(phone_number: str, email: str) -> list[str]:
    return [contact for contact in (phone_number, email.upper()) if contact]


def _traces_of(phone_numbers: set[str], emails: set[str]) -> dict[UUID, set[str]]:
    """The numbers and addresses of merged records among these, by the candidate whose they are now."""
    has_number, has_address = text_is_any_of("phone", phone_numbers), text_is_any_of(Upper("email"), emails)
    records = MergedRecord.objects.filter(Q(has_number) | Q(has_address))
    traces: dict[UUID, set[str]] = {}
    for candidate_id, phone_number, email in records.values_list("candidate", "phone", "email"):
        traces.setdefault(candidate_id, set()).update(_contacts(phone_number, email))
    return traces


def _name_words(full_name: str) -> set[str]:
    """The words of a name without differences of case, accents, order and commas."""
    letters = unicodedata.normalize("NFKD", full_name.casefold()).replace(",", " ")
    return set("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def _numbers_on_list(phone_numbers: Iterable[str]) -> set[str]:
    numbers_by_hash = hashes_of_numbers(phone_numbers)
    active_entries = DoNotCall.objects.active().filter(text_is_any_of("number_hash", numbers_by_hash))
    return {numbers_by_hash[number_hash] for number_hash in active_entries.values_list("number_hash", flat=True)}
