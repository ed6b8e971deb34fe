"""Fixtures of more than one file: an interview, its call from Twilio's side, and a caller."""

import pytest
from django.test import Client

from interviews.models import Interview
from tests.support.factories import make_interview, make_organisation
from tests.support.inbound_caller import Caller
from tests.support.twilio_driver import Phone, place_attempt


@pytest.fixture
def interview() -> Interview:
    return make_interview()


@pytest.fixture
def phone(interview: Interview, client: Client) -> Phone:
    return Phone(place_attempt(interview), client)


@pytest.fixture
def caller(client: Client) -> Caller:
    make_organisation()
    return Caller(client)
