"""Deletes candidates without interviews, with everything that identifies them. Others are erased instead."""

from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from candidates.data_rights.parts import PARTS, ErasureScope
from candidates.data_rights.private_files import delete_file
from candidates.models import Candidate, Erasure
from screener.models import InvalidTransition


@transaction.atomic
def delete_candidates(*, candidates: QuerySet[Candidate], actor: str = "") -> None:
    """Delete these candidates with their consents and their traces elsewhere, and their files after the commit.

    Raises InvalidTransition if a candidate is on legal hold, and ProtectedError if a candidate has an interview.
    """
    rows = list(candidates)
    if any(candidate.legal_hold for candidate in rows):
        raise InvalidTransition("A candidate on legal hold can't be deleted. Lift the hold first.")
    Candidate.objects.filter(pk__in=[candidate.pk for candidate in rows]).delete()
    for candidate in rows:
        scope = ErasureScope(candidate, Erasure.Kind.PERSON, actor)
        for part in reversed(PARTS):
            part.erase(scope)
        if candidate.resume:
            transaction.on_commit(partial(delete_file, str(candidate.resume.name)))
