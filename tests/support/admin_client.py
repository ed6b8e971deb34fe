"""Staff users, and the pages, texts and buttons of the admin. The fixtures are in conftest.py."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from screener.access.viewer import SCOPE_PERMISSIONS, VIEW_NAMES


def make_staff_client(*permissions: str) -> Client:
    """A client logged in as staff with these permissions alone, for all jobs, with names, contact data and scores."""
    user = User.objects.create_user(f"clerk {User.objects.count()}", is_staff=True)
    scope = [name.split(".")[1] for name in (*SCOPE_PERMISSIONS, VIEW_NAMES)]
    user.user_permissions.set(Permission.objects.filter(codename__in=[*permissions, *scope]))
    client = Client()
    client.force_login(user)
    return client


def admin_url(row: Model, name: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def get_page(client: Client, address: str, **query: Any) -> str:
    return page_text(client.get(address, query))


def submit_form(client: Client, address: str, **fields: Any) -> str:
    """Send a verb's form, and read the page that comes of it."""
    return page_text(client.post(address, fields, follow=True))


def page_text(answer: Any) -> str:
    """The page that came, each white space in it as one."""
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())
