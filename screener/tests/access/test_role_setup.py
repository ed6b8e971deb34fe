"""The roles after migrations: their permissions, and changes that a site has made."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User

from screener.access.role_setup import set_up_roles
from screener.access.viewer import SCOPE_PERMISSIONS, VIEW_ALL_JOBS, VIEW_CONTACT_DATA, VIEW_NAMES, VIEW_SCORES_AT_ONCE
from screener.models import Role, RoleKey
from tests.support.role_accounts import make_role_user, take_permission

pytestmark = pytest.mark.django_db


def migrate_again() -> None:
    configs: list[Any] = [config for config in apps.get_app_configs() if config.models_module]
    for config in configs:
        set_up_roles(config)


def permissions_of(key: RoleKey) -> set[str]:
    group = Role.objects.get(key=key).group
    assert group is not None
    rows = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def test_roles_have_their_permissions() -> None:
    administrator, recruiter = permissions_of(RoleKey.ADMINISTRATOR), permissions_of(RoleKey.RECRUITER)
    manager, auditor = permissions_of(RoleKey.HIRING_MANAGER), permissions_of(RoleKey.AUDITOR)
    assert manager < recruiter < administrator
    assert auditor < administrator
    assert {name for name in auditor if not name.split(".")[1].startswith("view_")} == set()
    assert set(SCOPE_PERMISSIONS) <= recruiter
    assert set(SCOPE_PERMISSIONS) & auditor == {VIEW_ALL_JOBS, VIEW_SCORES_AT_ONCE}
    assert set(SCOPE_PERMISSIONS) & manager == set()
    assert {"auth.change_user", "screener.add_apikey", "screener.change_organisation"} <= administrator - recruiter


def test_setup_keeps_changes_of_site() -> None:
    take_permission(RoleKey.RECRUITER, "view_all_jobs")
    Group.objects.filter(role__key=RoleKey.HIRING_MANAGER).update(name="Team leads")
    Group.objects.get(role__key=RoleKey.AUDITOR).delete()
    before = permissions_of(RoleKey.HIRING_MANAGER)
    migrate_again()
    assert VIEW_ALL_JOBS not in permissions_of(RoleKey.RECRUITER)
    assert permissions_of(RoleKey.HIRING_MANAGER) == before
    assert set(Group.objects.values_list("name", flat=True)) == {"Administrator", "Recruiter", "Team leads"}


def test_setup_grants_new_permissions_once() -> None:
    role = Role.objects.get(key=RoleKey.RECRUITER)
    take_permission(RoleKey.RECRUITER, "view_contact_data")
    role.update_fields(granted=[name for name in role.granted if name != VIEW_CONTACT_DATA])
    migrate_again()
    assert VIEW_CONTACT_DATA in permissions_of(RoleKey.RECRUITER)


def test_first_setup_touches_no_group_of_site() -> None:
    Role.objects.all().delete()
    Group.objects.all().delete()
    own = Group.objects.create(name="Recruiter")
    migrate_again()
    assert own.permissions.count() == 0
    assert Group.objects.filter(name="Recruiter (role)", role__key=RoleKey.RECRUITER).exists()


def test_first_setup_keeps_scope_of_accounts() -> None:
    """Users and groups of earlier versions saw all data of all jobs."""
    Role.objects.all().delete()
    Group.objects.all().delete()
    reader, clerk = (User.objects.create_user(name, is_staff=True) for name in ("reader", "clerk"))
    reader.user_permissions.add(Permission.objects.get(codename="view_interview"))
    group = Group.objects.create(name="sourcers")
    group.permissions.add(Permission.objects.get(codename="add_candidate"))
    clerk.user_permissions.add(Permission.objects.get(codename="view_user"))
    migrate_again()
    assert User.objects.get(pk=reader.pk).has_perms(SCOPE_PERMISSIONS)
    assert group.permissions.filter(codename="view_all_jobs").exists()
    assert not User.objects.get(pk=clerk.pk).has_perm(VIEW_ALL_JOBS)


def test_new_restriction_keeps_sight_of_accounts() -> None:
    """Groups of a site that saw names before there was a permission for it go on seeing them."""
    for role in Role.objects.all():
        role.update_fields(granted=[name for name in role.granted if name != VIEW_NAMES])
    own = Group.objects.create(name="sourcers")
    own.permissions.add(Permission.objects.get(codename="view_interview"))
    migrate_again()
    assert set(own.permissions.values_list("codename", flat=True)) == {"view_interview", "view_names"}
    own.permissions.remove(Permission.objects.get(codename="view_names"))
    migrate_again()
    assert not own.permissions.filter(codename="view_names").exists()


def test_role_user_has_permissions_of_role() -> None:
    assert make_role_user(RoleKey.AUDITOR).get_all_permissions() == permissions_of(RoleKey.AUDITOR)
