"""Fixtures of more than one file: an interview, its call from Twilio's side, and a carrier."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from interviews.models import Interview
from interviews.tests.carrier import Carrier, carrier
from screener.testing import an_interview
from webhooks.tests.phone import Phone, placed


@pytest.fixture
def interview() -> Interview:
    return an_interview()


@pytest.fixture
def phone(interview: Interview, client: Client) -> Phone:
    return Phone(placed(interview), client)


@pytest.fixture
def twilio(settings: Any) -> Iterator[Carrier]:
    with carrier() as running:
        settings.TWILIO_API_URL, settings.TWILIO_TIMEOUT = running.url, 2
        yield running
