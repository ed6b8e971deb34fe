"""Numbers come from many sources and in many forms. One form is checked, stored and dialled."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from candidates.models import Candidate, DoNotCall
from interviews.planning import NotPossible, plan_interview
from tests.support.factories import make_api_client, make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.phone_numbers import WRITTEN_FORMS
from tests.support.rollback import rolled_back

pytestmark = pytest.mark.django_db
NUMBER = "+14155550100"
Door = Callable[[str], Any]


def by_api(typed: str) -> Any:
    return make_api_client().post("/api/v1/candidates/", {"full_name": "Ada", "phone": typed})


def by_patch(typed: str) -> Any:
    candidate = make_candidate(phone="+14155550177", consents=False)
    return make_api_client().patch(f"/api/v1/candidates/{candidate.pk}/", {"phone": typed})


def by_form(typed: str) -> Any:
    return make_api_client().post("/api/v1/candidates/", {"full_name": "Ada", "phone": typed}, format="multipart")


def by_list(typed: str) -> Any:
    file = SimpleUploadedFile("list.csv", f'full_name,phone\nAda,"{typed}"\n'.encode())
    return make_api_client().post("/api/v1/candidates/import/", {"file": file}, format="multipart")


def by_desk(typed: str) -> Any:
    admin_client = Client()
    admin_client.force_login(User.objects.create_superuser("hanna"))
    form = {"full_name": "Ada", "phone": typed, "locale": "en"}
    return admin_client.post("/admin/candidates/candidate/add/", form)


DOORS: list[Door] = [by_api, by_patch, by_form, by_list, by_desk]


@pytest.mark.parametrize("door", DOORS)
def test_number_is_stored_in_one_form(door: Door) -> None:
    for typed in WRITTEN_FORMS:
        with rolled_back():
            assert door(typed).status_code < 400, typed
            assert Candidate.objects.get().phone == NUMBER, typed


def test_whitelist_matches_every_form(twilio: FakeTwilio, settings: Any) -> None:
    for typed in WRITTEN_FORMS:
        settings.WHITELISTED_NUMBERS = [typed]
        with rolled_back():
            make_interview(phone=NUMBER)
            run_tasks()
        assert [call["to"] for call in twilio.calls] == [NUMBER], typed
        twilio.calls.clear()


def test_do_not_call_list_matches_every_form() -> None:
    job, candidate = make_approved_job(), make_candidate(phone=NUMBER)
    for typed in WRITTEN_FORMS:
        with rolled_back():
            DoNotCall.objects.add_number(typed, source="a test")
            with pytest.raises(NotPossible, match="do-not-call"):
                plan_interview(candidate=candidate, job=job, actor="a test")


@pytest.mark.parametrize("door", [by_api, by_form])
def test_invalid_number_is_refused_at_field(door: Door) -> None:
    for typed in ["", "Ada", "4155550100", "+1415", "+999123456789", "\x00", "+", "+1" + "5" * 60]:
        answer = door(typed)
        assert answer.status_code == 400, typed
        assert list(answer.json()["errors"]) == ["phone"], typed
    assert not Candidate.objects.exists()
