"""Who may see how a candidate is reached: phone number, e-mail address and resume."""

from typing import Protocol
from uuid import UUID

from candidates.models import Candidate
from screener.access.blind_mode import is_blind
from screener.access.viewer import VIEW_ALL_JOBS, VIEW_CONTACT_DATA, Viewer


class AboutCandidate(Protocol):
    """A row about a candidate, such as an interview."""

    @property
    def candidate_id(self) -> UUID: ...


def may_see_contact_data(viewer: Viewer, subject: Candidate | AboutCandidate) -> bool:
    """Whether the viewer may see the contact data of this candidate, or of the candidate of this interview.

    In blind mode it is hidden. At most one query. For lists use `Candidate.objects.contact_visible_to`.
    """
    if is_blind():
        return False
    if viewer.has_perm(VIEW_CONTACT_DATA) and viewer.has_perm(VIEW_ALL_JOBS):
        return True
    candidate_id = subject.pk if isinstance(subject, Candidate) else subject.candidate_id
    return Candidate.objects.contact_visible_to(viewer).filter(pk=candidate_id).exists()
