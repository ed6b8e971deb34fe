"""Users and their roles: how they are given, and that no one gains access by giving them."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from screener.access.user_roles import assignable_roles, has_more_access
from screener.models import Role, RoleKey
from tests.support.admin_client import admin_url
from tests.support.factories import make_job
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
ADD = "/admin/auth/user/add/"
NEW = {
    "username": "new",
    "usable_password": "true",
    "password1": "correct horse battery",
    "password2": "correct horse battery",
}


def role_of(user: User) -> set[str]:
    return set(user.groups.filter(role__isnull=False).values_list("role__key", flat=True))


def post_new_user(by: User, key: RoleKey) -> Any:
    return login_client(by).post(ADD, NEW | {"role": str(Role.objects.get(key=key).pk)})


def change_role(by: User, user: User, key: RoleKey) -> int:
    address = reverse("admin:auth_user_change_role", args=[user.pk])
    return login_client(by).post(address, {"role": str(Role.objects.get(key=key).pk)}).status_code


def test_new_user_is_recruiter_by_default() -> None:
    administrator = make_role_user(RoleKey.ADMINISTRATOR)
    form = login_client(administrator).get(ADD).context["adminform"].form
    assert form.fields["role"].initial.key == RoleKey.RECRUITER
    assert {role.key for role in form.fields["role"].queryset} == set(RoleKey)
    assert post_new_user(administrator, RoleKey.AUDITOR).status_code == 302
    user = User.objects.get(username="new")
    assert (user.is_staff, user.is_superuser, role_of(user)) == (True, False, {RoleKey.AUDITOR})


def test_new_user_needs_role() -> None:
    answer = login_client(make_role_user(RoleKey.ADMINISTRATOR)).post(ADD, NEW)
    assert set(answer.context["adminform"].form.errors) == {"role"}


def test_roles_with_more_permissions_are_not_assignable() -> None:
    warden = make_role_user(RoleKey.HIRING_MANAGER)
    warden.user_permissions.add(*Permission.objects.filter(codename__in=["add_user", "change_user", "view_user"]))
    warden = User.objects.get(pk=warden.pk)
    assert {role.key for role in assignable_roles(warden)} == {RoleKey.HIRING_MANAGER}
    assert post_new_user(warden, RoleKey.ADMINISTRATOR).status_code == 200
    assert not User.objects.filter(username="new").exists()
    assert change_role(warden, warden, RoleKey.ADMINISTRATOR) == 200
    assert role_of(warden) == {RoleKey.HIRING_MANAGER}
    assert change_role(warden, make_role_user(RoleKey.AUDITOR), RoleKey.HIRING_MANAGER) == 403


def test_added_user_has_no_role_to_give() -> None:
    warden = User.objects.create_user("warden", is_staff=True)
    warden.user_permissions.add(*Permission.objects.filter(codename__in=["add_user", "change_user"]))
    assert login_client(warden).post(ADD, NEW).status_code == 302
    user = User.objects.get(username="new")
    assert (user.is_staff, role_of(user)) == (False, set())


@pytest.mark.parametrize("key", [RoleKey.RECRUITER, RoleKey.HIRING_MANAGER, RoleKey.AUDITOR])
def test_only_administrators_manage_users(key: RoleKey) -> None:
    user, other = make_role_user(key), User.objects.create_user("other")
    assert post_new_user(user, RoleKey.HIRING_MANAGER).status_code == 403
    assert change_role(user, other, RoleKey.HIRING_MANAGER) == 403
    assert login_client(user).post(admin_url(other), {"username": "mine"}).status_code == 403


def test_role_replaces_role_and_keeps_groups() -> None:
    administrator, user = make_role_user(RoleKey.ADMINISTRATOR), make_role_user(RoleKey.RECRUITER)
    user.groups.add(Group.objects.create(name="own"))
    assert change_role(administrator, user, RoleKey.HIRING_MANAGER) == 302
    assert set(user.groups.values_list("name", flat=True)) == {"own", "Hiring manager"}


def test_administrator_manages_no_superuser() -> None:
    administrator, root = make_role_user(RoleKey.ADMINISTRATOR), User.objects.create_superuser("root")
    administrator.user_permissions.set(Permission.objects.all())
    root.is_active = False
    root.save()
    assert has_more_access(root, administrator)
    assert change_role(administrator, root, RoleKey.AUDITOR) == 403
    assert login_client(administrator).post(admin_url(root), {"username": "mine"}).status_code == 403


def test_memberships_are_access_too() -> None:
    """Who may set the password of a colleague would see the colleague's jobs."""
    own, foreign = make_job(), make_job()
    manager, colleague = make_role_user(RoleKey.HIRING_MANAGER, own), make_role_user(RoleKey.HIRING_MANAGER, foreign)
    assert has_more_access(colleague, manager)
    foreign.add_member(manager, by="a test")
    assert not has_more_access(colleague, manager)
    colleague.job_memberships.update(may_see_contact_data=True)
    assert has_more_access(colleague, manager)
    assert not has_more_access(colleague, make_role_user(RoleKey.ADMINISTRATOR))


def test_list_shows_roles() -> None:
    make_role_user(RoleKey.AUDITOR)
    answer = login_client(User.objects.create_superuser("root")).get(reverse("admin:auth_user_changelist"))
    admin_class = answer.context["cl"].model_admin
    assert {admin_class.role_name(user) for user in answer.context["cl"].result_list} == {"Auditor", "Superuser"}
