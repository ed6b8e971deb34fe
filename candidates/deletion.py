"""Deletes candidates with everything that identifies them."""

from functools import partial

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import QuerySet

from candidates.models import Candidate
from screener.models import InvalidTransition

DELETED_NAME = "a candidate who was deleted"
"""Replaces the name in the admin's log."""


@transaction.atomic
def delete_candidates(*, candidates: QuerySet[Candidate]) -> None:
    """Delete these candidates, their consents, their names in the admin's log and, after the commit, their resumes.

    Raises InvalidTransition if a candidate is on legal hold, and ProtectedError if a candidate has an interview.
    """
    candidates_by_id = {str(candidate.pk): candidate for candidate in candidates}
    if any(candidate.legal_hold for candidate in candidates_by_id.values()):
        raise InvalidTransition("A candidate on legal hold can't be deleted. Lift the hold first.")
    log_entries = LogEntry.objects.filter(content_type__app_label="candidates", content_type__model="candidate")
    log_entries.filter(object_id__in=candidates_by_id).update(object_repr=DELETED_NAME)
    Candidate.objects.filter(pk__in=candidates_by_id).delete()
    for resume in (candidate.resume for candidate in candidates_by_id.values()):
        if resume:
            transaction.on_commit(partial(resume.storage.delete, str(resume.name)))
