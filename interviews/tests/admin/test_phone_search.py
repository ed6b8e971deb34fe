"""A number comes in by many doors and in many forms. What is checked, kept and dialled is one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from candidates.models import Candidate, Consent, DoNotCall
from interviews.planning import NotPossible, plan_interview
from interviews.tests.calling.test_rules import WRITTEN
from tests.support.factories import a_candidate, an_approved_job, api_client, drain
from tests.support.fake_twilio import Carrier

pytestmark = pytest.mark.django_db
NUMBER = "+14155550100"
Door = Callable[[str], Any]


def by_api(typed: str) -> Any:
    return api_client().post("/api/v1/candidates/", {"full_name": "Ada", "phone": typed})


def by_patch(typed: str) -> Any:
    known = a_candidate(phone="+14155550177", consents=False)
    return api_client().patch(f"/api/v1/candidates/{known.pk}/", {"phone": typed})


def by_form(typed: str) -> Any:
    return api_client().post("/api/v1/candidates/", {"full_name": "Ada", "phone": typed}, format="multipart")


def by_list(typed: str) -> Any:
    file = SimpleUploadedFile("list.csv", f'full_name,phone\nAda,"{typed}"\n'.encode())
    return api_client().post("/api/v1/candidates/import/", {"file": file}, format="multipart")


def by_desk(typed: str) -> Any:
    desk = Client()
    desk.force_login(User.objects.create_superuser("hanna"))
    form = {"full_name": "Ada", "phone": typed, "locale": "en"}
    consents = {"consents-TOTAL_FORMS": "0", "consents-INITIAL_FORMS": "0"}
    return desk.post("/admin/candidates/candidate/add/", form | consents)


DOORS: list[Door] = [by_api, by_patch, by_form, by_list, by_desk]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("typed", WRITTEN)
def test_whatever_was_typed_one_form_is_kept_checked_and_dialled(
    twilio: Carrier, settings: Any, door: Door, typed: str
) -> None:
    settings.WHITELISTED_NUMBERS = [typed]
    assert door(typed).status_code < 400
    candidate = Candidate.objects.get()
    assert candidate.phone == NUMBER
    Consent.objects.create(candidate=candidate, kind=Consent.Kind.CALL, given=True, source="a test")
    plan_interview(candidate=candidate, job=an_approved_job(), actor="a test")
    drain()
    assert [call["to"] for call in twilio.calls] == [NUMBER]


@pytest.mark.parametrize("typed", WRITTEN)
def test_whoever_must_not_be_called_is_not_in_whatever_form_that_was_noted(typed: str) -> None:
    DoNotCall.objects.add_number(typed, source="a test")
    with pytest.raises(NotPossible, match="do-not-call"):
        plan_interview(candidate=a_candidate(), job=an_approved_job(), actor="a test")


@pytest.mark.parametrize("door", [by_api, by_form])
@pytest.mark.parametrize("typed", ["", "Ada", "4155550100", "+1415", "+999123456789", "\x00", "+", "+1" + "5" * 60])
def test_what_is_no_number_is_refused_at_the_field(door: Door, typed: str) -> None:
    answer = door(typed)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["phone"]
    assert not Candidate.objects.exists()
