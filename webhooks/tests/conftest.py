"""Fixtures of more than one file: an interview, its call from Twilio's side, and a carrier."""

import pytest
from django.test import Client

from interviews.models import Interview
from tests.support.factories import an_interview
from tests.support.twilio_driver import Phone, placed


@pytest.fixture
def interview() -> Interview:
    return an_interview()


@pytest.fixture
def phone(interview: Interview, client: Client) -> Phone:
    return Phone(placed(interview), client)
