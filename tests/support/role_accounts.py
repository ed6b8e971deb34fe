"""Users with the roles that come with the product, and browser sessions of them."""

from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from jobs.models import JobDescription
from screener.models import RoleKey


def make_role_user(key: RoleKey, *jobs: JobDescription, may_see_contact_data: bool = False) -> User:
    """A member of staff with this role, who is a member of these jobs."""
    user = User.objects.create_user(f"{key} {User.objects.count()}", is_staff=True)
    user.groups.add(Group.objects.get(role__key=key))
    for job in jobs:
        job.add_member(user, by="a test", may_see_contact_data=may_see_contact_data)
    return user


def take_permission(key: RoleKey, codename: str) -> None:
    """Take a permission from the group of this role, as a site may do."""
    Group.objects.get(role__key=key).permissions.remove(Permission.objects.get(codename=codename))


def login_client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
