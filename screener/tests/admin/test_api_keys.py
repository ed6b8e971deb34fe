"""Keys of API clients in the admin."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from screener.models import ApiKey
from tests.support.factories import make_api_client, make_api_key, make_approved_job

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("days", "keys"), [(-1, 0), (1, 1)])
def test_new_key_expires_in_future(admin_client: Client, days: int, keys: int) -> None:
    expiry = timezone.now() + timedelta(days=days)
    fields = {
        "name": "ATS",
        "preset": "read",
        "expiry_date_0": f"{expiry:%Y-%m-%d}",
        "expiry_date_1": f"{expiry:%H:%M}",
    }
    admin_client.post(reverse("admin:screener_apikey_add"), fields)
    assert ApiKey.objects.count() == keys


def add_key(client: Client, **fields: object) -> ApiKey | None:
    client.post(reverse("admin:screener_apikey_add"), {"name": "ATS", **fields})
    return ApiKey.objects.first()


def test_scopes_are_chosen_one_by_one(admin_client: Client) -> None:
    key = add_key(admin_client, preset="", verb_jobs="read", verb_interviews="write")
    assert key is not None
    assert key.scopes == ["jobs:read", "interviews:write"]
    page = admin_client.get(reverse("admin:screener_apikey_change", args=[key.pk])).content.decode()
    assert all(scope in page for scope in key.scopes)


def test_key_without_scopes_is_refused(admin_client: Client) -> None:
    assert add_key(admin_client, preset="") is None


def test_form_offers_ninety_days(admin_client: Client) -> None:
    form = admin_client.get(reverse("admin:screener_apikey_add")).context["adminform"].form
    assert 89 <= (form.initial["expiry_date"] - timezone.now()).days <= 90


def test_jobs_and_networks_are_kept(admin_client: Client) -> None:
    job = make_approved_job()
    scopes = {"preset": "", "verb_interviews": "read"}
    key = add_key(admin_client, **scopes, jobs=[job.pk], networks_text="192.0.2.0/24, 2001:db8::/32")
    assert key is not None
    assert (key.job_ids, key.networks) == ([job.pk], ["192.0.2.0/24", "2001:db8::/32"])
    page = reverse("admin:screener_apikey_change", args=[key.pk])
    admin_client.post(page, {"name": "ATS", "networks_text": "198.51.100.0/24"})
    key.refresh_from_db()
    assert (key.job_ids, key.networks) == ([], ["198.51.100.0/24"])


@pytest.mark.parametrize("networks", ["192.0.2.1/24", "example.com", "2001:db8::1/128"])
def test_wrong_network_is_refused(admin_client: Client, networks: str) -> None:
    assert add_key(admin_client, preset="read", networks_text=networks) is None


def test_key_for_jobs_has_no_scope_for_all(admin_client: Client) -> None:
    assert add_key(admin_client, preset="read", jobs=[make_approved_job().pk]) is None


def test_use_is_shown(admin_client: Client) -> None:
    key = make_api_key(scopes=["jobs:read"])
    make_api_client(key).get("/api/v1/jobs/")
    row = ApiKey.objects.get_from_key(key)
    page = admin_client.get(reverse("admin:screener_apikey_change", args=[row.pk])).content.decode()
    assert f"{timezone.now():%Y-%m-%d}</td>" in page
    assert row in admin_client.get(reverse("admin:screener_apikey_changelist")).context["cl"].result_list


def test_expired_key_can_be_renamed(admin_client: Client) -> None:
    expiry = timezone.now().replace(microsecond=0) - timedelta(days=1)
    key, _ = ApiKey.objects.create_key(name="ATS", expiry_date=expiry)
    fields = {"name": "Old ATS", "expiry_date_0": f"{expiry:%Y-%m-%d}", "expiry_date_1": f"{expiry:%H:%M:%S}"}
    admin_client.post(reverse("admin:screener_apikey_change", args=[key.pk]), fields)
    key.refresh_from_db()
    assert (key.name, key.expiry_date) == ("Old ATS", expiry)
