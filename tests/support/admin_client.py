"""Staff users, and the pages, texts and buttons of the admin. The fixtures are in conftest.py."""

from typing import Any

from django.contrib import admin
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


def page_url(model: Any, name: str, *args: Any) -> str:
    """Return the address of a page of this model, or of the model of this row."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def admin_url(row: Model, name: str = "change") -> str:
    return page_url(row, name, row.pk)


def object_actions(model: Any) -> list[str]:
    """Return the names of the actions of a row, also of those in menus."""
    entries = admin.site._registry[model].actions_detail  # type: ignore[attr-defined] # declared by unfold
    return [name for entry in entries for name in (entry["items"] if isinstance(entry, dict) else [entry])]


def get_page(client: Client, address: str, **query: Any) -> str:
    return page_text(client.get(address, query))


def submit_form(client: Client, address: str, **fields: Any) -> str:
    """Send a verb's form, and read the page that comes of it."""
    return page_text(client.post(address, fields, follow=True))


def error_codes(client: Client, address: str, **fields: Any) -> dict[str, list[str | None]]:
    """Send a form of the admin that is refused. Returns the codes of its errors, by field."""
    errors = client.post(address, fields).context["adminform"].form.errors.as_data()
    return {name: [error.code for error in field_errors] for name, field_errors in errors.items()}


def page_text(answer: Any) -> str:
    """The page that came, each white space in it as one."""
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())
