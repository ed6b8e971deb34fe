"""Keys of API clients in the admin."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from screener.models import ApiKey

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("days", "keys"), [(-1, 0), (1, 1)])
def test_new_key_expires_in_future(admin_client: Client, days: int, keys: int) -> None:
    expiry = timezone.now() + timedelta(days=days)
    fields = {"name": "ATS", "scope": "read", "expiry_date_0": f"{expiry:%Y-%m-%d}", "expiry_date_1": f"{expiry:%H:%M}"}
    admin_client.post(reverse("admin:screener_apikey_add"), fields)
    assert ApiKey.objects.count() == keys


def test_expired_key_can_be_renamed(admin_client: Client) -> None:
    expiry = timezone.now().replace(microsecond=0) - timedelta(days=1)
    key, _ = ApiKey.objects.create_key(name="ATS", expiry_date=expiry)
    fields = {"name": "Old ATS", "expiry_date_0": f"{expiry:%Y-%m-%d}", "expiry_date_1": f"{expiry:%H:%M:%S}"}
    admin_client.post(reverse("admin:screener_apikey_change", args=[key.pk]), fields)
    key.refresh_from_db()
    assert (key.name, key.expiry_date) == ("Old ATS", expiry)
