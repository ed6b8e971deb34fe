"""Which notes a viewer sees."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from interviews.models import Note
from interviews.models.interview import visible_records
from interviews.scoring.blind_review import interviews_with_scores, sees_all_scores
from screener.access.viewer import Viewer

VIEW_NOTE = "interviews.view_note"


def visible_notes(viewer: Viewer) -> QuerySet[Note]:
    """The notes that the viewer may read.

    Where scores are hidden from them, these are only their own until they have scored or decided: a note may tell of
    scores.
    """
    if not viewer.has_perm(VIEW_NOTE):
        return Note.objects.none()
    notes = visible_records(Note.objects.all(), viewer)
    if sees_all_scores(viewer):
        return notes
    is_own = Q(author__isnull=False, author=viewer.pk)
    return notes.filter(is_own | Q(interview__in=interviews_with_scores(viewer)))


def count_notes(viewer: Viewer, interviews: list[UUID]) -> dict[UUID, int]:
    """How many notes the viewer may read on each of these interviews, given by id. One query."""
    notes = visible_notes(viewer).filter(interview__in=interviews, deleted_at__isnull=True).order_by()
    return dict(notes.values_list("interview").annotate(total=Count("pk")))
