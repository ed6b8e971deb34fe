from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.webhook_receiver import Receiver, run_receiver
from webhooks.models import Subscription
from webhooks.outgoing.signing import subscribe


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with run_receiver() as running:
        yield running


@pytest.fixture
def subscription(db: None, receiver: Receiver) -> Subscription:
    new = Subscription(url=receiver.url)
    subscribe(new)
    return new
