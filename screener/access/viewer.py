"""Who reads: a user of the admin or a client of the API, and the permissions that widen what they see."""

from typing import Any, Protocol

VIEW_ALL_JOBS = "jobs.view_all_jobs"
VIEW_CONTACT_DATA = "candidates.view_contact_data"
VIEW_SCORES_AT_ONCE = "interviews.view_scores_at_once"
VIEW_NAMES = "candidates.view_names"
"""Lets a user leave blind mode. It narrows what they see of a row, and widens no set of rows."""
SCOPE_PERMISSIONS = (VIEW_ALL_JOBS, VIEW_CONTACT_DATA, VIEW_SCORES_AT_ONCE)


class Viewer(Protocol):
    """A user, or a client of the API. Without VIEW_ALL_JOBS, a viewer sees only the jobs that they are a member of."""

    @property
    def pk(self) -> Any: ...

    def has_perm(self, permission: str, /) -> bool: ...
