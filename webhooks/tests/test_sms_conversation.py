"""A conversation by SMS: the app over HTTP, the simulated phone network, the real Twilio client, callbacks at fault."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from candidates.models import DoNotCall
from devtools.phone_simulator.server import RunningSimulator, running_simulator
from interviews.invitations import inviting
from interviews.models import CandidateMessage, EventKind, Interview, MessageKind
from tests.support.candidate_messages import send_messages
from tests.support.factories import make_interview
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER, UNREACHABLE = "+14155550100", "+14155550115"
ON = True


@pytest.fixture
def network(live_server: Any, settings: Any) -> Iterator[RunningSimulator]:
    settings.WEBHOOK_BASE_URL = live_server.url
    settings.TWILIO_SMS_SENDER, settings.MESSAGE_HOURS = settings.TWILIO_PHONE_NUMBER, "00:00-24:00"
    with running_simulator(account_sid=settings.TWILIO_ACCOUNT_SID, auth_token=settings.TWILIO_AUTH_TOKEN) as simulator:
        settings.TWILIO_API_URL = simulator.url
        simulator.network.sms_url = f"{live_server.url}/webhooks/twilio/messages/"
        yield simulator


def invite(phone: str) -> Interview:
    interview = make_interview(email="", phone=phone)
    inviting.invite(interview, actor="hanna")
    send_messages()
    return interview


def answer(network: RunningSimulator, text: str) -> None:
    form = {"number": NUMBER, "text": text}
    assert requests.post(f"{network.url}/simulator/sms", data=form, timeout=10).status_code == 200
    network.wait_until_idle()


@pytest.mark.parametrize("faults", [{}, {"twice": ON}, {"out-of-order": ON}], ids=str)
def test_fate_is_known_whatever_order(network: RunningSimulator, faults: dict[str, bool]) -> None:
    network.network.faults.activate(faults)
    delivered, lost = invite(NUMBER), invite(UNREACHABLE)
    network.wait_until_idle()
    Status = CandidateMessage.Status
    states = [row.messages.get(kind=MessageKind.INVITATION).status for row in (delivered, lost)]
    assert states == [Status.DELIVERED, Status.BOUNCED]
    assert TwilioEvent.objects.filter(kind="sms_status").count() == 4


def test_repeated_stop_is_one_stop(network: RunningSimulator) -> None:
    network.network.faults.activate({"twice": ON})
    interview = invite(NUMBER)
    answer(network, "Who are you?")
    answer(network, "please stop texting me")
    answer(network, "STOP")
    interview.refresh_from_db()
    assert interview.outcome == Interview.Outcome.OPTED_OUT
    assert DoNotCall.objects.count() == 1
    assert interview.events.filter(kind=EventKind.CANDIDATE_TEXTED).count() == 1
    assert TwilioEvent.objects.filter(kind="sms").count() == 3
    assert TwilioEvent.objects.filter(kind="sms_reply").count() == 2


def test_lost_answer_of_twilio_sends_no_second_sms(network: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twilio takes the SMS and its answer is lost: the status callbacks say whether it arrived."""
    network.network.faults.activate({"rest-dies": 1})
    interview = invite(NUMBER)
    network.wait_until_idle()
    send_messages()
    message = interview.messages.get(kind=MessageKind.INVITATION)
    assert message.status == CandidateMessage.Status.DELIVERED
    assert [sms.sid for sms in network.network.messages.values()] == [message.provider_id]
