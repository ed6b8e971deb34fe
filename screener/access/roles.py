"""The roles that come with the product: which permissions each of them has."""

from collections.abc import Iterable
from typing import assert_never

from screener.access.viewer import SCOPE_PERMISSIONS, VIEW_ALL_JOBS, VIEW_NAMES, VIEW_SCORES_AT_ONCE
from screener.models.role import RoleKey

APPS = ("auth", "candidates", "interviews", "jobs", "procrastinate", "screener", "webhooks")
"""The apps whose permissions administrators and auditors have. An app with pages in the admin belongs here."""

REVIEWING = (
    VIEW_NAMES,
    "candidates.view_candidate",
    "interviews.add_assessment",
    "interviews.add_decision",
    "interviews.add_note",
    "interviews.view_assessment",
    "interviews.view_decision",
    "interviews.view_interview",
    "interviews.view_interviewresponse",
    "interviews.view_note",
    "interviews.view_recording",
    "jobs.view_bankquestion",
    "jobs.view_jobdescription",
    "jobs.view_jobmembership",
    "jobs.view_questionset",
    "jobs.view_template",
)
RECRUITING = (
    *REVIEWING,
    *SCOPE_PERMISSIONS,
    "candidates.add_candidate",
    "candidates.add_consent",
    "candidates.add_donotcall",
    "candidates.add_import",
    "candidates.change_candidate",
    "candidates.change_donotcall",
    "candidates.change_import",
    "candidates.delete_candidate",
    "candidates.erase_candidate",
    "candidates.export_candidate",
    "candidates.hold_candidate",
    "candidates.merge_candidate",
    "candidates.view_consent",
    "candidates.view_donotcall",
    "candidates.view_erasure",
    "candidates.view_import",
    "interviews.add_campaign",
    "interviews.add_candidatemessage",
    "interviews.add_interview",
    "interviews.add_invitation",
    "interviews.add_personalquestions",
    "interviews.add_sharelink",
    "interviews.change_assessment",
    "interviews.change_campaign",
    "interviews.change_interview",
    "interviews.change_invitation",
    "interviews.change_personalquestions",
    "interviews.change_sharelink",
    "interviews.view_campaign",
    "interviews.view_accessevent",
    "interviews.view_interviewresult",
    "interviews.view_personalquestions",
    "interviews.view_sharelink",
    "jobs.add_bankquestion",
    "jobs.add_jobdescription",
    "jobs.add_jobmembership",
    "jobs.add_template",
    "jobs.change_bankquestion",
    "jobs.change_jobdescription",
    "jobs.change_jobmembership",
    "jobs.change_questionset",
    "jobs.change_template",
    "jobs.delete_jobmembership",
    "screener.view_modelcall",
    "screener.view_organisation",
)


def role_permissions(key: RoleKey, existing: Iterable[str]) -> set[str]:
    """Return those of the existing permissions, such as `jobs.view_jobdescription`, that the role comes with."""
    ours = {permission for permission in existing if permission.split(".")[0] in APPS}
    match key:
        case RoleKey.ADMINISTRATOR:
            return ours
        case RoleKey.RECRUITER:
            return ours & set(RECRUITING)
        case RoleKey.HIRING_MANAGER:
            return ours & set(REVIEWING)
        case RoleKey.AUDITOR:
            return {permission for permission in ours if _is_audited(permission)}
        case _ as unreachable:
            assert_never(unreachable)


def _is_audited(permission: str) -> bool:
    """Auditors read all data but contact data."""
    if permission in SCOPE_PERMISSIONS:
        return permission in (VIEW_ALL_JOBS, VIEW_SCORES_AT_ONCE)
    return permission.split(".")[1].startswith("view_")
