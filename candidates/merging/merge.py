"""The verb that merges two records of one person, and its conditions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from candidates.data_rights.parts import PARTS
from candidates.merging.uniting import (
    claim_entries,
    personal_refusals,
    refused_consents,
    unite_consents,
    unite_refusals,
)
from candidates.models import Candidate, CandidateEvent, MergedRecord, delete_on_commit
from screener.models import InvalidTransition

RESUME = "resume"
VALUES = ("full_name", "email", "phone", "locale", "timezone", "external_id")
CHOICES = (*VALUES, RESUME)
"""The values that a user chooses from either record. The resume goes with its text and state."""
TRACES = ("phone", "email", "external_id")


@dataclass(frozen=True)
class Merge:
    """Two records of one person. `merged` is deleted; its id leads to `kept` from then on.

    `taken`: those of CHOICES that come from the merged record.
    """

    kept: Candidate
    merged: Candidate
    taken: frozenset[str] = frozenset()

    @property
    def records(self) -> tuple[Candidate, Candidate]:
        return self.kept, self.merged

    @property
    def versions(self) -> tuple[datetime, datetime]:
        """When the records were changed last."""
        return self.kept.updated_at, self.merged.updated_at


def why_not_merged(merge: Merge) -> str:
    """Why these records can't be merged now; empty if they can."""
    if merge.kept.pk == merge.merged.pk:
        return _("This is one record. Choose another one.")
    if any(record.erased_at for record in merge.records):
        return _("A record that was erased can't be merged: no data of the person is left in it.")
    if any(record.legal_hold for record in merge.records):
        return _("A record on legal hold can't be merged, because a merge removes values. Lift the hold first.")
    if any(record.erasures.in_work().exists() for record in merge.records):
        return _("Files of one of the records are still being erased. Merge the records when that is done.")
    return next(filter(None, (part.why_not_merged(merge.records) for part in PARTS)), "")


def merge_candidates(
    merge: Merge, *, actor: str, reason: str = "", seen: tuple[datetime, datetime] | None = None
) -> Candidate:
    """Move all rows of the merged record to the kept one, and delete it. There is no way back.

    Consents and refusals are united, and the stricter ones win. `seen`: the versions that the user was shown. Raises
    InvalidTransition with the reason, without an effect.
    """
    with transaction.atomic():
        _lock_records(merge, seen)
        kept, numbers = merge.kept, [record.phone for record in merge.records]
        for part in PARTS:
            part.merge(kept, merge.merged, actor)
        _refuse_new_rows(merge.merged)
        refusals, refused = personal_refusals(merge.records), refused_consents(merge.records)
        claim_entries(kept, numbers)
        _move_other_rows(merge)
        _keep_traces(merge, actor)
        Candidate.objects.filter(pk=merge.merged.pk).delete()
        _take_values(merge)
        unite_refusals(kept, refusals, numbers)
        unite_consents(kept, refused)
        former_id = str(merge.merged.pk)
        kept.add_event(
            CandidateEvent.Kind.MERGED, actor=actor, reason=f"{former_id}: {reason}" if reason else former_id
        )
    return kept


def _lock_records(merge: Merge, seen: tuple[datetime, datetime] | None) -> None:
    """In the order of their ids, so that two merges of the same records do not wait for each other."""
    for record in sorted(merge.records, key=lambda record: record.pk):
        try:
            record.lock()
        except Candidate.DoesNotExist:
            raise InvalidTransition(_("One of the records no longer exists.")) from None
    if seen is not None and seen != merge.versions:
        raise InvalidTransition(_("One of the records was changed meanwhile. Look at both again."))
    if problem := why_not_merged(merge):
        raise InvalidTransition(problem)


def _refuse_new_rows(merged: Candidate) -> None:
    """Wait for rows that are being committed, and let no further row refer to the record: it would be deleted with it.

    After the locks of the interviews, because a conversation holds such a lock while it saves a consent.
    """
    Candidate.objects.select_for_update().get(pk=merged.pk)


def _move_other_rows(merge: Merge) -> None:
    """Point each row of any model that refers to the merged record to the kept one."""
    for relation in Candidate._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        assert not isinstance(model, str)
        model._base_manager.filter(**{name: merge.merged}).update(**{name: merge.kept})


def _keep_traces(merge: Merge, actor: str) -> None:
    """Keep the values that leave the record, because data about the person is found by them."""
    left = {name: getattr(merge.kept if name in merge.taken else merge.merged, name) for name in TRACES}
    stays = {name: getattr(merge.merged if name in merge.taken else merge.kept, name) for name in TRACES}
    traces = {name: value for name, value in left.items() if value != stays[name]}
    MergedRecord.objects.create(candidate=merge.kept, merged_id=merge.merged.pk, actor=actor, **traces)


def _take_values(merge: Merge) -> None:
    """Write the values that come from the merged record, which is deleted by now: an external id is unique.

    The names of both stay known, so that they are masked in texts about the person.
    """
    kept, merged, unused = merge.kept, merge.merged, str(merge.merged.resume.name or "")
    if RESUME in merge.taken:
        unused = str(kept.resume.name or "")
        kept.adopt_resume(merged)
    values = {name: getattr(merged, name) for name in VALUES if name in merge.taken}
    names = [*kept.former_names, *merged.former_names, merged.full_name]
    kept.update_fields(former_names=names, **values)
    delete_on_commit(unused)


def resolve_id(candidate_id: UUID | str) -> UUID | str:
    """Return the id of the record into which this one was merged, or the id itself."""
    try:
        merged = MergedRecord.objects.filter(merged_id=candidate_id)
    except ValidationError:  # no id
        return candidate_id
    return merged.values_list("candidate", flat=True).first() or candidate_id
