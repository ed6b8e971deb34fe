"""Hashes the entries of the do-not-call list again with the current key."""

from dataclasses import dataclass
from itertools import chain

from django.db import transaction
from django.db.models import Q

from candidates.models import Candidate, DoNotCall, DoNotCallKey, hashes_of_numbers
from interviews.models import Call

CHUNK_SIZE = 1000
COMMAND_NAME = "rekey_do_not_call"
LOST_KEY = "The key of this entry was lost, so its number cannot be recovered."


@dataclass
class RekeyReport:
    rekeyed: int = 0
    given_up: int = 0
    kept: int = 0
    forgotten_keys: int = 0


@transaction.atomic
def rekey_entries(*, give_up: bool) -> RekeyReport:
    """Hash active entries with the current key if their numbers are found.

    If the former key is configured, the number is found by its hash among candidates and calls. If the key is lost, the
    number is taken from the interview that the entry came from. `give_up`: lift the entries of lost keys whose numbers
    are not found. Entries that apply to a candidate's record as well are not lifted.
    """
    current_key, report = DoNotCallKey.objects.current_key(), RekeyReport()
    old_entries = list(DoNotCall.objects.active().filter(~Q(key=current_key)).select_for_update(of=("self",)))
    numbers_by_hash = _known_numbers({entry.number_hash for entry in old_entries})
    lost_keys = set(DoNotCallKey.objects.not_configured().values_list("pk", flat=True))
    for entry in old_entries:
        # Entries of earlier versions have no key id.
        is_lost = entry.key_id in lost_keys or (entry.key_id is None and bool(lost_keys))
        phone_number = numbers_by_hash.get(entry.number_hash) or (_number_of_interview(entry) if is_lost else "")
        if phone_number and entry.may_be_rehashed:
            entry.rehash_number(phone_number, current_key)
            report.rekeyed += 1
        elif give_up and is_lost:
            _give_up(entry, current_key)
            report.given_up += 1
        else:
            report.kept += 1
    report.forgotten_keys = _forget_unused_keys(current_key)
    return report


def _known_numbers(wanted_hashes: set[str]) -> dict[str, str]:
    """Return the number of each hash, if a candidate or a call has the number."""
    candidate_numbers = Candidate.objects.order_by().values_list("phone", flat=True).distinct()
    call_numbers = Call.objects.order_by().values_list("number", flat=True).distinct()
    numbers_by_hash: dict[str, str] = {}
    for phone_number in chain(
        candidate_numbers.iterator(chunk_size=CHUNK_SIZE), call_numbers.iterator(chunk_size=CHUNK_SIZE)
    ):
        numbers_by_hash |= {
            number_hash: phone_number
            for number_hash in hashes_of_numbers([phone_number])
            if number_hash in wanted_hashes
        }
    return numbers_by_hash


def _number_of_interview(entry: DoNotCall) -> str:
    calls = Call.objects.filter(attempt__interview=entry.interview_id).order_by("-created_at")
    return calls.values_list("number", flat=True).first() or ""


def _give_up(entry: DoNotCall, current_key: DoNotCallKey) -> None:
    """Lift the entry. An entry from the candidate themselves stays active, because it still applies to their record."""
    if entry.candidate_id and entry.kind in DoNotCall.PERSONAL:
        entry.update_fields(key=current_key)
    else:
        entry.lift(by=COMMAND_NAME, reason=LOST_KEY)


def _forget_unused_keys(current_key: DoNotCallKey) -> int:
    """Delete keys that no active entry uses, and return their number.

    None is deleted while an entry of an earlier version is left: it has no key id, so any key may be its own.
    """
    if DoNotCall.objects.active().filter(key__isnull=True).exists():
        return 0
    used_keys = DoNotCall.objects.active().values("key")
    unused_keys = DoNotCallKey.objects.exclude(pk__in=used_keys).exclude(pk=current_key.pk)
    DoNotCall.objects.filter(key__in=unused_keys).update(key=current_key)  # lifted entries
    return unused_keys.delete()[0]
