"""The stop button: no machine places a call until calls are resumed."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interviews.models import Attempt, WaitReason
from interviews.models.dial_rate import STOP_RECHECK
from interviews.tests.calling.test_refused_calls import pass_to_next_try
from tests.support.factories import make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


def test_no_call_is_placed_until_resumed(twilio: FakeTwilio, admin_client: Client, time_machine: Any) -> None:
    """The interview is due again within ten minutes, whenever calls are resumed."""
    call_command("stop_calls", by="hanna", reason="wrong numbers", stdout=StringIO())
    interview = make_interview()
    run_tasks()
    for _ in range(2):
        pass_to_next_try(interview, time_machine)
        interview.refresh_from_db()
        assert interview.wait_reason == WaitReason.CARRIER_PAUSED
        assert interview.next_attempt_at
        assert interview.next_attempt_at <= timezone.now() + STOP_RECHECK
    page: Any = admin_client.get(reverse("desk-home"))
    assert page.context["home"].warnings.calls_paused.is_stopped
    assert not Attempt.objects.exists()
    call_command("resume_calls", stdout=StringIO())
    pass_to_next_try(interview, time_machine)
    assert len(twilio.requests) == 1
    with pytest.raises(CommandError):
        call_command("resume_calls", stdout=StringIO())
