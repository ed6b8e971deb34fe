"""Consents and refusals of two records that become one: the stricter ones win."""

from collections.abc import Iterable

from django.utils.translation import gettext_noop

from candidates.models import Candidate, Consent, DoNotCall

MERGE_SOURCE = gettext_noop("merge of two records")


def personal_refusals(records: Iterable[Candidate]) -> set[str]:
    """The kinds of refusals that hold for one of the records, by the record or by its number."""
    entries = (DoNotCall.objects.active().of_candidate(record) for record in records)
    return {entry.kind for rows in entries for entry in rows if entry.kind in DoNotCall.PERSONAL}


def claim_entries(kept: Candidate, numbers: Iterable[str]) -> None:
    """Make entries about these numbers that name no record the person's: a number may leave the record."""
    DoNotCall.objects.of_numbers(numbers).filter(candidate__isnull=True).update(candidate=kept)


def unite_refusals(kept: Candidate, kinds: set[str], numbers: Iterable[str]) -> None:
    """Let each refusal hold for the person, and for each of these numbers: they may be added again under it."""
    own = DoNotCall.objects.active().filter(candidate=kept).values_list("kind", flat=True)
    for kind in sorted(kinds.difference(own)):
        DoNotCall.objects.add_number(kept.phone, kind=kind, candidate=kept, source=MERGE_SOURCE)
    for number in sorted(set(numbers) - {kept.phone}):
        for kind in sorted(kinds):
            DoNotCall.objects.add_number(number, kind=kind, candidate=kept, source=MERGE_SOURCE)


def latest_consent(record: Candidate, kind: str) -> bool | None:
    """Whether the latest consent of this kind was given; None if there is none."""
    latest = record.consents.filter(kind=kind).order_by("-said_at", "-created_at")
    return latest.values_list("given", flat=True).first()


def refused_consents(records: Iterable[Candidate]) -> set[str]:
    """The kinds of consent that one of the records has refused or withdrawn last."""
    return {kind for record in records for kind in Consent.Kind.values if latest_consent(record, kind) is False}


def unite_consents(kept: Candidate, refused: set[str]) -> None:
    """A refusal in either record wins over a consent in the other one, also over a later one."""
    for kind in sorted(refused):
        if latest_consent(kept, kind):
            given_by = Consent.GivenBy.STAFF
            kept.consents.create(kind=kind, given=False, given_by=given_by, source=MERGE_SOURCE, language=kept.locale)
