"""The export of a person's data."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client
from rest_framework.test import APIClient

from candidates.data_rights.export import INDEX
from candidates.models import CandidateEvent, Consent
from interviews.models import TurnReply
from screener.access.viewer import SCOPE_PERMISSIONS
from screener.models.keys.scopes import READING_SCOPES
from tests.support.admin_client import admin_url, make_staff_client
from tests.support.factories import API_ACTOR, make_api_client, make_api_key, make_interview
from tests.support.person_with_traces import PHONE, STAFF, Person, make_person
from tests.support.sample_rows import HOSTILE
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db

NOT_EXPORTED = {
    *("TwilioEvent.answer", "Candidate.hold_reason", "LogEntry.object_repr"),
    "Interview.confirmed_number_hash",
}
"""TwiML of an earlier version; an empty column; the name and the number, which the record has."""


@pytest.fixture
def person(reviewer: User) -> Person:
    return make_person(reviewer)


def read_zip(response: Any) -> dict[str, bytes]:
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def export(api: APIClient, person: Person) -> dict[str, bytes]:
    return read_zip(api.get(f"/api/v1/candidates/{person.candidate.pk}/export/"))


def test_export_has_everything_of_the_person(api: APIClient, person: Person) -> None:
    files = export(api, person)
    content = b"".join(files.values()).decode()
    missing = {name for name, token in person.tokens.items() if token not in content} - NOT_EXPORTED
    assert missing == set()
    assert PHONE in content
    index = files[INDEX].decode()
    assert [name for name in files if name != INDEX and f'href="{name}"' not in index] == []
    for name, data in files.items():
        if name.endswith(".json"):
            assert isinstance(json.loads(data), list), name


def test_export_leaves_out_staff_secrets_and_others(api: APIClient, person: Person, reviewer: User) -> None:
    make_interview(full_name="Grace Hopper", phone="+14155550102")
    Consent.objects.update(source=f"a form (recorded by {STAFF})")
    TwilioEvent.objects.update(params={"AccountSid": settings.TWILIO_ACCOUNT_SID, "From": PHONE})
    content = b"".join(export(api, person).values()).decode()
    for text in (STAFF, reviewer.get_username(), settings.TWILIO_ACCOUNT_SID, "Grace Hopper", "+14155550102"):
        assert text not in content


def test_export_is_noted(api: APIClient, person: Person) -> None:
    export(api, person)
    event = person.candidate.events.get(kind=CandidateEvent.Kind.EXPORTED)
    assert event.actor == API_ACTOR


def test_prompts_are_words_without_addresses(api: APIClient, person: Person) -> None:
    twiml = "<Response><Say>Hello, is this Ada?</Say><Redirect>https://x.example/token</Redirect></Response>"
    TurnReply.objects.update(body=twiml)
    (prompt,) = json.loads(export(api, person)["prompts.json"])
    assert prompt["text"] == "Hello, is this Ada?"


def test_index_escapes_hostile_text(api: APIClient, person: Person) -> None:
    person.candidate.update_fields(full_name=HOSTILE)
    assert HOSTILE not in export(api, person)[INDEX].decode()


def test_missing_file_does_not_break_export(api: APIClient, person: Person) -> None:
    person.candidate.resume.storage.delete(str(person.candidate.resume.name))
    files = export(api, person)
    assert [name for name in files if name.startswith("resume/")] == []
    assert "candidate.json" in files


def test_export_in_admin_needs_permission_and_post(admin_client: Client, person: Person) -> None:
    address = admin_url(person.candidate, "export_data")
    assert admin_client.get(address).status_code == 200
    assert not person.candidate.events.filter(kind=CandidateEvent.Kind.EXPORTED).exists()
    assert "candidate.json" in read_zip(admin_client.post(address))
    assert make_staff_client("view_candidate").post(address).status_code == 403
    assert make_staff_client("view_candidate", "export_candidate").post(address).status_code == 200


@pytest.mark.parametrize("missing", SCOPE_PERMISSIONS)
def test_export_needs_full_view(person: Person, missing: str) -> None:
    """A member of one job does not read about other jobs, contact data or hidden scores by an export."""
    exporter = make_staff_client("view_candidate", "export_candidate")
    user = User.objects.latest("pk")
    person.interview.job.memberships.create(user=user, may_see_contact_data=True)
    user.user_permissions.remove(Permission.objects.get(codename=missing.split(".")[1]))
    assert exporter.post(admin_url(person.candidate, "export_data")).status_code == 403
    assert not person.candidate.events.filter(kind=CandidateEvent.Kind.EXPORTED).exists()


def test_reading_key_may_not_export(person: Person) -> None:
    reader = make_api_client(make_api_key(scopes=READING_SCOPES))
    assert reader.get(f"/api/v1/candidates/{person.candidate.pk}/").status_code == 200
    assert reader.get(f"/api/v1/candidates/{person.candidate.pk}/export/").status_code == 403
