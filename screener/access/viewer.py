"""The readers, users of the admin and clients of the API, and the permissions that widen their view."""

from typing import Any, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

RowsT = TypeVar("RowsT", bound=QuerySet[Any])

VIEW_ALL_JOBS = "jobs.view_all_jobs"
VIEW_CONTACT_DATA = "candidates.view_contact_data"
VIEW_SCORES_AT_ONCE = "interviews.view_scores_at_once"
VIEW_NAMES = "candidates.view_names"
"""Lets a user leave blind mode. It narrows their view of a row, and widens no set of rows."""
SCOPE_PERMISSIONS = (VIEW_ALL_JOBS, VIEW_CONTACT_DATA, VIEW_SCORES_AT_ONCE)


class Viewer(Protocol):
    """A user, or a client of the API. Without VIEW_ALL_JOBS, a viewer sees only the jobs that they are a member of."""

    @property
    def pk(self) -> Any: ...

    def has_perm(self, permission: str, /) -> bool: ...


def require_permissions(viewer: Viewer, *permissions: str) -> None:
    """Raise PermissionDenied unless the viewer has all of these permissions."""
    if not all(viewer.has_perm(permission) for permission in permissions):
        raise PermissionDenied


def with_visible_candidate(rows: RowsT, viewer: Viewer) -> RowsT:
    """Return the rows whose candidate the viewer may see."""
    if viewer.has_perm(VIEW_ALL_JOBS):
        return rows
    candidates: Any = rows.model._meta.get_field("candidate").related_model
    return rows.filter(candidate__in=candidates.objects.visible_to(viewer))
