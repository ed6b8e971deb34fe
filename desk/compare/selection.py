"""The candidates of a comparison: two to six of one job, named in the address."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from interviews.models import Interview
from screener.access.viewer import Viewer

FEWEST, MOST = 2, 6


class Unfit(StrEnum):
    """Why a selection can't be compared."""

    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    SEVERAL_JOBS = "several_jobs"


class UnfitSelection(ValueError):
    """`interviews`: those of the selection that the viewer may see, to lead them back to a job."""

    def __init__(self, why: Unfit, interviews: Sequence[Interview]) -> None:
        super().__init__(why)
        self.why, self.interviews = why, interviews


class MissingInterview(LookupError):
    """An interview of the selection does not exist, or the viewer may not see it."""


def compare_address(ids: Sequence[UUID]) -> str:
    """The address that shows these interviews in this order."""
    return f"{reverse('desk-compare')}?{urlencode([('i', str(entry)) for entry in ids])}"


def selected_interviews(ids: Sequence[UUID], viewer: Viewer) -> list[Interview]:
    """Return the interviews in the order of the selection.

    Raises UnfitSelection, or MissingInterview where one of them is missing or hidden from the viewer.
    """
    rows = Interview.objects.visible_to(viewer).filter(pk__in=ids[: MOST + 1]).select_related("job")
    visible = {interview.pk: interview for interview in rows}
    interviews = [visible[pk] for pk in ids if pk in visible]
    if len(ids) > MOST:
        raise UnfitSelection(Unfit.TOO_MANY, interviews)
    if len(interviews) < len(ids):
        raise MissingInterview
    if len(ids) < FEWEST:
        raise UnfitSelection(Unfit.TOO_FEW, interviews)
    if len({interview.job_id for interview in interviews}) > 1:
        raise UnfitSelection(Unfit.SEVERAL_JOBS, interviews)
    return interviews
