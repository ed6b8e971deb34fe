"""Saves the valid rows of an import. A candidate who exists is updated, not added again."""

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from candidates.importing.known_candidates import FILLED_FIELDS, KnownCandidate, KnownCandidates, contacts_of
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
from screener.db.any_of import is_any_of

UNFILLED = Candidate()
DEFAULTS: dict[str, str] = {name: getattr(UNFILLED, name) for name in FILLED_FIELDS}
PLANS = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true)"
ordered_values = itemgetter(*FILLED_FIELDS)


class SavedRow(NamedTuple):
    """What one valid row did. `before`: of each value that it wrote, the earlier and the new one."""

    row: ValidRow
    candidate: KnownCandidate
    result: RowResult
    before: dict[str, tuple[str, str]]
    consent_id: UUID | None
    notes: list[RowNote]


class RowSaver:
    """Saves rows in order, with a number of queries that does not depend on how many are added. Use it once.

    `refused_rows` are those of candidates who exist and whom the viewer may not see. They are not saved.
    """

    def __init__(self, rows: list[ValidRow], viewer: Viewer) -> None:
        self._rows, self._viewer = rows, viewer
        self.refused_rows: list[ValidRow] = []
        self._known = KnownCandidates()
        self._added: dict[UUID, KnownCandidate] = {}
        self._changed: dict[UUID, KnownCandidate] = {}
        self._consents: list[tuple[UUID, UUID, bool, str]] = []
        self._latest_consents: dict[UUID, tuple[bool, str]] = {}

    def save_rows(self) -> list[SavedRow]:
        lock_contacts(text for row in self._rows for text in (row.values["phone"], row.values.get("email", "")))
        _use_indexes()
        for candidate in self._lock_candidates():
            self._known.add_candidate(candidate)
        self._refuse_hidden_candidates()
        self._read_consents()
        saved_rows = [self._save_candidate(row) for row in self._rows]
        added = ((candidate.id, *ordered_values(candidate.values)) for candidate in self._added.values())
        Candidate.copy_values(("id", *FILLED_FIELDS), added)
        _update_candidates(list(self._changed.values()))
        Consent.copy_values(
            ("id", "candidate_id", "given", "source"),
            self._consents,
            kind=Consent.Kind.CALL,
            given_by=Consent.GivenBy.IMPORT,
        )
        self._add_notes(saved_rows)
        return saved_rows

    def _lock_candidates(self) -> Iterator[KnownCandidate]:
        external_ids = [row.values["external_id"] for row in self._rows if row.values.get("external_id")]
        phone_numbers = {row.values["phone"] for row in self._rows}
        emails = {row.values["email"].upper() for row in self._rows if row.values.get("email")}
        self._known.merged_ids = MergedRecord.objects.find_candidates(external_ids)
        self._known.traces = _traces_of(phone_numbers, emails)
        ids = {*self._known.merged_ids.values(), *self._known.traces}
        # Each by an index of its own. A condition on `erased_at` would let the planner read its partial index whole.
        for condition in (
            ~Q(external_id="") & Q(is_any_of("external_id", external_ids)),
            Q(is_any_of("phone", phone_numbers)),
            Q(is_any_of(Upper("email"), emails)),
        ):
            ids.update(Candidate.objects.filter(condition).order_by().values_list("pk", flat=True))
        locked = Candidate.objects.select_for_update().filter(is_any_of("id", ids)).order_by("pk")
        for pk, erased_at, former_names, *values in locked.values_list(
            "pk", "erased_at", "former_names", *FILLED_FIELDS
        ):
            if erased_at is None:
                yield KnownCandidate(pk, dict(zip(FILLED_FIELDS, values, strict=True)), former_names)

    def _refuse_hidden_candidates(self) -> None:
        if self._viewer.has_perm(VIEW_ALL_JOBS):
            return
        meant = [(row, self._known.find_candidate(row.values)) for row in self._rows]
        ids = [candidate.id for _, candidate in meant if candidate]
        visible = set(Candidate.objects.visible_to(self._viewer).filter(pk__in=ids).values_list("pk", flat=True))
        self.refused_rows = [row for row, candidate in meant if candidate and candidate.id not in visible]
        self._rows = [row for row, candidate in meant if candidate is None or candidate.id in visible]

    def _read_consents(self) -> None:
        if not self._known.by_id:
            return
        of_known = is_any_of("candidate_id", self._known.by_id)
        call_consents = Consent.objects.filter(of_known, kind=Consent.Kind.CALL).order_by("said_at", "created_at")
        for candidate_id, is_given, consent_source in call_consents.values_list("candidate", "given", "source"):
            self._latest_consents[candidate_id] = is_given, consent_source

    def _save_candidate(self, row: ValidRow) -> SavedRow:
        candidate, before = self._known.find_candidate(row.values), {}
        if candidate is None:
            candidate, result = KnownCandidate(uuid4(), DEFAULTS | row.values), RowResult.CREATED
            before = {name: ("", new) for name, new in candidate.values.items() if new}
            self._added[candidate.id] = candidate
            self._known.add_candidate(candidate)
        else:
            before = self._update_candidate(candidate, row.values)
            result = RowResult.UPDATED if before else RowResult.UNCHANGED
        consent_id, notes = self._add_consent(candidate, row)
        if consent_id and result == RowResult.UNCHANGED:
            result = RowResult.UPDATED
        return SavedRow(row, candidate, result, before, consent_id, notes)

    def _update_candidate(self, candidate: KnownCandidate, values: dict[str, str]) -> dict[str, tuple[str, str]]:
        kept = self._values_of_merged_records(candidate, values)
        before = {
            name: (candidate.values[name], new)
            for name, new in values.items()
            if name not in kept and candidate.values[name] != new
        }
        if before:
            candidate.values.update((name, new) for name, (_, new) in before.items())
            self._known.add_candidate(candidate)
            if candidate.id not in self._added:
                self._changed[candidate.id] = candidate
        return before

    def _values_of_merged_records(self, candidate: KnownCandidate, values: dict[str, str]) -> set[str]:
        """The fields of a row that hold what a merge has replaced: they stay as the merge left them."""
        traces = self._known.traces.get(candidate.id, set())
        kept = {name for name in ("phone", "email") if values.get(name, "").upper() in traces}
        return kept | ({"external_id"} if values.get("external_id") in self._known.merged_ids else set())

    def _add_consent(self, candidate: KnownCandidate, row: ValidRow) -> tuple[UUID | None, list[RowNote]]:
        """Add the consent of the row, unless it is on record or would take back a refusal."""
        if row.consent is None:
            return None, []
        is_given, consent_source = self._latest_consents.get(candidate.id, (None, ""))
        if row.consent and is_given is False:
            return None, [RowNote.CONSENT_WITHDRAWN]
        if (row.consent, row.consent_source) == (is_given, consent_source):
            return None, []
        self._latest_consents[candidate.id] = row.consent, row.consent_source
        consent_id = uuid4()
        self._consents.append((consent_id, candidate.id, row.consent, row.consent_source))
        return consent_id, []

    def _add_notes(self, saved_rows: list[SavedRow]) -> None:
        not_called = _numbers_on_list({saved.candidate.values["phone"] for saved in saved_rows})
        for saved in saved_rows:
            phone_number, email = saved.candidate.values["phone"], saved.candidate.values["email"]
            if self._known.is_shared(phone_number):
                saved.notes.append(RowNote.SAME_NUMBER)
            if email and self._known.is_shared(email.upper()):
                saved.notes.append(RowNote.SAME_EMAIL)
            if phone_number in not_called:
                saved.notes.append(RowNote.DO_NOT_CALL)


def _use_indexes() -> None:
    """Make the look-ups of this transaction use the indexes.

    During a first large import, the statistics still describe an empty table, so PostgreSQL would read all of it for
    each batch. A generic plan cannot use the partial index of external ids. Both together took more than half of the
    time of 50,000 new rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(PLANS)


def _update_candidates(candidates: list[KnownCandidate]) -> None:
    """Write the values of candidates that exist, in one statement. Their rows are locked."""
    if not candidates:
        return
    columns = {name: [candidate.values[name] for candidate in candidates] for name in FILLED_FIELDS}
    assignments = ", ".join(f"{name} = changed.{name}" for name in FILLED_FIELDS)
    arrays = ", ".join(["%s::uuid[]", *["%s::text[]"] * len(FILLED_FIELDS)])
    statement = (
        f"UPDATE candidates_candidate AS candidate SET {assignments}, updated_at = %s "  # noqa: S608 - names of our fields
        f"FROM unnest({arrays}) AS changed (id, {', '.join(FILLED_FIELDS)}) WHERE candidate.id = changed.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [timezone.now(), [candidate.id for candidate in candidates], *columns.values()])


def _traces_of(phone_numbers: set[str], emails: set[str]) -> dict[UUID, set[str]]:
    """The numbers and addresses of merged records among these, by the candidate whose they are now."""
    has_number, has_address = is_any_of("phone", phone_numbers), is_any_of(Upper("email"), emails)
    records = MergedRecord.objects.filter(Q(has_number) | Q(has_address))
    traces: dict[UUID, set[str]] = {}
    for candidate_id, phone_number, email in records.values_list("candidate", "phone", "email"):
        traces.setdefault(candidate_id, set()).update(contacts_of(phone_number, email))
    return traces


def _numbers_on_list(phone_numbers: Iterable[str]) -> set[str]:
    numbers_by_hash = hashes_of_numbers(phone_numbers)
    active_entries = DoNotCall.objects.active().filter(is_any_of("number_hash", numbers_by_hash))
    return {numbers_by_hash[number_hash] for number_hash in active_entries.values_list("number_hash", flat=True)}
