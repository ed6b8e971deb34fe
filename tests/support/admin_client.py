"""Staff at the admin's pages: who they are, what they read and what they press. The fixtures are in conftest.py."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse


def a_clerk(*permissions: str) -> Client:
    """Logged in as somebody of the staff who may do this and nothing else."""
    user = User.objects.create_user(f"clerk {User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def page_of(row: Model, name: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def read(desk: Client, address: str, **query: Any) -> str:
    return words(desk.get(address, query))


def press(desk: Client, address: str, **said: Any) -> str:
    """Send a verb's form, and read the page that comes of it."""
    return words(desk.post(address, said, follow=True))


def words(answer: Any) -> str:
    """The page that came, each white space in it as one."""
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())
