"""Sets up the roles after each migration."""

from typing import Any

from django.apps import apps as installed_apps
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q

from screener.access.roles import role_permissions
from screener.access.viewer import SCOPE_PERMISSIONS, VIEW_NAMES
from screener.models.role import Role, RoleKey

SCOPED_APPS = ("candidates", "interviews", "jobs")


def set_up_roles(sender: Any, apps: Any = installed_apps, **signal: Any) -> None:
    """Give each role the permissions that it was never given. Receiver of `post_migrate`.

    Idempotent. What a site has changed stays: a permission that it took from a role, a renamed or a deleted group.
    """
    is_last = sender == [config for config in installed_apps.get_app_configs() if config.models_module][-1]
    if not is_last or "role" not in apps.all_models["screener"]:  # permissions of later apps are missing; migrated back
        return
    with transaction.atomic():
        permissions = _existing_permissions()
        roles = {RoleKey(role.key): role for role in Role.objects.select_related("group")}
        _keep_scope_of_accounts(permissions, {name for role in roles.values() for name in role.granted})
        for key in RoleKey:
            role = roles.get(key) or Role.objects.create(key=key, group=_new_group(str(key.label)))
            _grant(role, role_permissions(key, permissions), permissions)


def _existing_permissions() -> dict[str, Permission]:
    rows = Permission.objects.select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}": row for row in rows}


def _new_group(name: str) -> Group:
    """Create a group. A group of the site with this name is not touched: its members must not gain permissions."""
    is_taken = Group.objects.filter(name=name).exists()
    return Group.objects.create(name=f"{name} (role)" if is_taken else name)


def _grant(role: Role, wanted: set[str], permissions: dict[str, Permission]) -> None:
    missing = sorted(wanted.difference(role.granted))
    if role.group and missing:
        role.group.permissions.add(*(permissions[name] for name in missing))
        role.update_fields(granted=[*role.granted, *missing])


def _keep_scope_of_accounts(permissions: dict[str, Permission], known: set[str]) -> None:
    """Let users and groups of earlier versions go on seeing all that they saw, by the permissions that are new.

    `known`: the permissions that roles were ever given.
    """
    new = set(permissions) - known
    added = [permissions[name] for name in (*SCOPE_PERMISSIONS, VIEW_NAMES) if name in new]
    if not added:
        return
    direct = Q(user_permissions__content_type__app_label__in=SCOPED_APPS)
    for user in User.objects.filter(direct, is_superuser=False).distinct():
        user.user_permissions.add(*added)
    own_groups = Group.objects.filter(role__isnull=True, permissions__content_type__app_label__in=SCOPED_APPS)
    for group in own_groups.distinct():
        group.permissions.add(*added)
