"""How a consent was given, in which attempt and after which disclosure."""

from typing import Any

import pytest

from candidates.models import Consent
from interviews.conversation.wording import disclosure_version
from interviews.models import Attempt, Interview
from tests.support.twilio_driver import Phone, give_consent

pytestmark = pytest.mark.django_db

GivenBy = Consent.GivenBy
DISCLOSURE = disclosure_version("en", resumed=False, judged_by_person=False)
Row = tuple[str, bool, str, str]


def consents_of(attempt: Attempt) -> list[Row]:
    rows = Consent.objects.filter(attempt=attempt).order_by("created_at")
    return list(rows.values_list("kind", "given", "given_by", "wording_version"))


@pytest.mark.parametrize("given_by", [GivenBy.KEY, GivenBy.VOICE])
def test_consent_is_recorded(phone: Phone, given_by: Consent.GivenBy) -> None:
    phone.pick_up()
    phone.press_key("1")
    if given_by == GivenBy.KEY:
        phone.press_key("1")
    else:
        phone.speak("I agree")
    assert consents_of(phone.attempt) == [("record", True, given_by, DISCLOSURE)]


def test_refusal_is_recorded(phone: Phone) -> None:
    phone.pick_up()
    phone.press_key("1")
    phone.press_key("2")
    assert consents_of(phone.attempt) == [("record", False, GivenBy.KEY, DISCLOSURE)]


def test_early_refusal_has_no_disclosure(phone: Phone) -> None:
    phone.pick_up()
    phone.speak("I am not interested")
    assert consents_of(phone.attempt) == [("record", False, GivenBy.VOICE, "")]


def test_voided_consent_is_recorded(phone: Phone) -> None:
    phone.pick_up()
    phone.speak("yes")
    phone.speak("I agree")
    phone.report_machine("machine_start")
    assert consents_of(phone.attempt)[1:] == [("record", False, GivenBy.VOIDED, "")]


def test_key_proves_person(phone: Phone) -> None:
    phone.pick_up()
    phone.press_key("1")
    phone.speak("I agree")
    phone.report_machine("machine_start")
    assert len(consents_of(phone.attempt)) == 1


def test_resumed_disclosure_has_its_version(phone: Phone, interview: Interview) -> None:
    phone.attempt.update_fields(resumed=True)
    give_consent(phone)
    assert consents_of(phone.attempt) == [
        ("record", True, GivenBy.KEY, disclosure_version("en", resumed=True, judged_by_person=False)),
    ]


def test_consent_outlives_its_attempt(phone: Phone) -> None:
    give_consent(phone)
    candidate = phone.attempt.interview.candidate
    phone.attempt.delete()
    assert candidate.consents_to(Consent.Kind.RECORD)


def test_disclosure_without_model_names_person(phone: Phone, settings: Any) -> None:
    """The stored version is that of the disclosure that the candidate heard."""
    settings.OPENAI_API_KEY = ""
    give_consent(phone)
    version = disclosure_version("en", resumed=False, judged_by_person=True)
    assert consents_of(phone.attempt) == [("record", True, GivenBy.KEY, version)]
