"""The organisation: one row, entered in the admin or by a command, and missed visibly."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from screener.checks import check_organisation
from screener.models import Organisation
from screener.models.keys.scopes import READING_SCOPES
from tests.support.admin_client import get_page, make_staff_client, submit_form
from tests.support.factories import make_api_client, make_api_key, make_organisation

pytestmark = pytest.mark.django_db

FIELDS = {
    "name": "Contoso Hospitals, Inc.",
    "spoken_name": "Contoso Hospitals",
    "callback_number": "+14155550123",
    "privacy_notice_url": "https://www.contoso.example/privacy",
}
COMMAND = ["--callback-number=+1 415 555 0123", "--privacy-notice=https://www.contoso.example/privacy"]
PAGE = "/admin/screener/organisation/"
MISSING_ID = "screener.W009"


def stored_fields() -> dict[str, Any]:
    return dict(Organisation.objects.values(*FIELDS).get())


class TestRow:
    def test_is_single(self) -> None:
        make_organisation()
        for only in (True, False):
            with pytest.raises(IntegrityError), transaction.atomic():
                Organisation.objects.create(only=only, **FIELDS)

    @pytest.mark.parametrize("field", FIELDS)
    def test_is_complete(self, field: str) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.create(**FIELDS | {field: ""})

    def test_has_e164_number(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.create(**FIELDS | {"callback_number": "415 555 0123"})

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("spoken_name", "24/7"),
            ("spoken_name", "Contoso\x07Hospitals"),
            ("spoken_name", "The Association of the Regional Hospitals of Upper Contoso"),
            ("callback_number", "+1 415 555 0123"),
            ("callback_number", "+10000000000"),
            ("privacy_notice_url", "http://contoso.example/privacy"),
            ("privacy_notice_url", "https://contoso.example:8443/privacy"),
            ("privacy_notice_url", "https://contoso.example/?page=privacy"),
            ("privacy_notice_url", "https://hr.contoso-hospitals.example/legal/privacy-notice"),
        ],
    )
    def test_can_be_spoken(self, field: str, value: str) -> None:
        Organisation(**FIELDS).full_clean()
        with pytest.raises(ValidationError) as error:
            Organisation(**FIELDS | {field: value}).full_clean()
        assert list(error.value.message_dict) == [field]

    def test_notice_is_said_without_scheme(self) -> None:
        assert Organisation(**FIELDS).privacy_notice == "contoso.example/privacy"


class TestCommand:
    def test_enters_and_changes_organisation(self) -> None:
        call_command("set_organisation", FIELDS["name"], "--spoken-name=Contoso Hospitals", *COMMAND)
        assert stored_fields() == FIELDS
        call_command("set_organisation", "Contoso", *COMMAND)
        assert stored_fields() == FIELDS | {"name": "Contoso", "spoken_name": "Contoso"}

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            (["", *COMMAND], "NAME"),
            (["Contoso", "--callback-number=12", COMMAND[1]], "--callback-number"),
            (["Contoso", "--callback-number=+10000000000", COMMAND[1]], "--callback-number"),
            (["Contoso", COMMAND[0], "--privacy-notice=contoso.example"], "--privacy-notice"),
            (["Contoso", "--spoken-name=24/7", *COMMAND], "--spoken-name"),
        ],
    )
    def test_names_invalid_argument(self, arguments: list[str], named: str) -> None:
        with pytest.raises(CommandError, match=named):
            call_command("set_organisation", *arguments)
        assert not Organisation.objects.exists()


class TestCheck:
    def test_warns_while_organisation_is_missing(self) -> None:
        assert MISSING_ID in {message.id for message in run_checks()}
        make_organisation()
        assert MISSING_ID not in {message.id for message in run_checks()}

    def test_warns_where_nobody_answers(self, settings: Any) -> None:
        settings.TWILIO_PHONE_NUMBER = make_organisation().callback_number
        assert [message.id for message in check_organisation(None)] == ["screener.W010"]

    def test_is_silent_without_table(self) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE screener_organisation RENAME TO of_an_earlier_version")
            assert check_organisation(None) == []
            transaction.set_rollback(True)

    def test_is_no_check_of_settings(self) -> None:
        """A web process runs those before it forks, when it must not connect."""
        assert MISSING_ID not in {message.id for message in run_checks(tags=["screener"])}


class TestAdmin:
    def test_is_reachable_from_menu(self, admin_client: Client) -> None:
        assert f'href="{PAGE}"' in get_page(admin_client, reverse("admin:index"))

    def test_form_enters_and_changes_organisation(self, admin_client: Client) -> None:
        assert 'name="spoken_name"' in get_page(admin_client, PAGE)
        submit_form(admin_client, PAGE, **FIELDS | {"callback_number": "+1 (415) 555-0123"})
        assert stored_fields() == FIELDS
        assert "Contoso" in submit_form(admin_client, PAGE, **FIELDS | {"spoken_name": "Contoso"})
        assert stored_fields() == FIELDS | {"spoken_name": "Contoso"}
        assert "Contoso Hospitals, Inc." in get_page(admin_client, PAGE)

    def test_second_organisation_is_refused(self, admin_client: Client) -> None:
        make_organisation()
        assert admin_client.post(f"{PAGE}add/", FIELDS).status_code == 403
        assert Organisation.objects.count() == 1

    def test_organisation_is_never_deleted(self, admin_client: Client) -> None:
        make_organisation()
        assert admin_client.post(f"{PAGE}True/delete/", {"post": "yes"}).status_code == 403
        assert Organisation.objects.exists()

    def test_viewer_changes_nothing(self) -> None:
        make_organisation()
        client = make_staff_client("view_organisation")
        assert client.post(f"{PAGE}True/change/", FIELDS).status_code == 403
        assert FIELDS["name"] not in get_page(client, f"{PAGE}True/change/")

    def test_home_points_to_missing_organisation(self, admin_client: Client) -> None:
        index = reverse("admin:index")
        assert admin_client.get(index).context["home"].warnings.lacks_employer
        assert get_page(admin_client, index).count(f'href="{PAGE}"') == 2
        make_organisation()
        assert get_page(admin_client, index).count(f'href="{PAGE}"') == 1


class TestApi:
    def test_config_shows_organisation(self, api: APIClient) -> None:
        assert api.get("/api/v1/config/").json() == {"organisation": None}
        Organisation.objects.create(**FIELDS)
        assert api.get("/api/v1/config/").json() == {"organisation": FIELDS}

    def test_config_enters_and_changes_organisation(self, api: APIClient) -> None:
        for change in ({"callback_number": "+1 (415) 555-0123"}, {"spoken_name": "Contoso"}):
            response = api.patch("/api/v1/config/", {"organisation": FIELDS | change}, format="json")
            assert response.status_code == 200
        assert response.json() == {"organisation": stored_fields()} == {"organisation": FIELDS | change}

    @pytest.mark.parametrize(
        "change",
        [{"spoken_name": "24/7"}, {"callback_number": "+10000000000"}, {"privacy_notice_url": "x"}, {"logo": "x"}],
    )
    def test_config_refuses_what_cannot_be_said(self, api: APIClient, change: dict[str, str]) -> None:
        response = api.patch("/api/v1/config/", {"organisation": FIELDS | change}, format="json")
        assert response.status_code == 400
        assert list(response.json()["errors"]) == [f"organisation.{field}" for field in change]
        assert not Organisation.objects.exists()

    def test_config_is_changed_by_write_key(self) -> None:
        reader = make_api_client(make_api_key(scopes=READING_SCOPES))
        assert reader.get("/api/v1/config/").status_code == 200
        assert reader.patch("/api/v1/config/", {"organisation": FIELDS}, format="json").status_code == 403

    def test_config_needs_key(self, client: Client) -> None:
        assert client.get("/api/v1/config/").status_code == 401
