"""Jobs of which a reviewer scores the answers before they see other scores, by their own choice."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from screener.access.viewer import Viewer
from screener.models import InvalidTransition, Preference

PREFERENCE = "score_first"
MOST_JOBS = 40
TOO_MANY_JOBS = gettext_noop(
    "You score first for %(count)s jobs already. See the scores of one of them before you choose another job."
)
CACHE = "_jobs_scored_first"


def jobs_scored_first(viewer: Viewer) -> list[UUID]:
    """The jobs that the viewer chose. A client of the API chooses none.

    Read once for each user object, as Django reads permissions: a page asks for many interviews.
    """
    if viewer.pk is None:
        return []
    if not hasattr(viewer, CACHE):
        stored = Preference.objects.value_of(viewer.pk, PREFERENCE)
        setattr(viewer, CACHE, [UUID(text) for text in stored] if isinstance(stored, list) else [])
    chosen: list[UUID] = getattr(viewer, CACHE)
    return chosen


def choose_score_first(viewer: Viewer, job_id: Any, *, on: bool) -> None:
    """Hide the scores of the job from the viewer until they have scored or decided, or show them again.

    Raises InvalidTransition for more than MOST_JOBS jobs.
    """
    others = [job for job in jobs_scored_first(viewer) if job != job_id]
    if on and len(others) >= MOST_JOBS:
        raise InvalidTransition(gettext(TOO_MANY_JOBS) % {"count": len(others)})
    chosen = [*others, job_id] if on else others
    Preference.objects.store(viewer.pk, PREFERENCE, [str(job) for job in chosen])
    setattr(viewer, CACHE, chosen)
