from collections.abc import Iterator
from typing import Any

import pytest

from interviews.tests.carrier import Carrier, carrier


@pytest.fixture
def twilio(settings: Any) -> Iterator[Carrier]:
    with carrier() as running:
        settings.TWILIO_API_URL, settings.TWILIO_TIMEOUT = running.url, 2
        yield running
