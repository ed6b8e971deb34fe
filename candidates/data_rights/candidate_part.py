"""The data of this app about a person: the record, consents, do-not-call entries and their history."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import PurePosixPath

from django.db.models import Q, QuerySet

from candidates.data_rights.import_rows import (
    erase_import_rows,
    erase_resume_files,
    import_records,
    resume_file_records,
)
from candidates.data_rights.parts import DataPart, Document, ErasureScope, Item
from candidates.data_rights.private_files import stored_files, was_stored_before
from candidates.data_rights.records import staff_label, without_staff
from candidates.data_rights.traces import erase_log_entries, erase_stored_responses, log_entries, responses_about
from candidates.models import (
    RESUME_PREFIX,
    Candidate,
    CandidateEvent,
    Consent,
    DoNotCall,
    ErasedItem,
)
from screener.encryption.data_keys import drop_keys

ERASED_TEXT = "erased"
"""Replaces texts that a constraint requires."""


class CandidatePart(DataPart):
    def list_items(self, scope: ErasureScope) -> Iterable[Item]:
        names = [str(scope.candidate.resume.name)] if scope.covers_resume and scope.candidate.resume else []
        return [Item(ErasedItem.Kind.FILE, name) for name in names]

    def find_items(self, scope: ErasureScope) -> Iterable[Item]:
        """Files of the candidate's folder that no row names: a process died between the file and the row."""
        if not scope.covers_resume:
            return []
        names = chain.from_iterable(map(stored_files, scope.candidate.private_folders))
        return [
            Item(ErasedItem.Kind.FILE, name)
            for name in names
            if scope.is_whole_person or _is_earlier_resume(name, scope)
        ]

    def erase(self, scope: ErasureScope) -> dict[str, int]:
        candidate = scope.candidate
        if not scope.covers_resume:
            return {}
        if not scope.is_whole_person:
            candidate.blank_resume()
            return {"candidates": 1}
        removed = {
            "consents": candidate.consents.exclude(source=ERASED_TEXT).update(source=ERASED_TEXT),
            "do_not_call_entries": _blank_entries(candidate),
            "events": candidate.events.exclude(kind=CandidateEvent.Kind.ERASED).exclude(reason="").update(reason=""),
            "log_entries": _erase_log(candidate),
            "stored_responses": erase_stored_responses(_identifiers(candidate), erased_at=candidate.erased_at),
            "merged_records": _blank_merged_records(candidate),
            "import_rows": erase_import_rows(candidate),
            "resume_files": erase_resume_files(candidate),
            "data_keys": drop_keys(candidate.private_folders),
            "candidates": 0 if candidate.erased_at else 1,
        }
        candidate.blank()
        return removed

    def export(self, candidate: Candidate) -> Iterator[Document]:
        yield Document("candidate.json", "The record: name, contact data, resume text", [_candidate_record(candidate)])
        if candidate.resume:
            stored = str(candidate.resume.name)
            name = f"resume/{stored.rpartition('/')[2]}"
            yield Document(name, "The resume as it was sent", partial(candidate.resume.storage.open, stored))
        yield Document("consents.json", "Consents to be called and to be recorded", _consent_records(candidate))
        yield Document("do_not_call.json", "Entries of the do-not-call list", _entry_records(candidate))
        yield Document("merged_records.json", "Records that were merged into this one", _former_records(candidate))
        yield Document("imports.json", "Rows of imported files about this person", import_records(candidate))
        yield Document("resume_files.json", "Files of archives of resumes", resume_file_records(candidate))
        yield Document("record_history.json", "What was done with the record", _event_records(candidate))
        yield Document("staff_log.json", "What staff did with the record in the admin", _log_records(candidate))
        yield Document(
            "api_responses.json", "Responses of the API that are kept for a day", responses_about(candidate.record_ids)
        )


def _is_earlier_resume(name: str, scope: ErasureScope) -> bool:
    is_resume = PurePosixPath(name).name.startswith(RESUME_PREFIX)
    return is_resume and was_stored_before(name, scope.began_at)


def _blank_entries(candidate: Candidate) -> int:
    """Blank the texts of staff. The hash of the number, the kind and the times stay: the number is not called."""
    own = _own_entries(candidate)
    lifted = own.exclude(lift_reason__in=("", ERASED_TEXT)).update(lift_reason=ERASED_TEXT)
    return lifted + own.exclude(source=ERASED_TEXT).update(source=ERASED_TEXT)


def _own_entries(candidate: Candidate) -> QuerySet[DoNotCall]:
    """Entries from this candidate, and those about their number that name no other record."""
    return DoNotCall.objects.of_candidate(candidate).filter(Q(candidate=candidate) | Q(candidate__isnull=True))


def _erase_log(candidate: Candidate) -> int:
    entries = _own_entries(candidate).values_list("pk", flat=True)
    rows = (
        (Candidate, candidate.record_ids),
        (Consent, candidate.consents.values_list("pk", flat=True)),
        (DoNotCall, entries),
    )
    return sum(erase_log_entries(model, ids) for model, ids in rows)


def _identifiers(candidate: Candidate) -> list[object]:
    """Texts by which stored responses about the candidate are found. An external id may be as short as a word."""
    merged = candidate.merged_records.values_list("merged_id", "phone", "email")
    return [candidate.pk, candidate.phone, candidate.email, *chain.from_iterable(merged)]


def _blank_merged_records(candidate: Candidate) -> int:
    named = candidate.merged_records.exclude(phone="", email="", external_id="")
    return named.update(phone="", email="", external_id="")


def _former_records(candidate: Candidate) -> list[dict[str, object]]:
    rows = candidate.merged_records.values("merged_id", "phone", "email", "external_id", "created_at")
    return [dict(row) for row in rows]


def _candidate_record(candidate: Candidate) -> dict[str, object]:
    return {
        "id": candidate.pk,
        "full_name": candidate.full_name,
        "former_names": candidate.former_names,
        "email": candidate.email,
        "phone": candidate.phone,
        "language": candidate.locale,
        "time_zone": candidate.timezone,
        "external_id": candidate.external_id,
        "resume_status": candidate.resume_status,
        "resume_error": candidate.resume_error,
        "resume_text": candidate.resume_text,
        "resume_is_cut": candidate.resume_is_cut,
        "legal_hold": candidate.legal_hold,
        "legal_hold_reason": candidate.hold_reason,
        "legal_hold_since": candidate.hold_set_at,
        "created_at": candidate.created_at,
        "updated_at": candidate.updated_at,
    }


def _consent_records(candidate: Candidate) -> list[dict[str, object]]:
    fields = ("kind", "given", "given_by", "source", "language", "wording_version", "said_at")
    rows = candidate.consents.order_by("said_at").values(*fields)
    return [{**row, "source": without_staff(row["source"])} for row in rows]


def _entry_records(candidate: Candidate) -> list[dict[str, object]]:
    return [
        {
            "kind": entry.kind,
            "source": without_staff(entry.source),
            "since": entry.created_at,
            "is_active": entry.is_active,
            "lifted_at": entry.lifted_at,
            "lifted_by": staff_label(entry.lifted_by),
            "lift_reason": entry.lift_reason,
        }
        for entry in _own_entries(candidate).order_by("created_at")
    ]


def _event_records(candidate: Candidate) -> list[dict[str, object]]:
    rows = candidate.events.order_by("created_at").values("kind", "actor", "reason", "created_at")
    return [{**row, "actor": staff_label(row["actor"])} for row in rows]


def _log_records(candidate: Candidate) -> list[dict[str, object]]:
    entries = log_entries(Candidate, candidate.record_ids).order_by("action_time")
    return [{"at": entry.action_time, "what": entry.get_change_message()} for entry in entries]
