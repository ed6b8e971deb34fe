"""Refusals, withdrawn consents and erasures in the journal of backups, and what a restored database lacks of them."""

from typing import Any

from django.apps import apps
from django.db import transaction

from candidates.data_rights.erasure import erase_candidate, erase_part_of_interview, erase_resume
from candidates.models import Candidate, Consent, DoNotCall, DoNotCallKey, Erasure
from screener.backup.journal import Entry, JournalPart
from screener.models import InvalidTransition

LIFTED = ("lifted_at", "lifted_by", "lift_reason")
REFUSAL = ("id", "kind", "number_hash", "email_hash", "candidate_id", "interview_id", "source", *LIFTED)
CONSENT = ("id", "candidate_id", "kind", "given_by", "wording_version", "language", "source", "said_at")
ERASURE = ("id", "candidate_id", "interview_id", "kind", "actor", "reason")
ACTOR = "restore"
BATCH = 1000

Applied = tuple[int, list[str]]


def _collect_refusals() -> list[Entry]:
    return list(DoNotCall.objects.order_by("created_at").values(*REFUSAL, "key__canary"))


@transaction.atomic
def _apply_refusals(entries: list[Entry]) -> Applied:
    """Add the entries that are missing, and lift those that were lifted since."""
    active = set(map(str, DoNotCall.objects.active().values_list("pk", flat=True)))
    lifted = [entry for entry in entries if entry["lifted_at"] and entry["id"] in active]
    for entry in lifted:
        DoNotCall.objects.filter(pk=entry["id"]).update(**{name: entry[name] for name in LIFTED})
    missing = _missing(DoNotCall, entries)
    canaries = {entry["key__canary"] for entry in missing if entry["key__canary"]}
    keys = {canary: DoNotCallKey.objects.get_or_create(canary=canary)[0] for canary in canaries}
    candidates = _existing(Candidate, missing, "candidate_id")
    interviews = _existing(apps.get_model("interviews.Interview"), missing, "interview_id")
    rows = [
        DoNotCall(
            **{name: entry[name] for name in REFUSAL}
            | {"candidate_id": entry["candidate_id"] if entry["candidate_id"] in candidates else None}
            | {"interview_id": entry["interview_id"] if entry["interview_id"] in interviews else None},
            key=keys.get(entry["key__canary"]),
        )
        for entry in missing
    ]
    DoNotCall.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(rows) + len(lifted), []


def _collect_withdrawals() -> list[Entry]:
    return list(Consent.objects.filter(given=False).values(*CONSENT))


def _apply_withdrawals(entries: list[Entry]) -> Applied:
    missing = _missing(Consent, entries)
    candidates = _existing(Candidate, missing, "candidate_id")
    rows = [Consent(**entry, given=False) for entry in missing if entry["candidate_id"] in candidates]
    Consent.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows), []


def _collect_erasures() -> list[Entry]:
    return list(Erasure.objects.order_by("created_at").values(*ERASURE))


def _apply_erasures(entries: list[Entry]) -> Applied:
    """Erase again who was erased after the backup. People and interviews that the backup lacks need no erasure."""
    count, problems = 0, []
    missing = _missing(Erasure, entries)
    candidates = _existing(Candidate, missing, "candidate_id")
    interviews = _existing(apps.get_model("interviews.Interview"), missing, "interview_id")
    for entry in missing:
        if entry["candidate_id"] not in candidates or entry["interview_id"] not in {None, *interviews}:
            continue
        try:
            _erase(entry)
            count += 1
        except InvalidTransition as error:
            problems.append(f"Candidate {entry['candidate_id']} was erased ({entry['kind']}) and is not: {error}")
    return count, problems


def _erase(entry: Entry) -> None:
    candidate = Candidate.objects.get(pk=entry["candidate_id"])
    about = {"actor": ACTOR, "reason": f"{entry['reason']} ({entry['actor']})"[:500]}
    kind = Erasure.Kind(entry["kind"])
    if kind == Erasure.Kind.PERSON:
        erase_candidate(candidate, **about)
    elif kind == Erasure.Kind.RESUME:
        erase_resume(candidate, **about)
    else:
        erase_part_of_interview(candidate, entry["interview_id"], kind, **about)


def _missing(model: Any, entries: list[Entry]) -> list[Entry]:
    present = _existing(model, entries, "id")
    return [entry for entry in entries if entry["id"] not in present]


def _existing(model: Any, entries: list[Entry], name: str) -> set[str]:
    wanted = [entry[name] for entry in entries if entry[name]]
    return set(map(str, model.objects.filter(pk__in=wanted).values_list("pk", flat=True)))


REFUSALS = JournalPart(_collect_refusals, _apply_refusals)
WITHDRAWN_CONSENTS = JournalPart(_collect_withdrawals, _apply_withdrawals)
ERASURES = JournalPart(_collect_erasures, _apply_erasures)
