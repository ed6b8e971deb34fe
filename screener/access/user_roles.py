"""The role of a user: who may give which role to whom."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.db.models import QuerySet

from screener.access.viewer import VIEW_ALL_JOBS
from screener.models.role import Role


def assignable_roles(by: User) -> QuerySet[Role]:
    """Return the roles that this user may give: those that have no permission which the user lacks."""
    roles = Role.objects.filter(group__isnull=False).select_related("group")
    if by.is_superuser:
        return roles
    held = by.get_all_permissions()
    rows = Permission.objects.filter(group__role__isnull=False).values_list(
        "group", "content_type__app_label", "codename"
    )
    lacking = {group for group, app, codename in rows if f"{app}.{codename}" not in held}
    return roles.exclude(group__in=lacking)


def assign_role(user: User, role: Role) -> None:
    """Give the user this role in place of any other. Groups that are no roles stay."""
    user.groups.remove(*user.groups.filter(role__isnull=False))
    if role.group:
        user.groups.add(role.group)


def has_more_access(user: User, other: User) -> bool:
    """Whether `user` has permissions or sees jobs that `other` lacks. An inactive `user` has those of the time before.

    Who manages an account can log in as it: this guards against gaining access so.
    """
    as_active = User(pk=user.pk, is_superuser=user.is_superuser)
    is_above = user.is_superuser and not other.is_superuser
    if is_above or not as_active.get_all_permissions() <= other.get_all_permissions():
        return True
    return not other.has_perm(VIEW_ALL_JOBS) and not _memberships(user) <= _memberships(other)


def _memberships(user: Any) -> set[tuple[Any, str]]:
    """The jobs of the user, and those of which they see contact data. The model of memberships is above this app."""
    jobs = {(job, "job") for job in user.job_memberships.values_list("job", flat=True)}
    with_contact_data = user.job_memberships.filter(may_see_contact_data=True).values_list("job", flat=True)
    return jobs | {(job, "contact data") for job in with_contact_data}
