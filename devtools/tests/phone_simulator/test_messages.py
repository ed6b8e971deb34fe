"""The Messages resource and the page with the SMS, as Twilio's client and a browser see them."""

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from devtools.phone_simulator.messages.message_flow import OPTED_OUT
from devtools.phone_simulator.phone_page.sms_page import NO_NUMBER, NO_TEXT
from devtools.tests.phone_simulator.rig import FROM, TO, SimulatorRig, open_rig

SCRIPT = "<script>alert(1)</script>"
REPLY = '<Message action="/replied" method="POST">Noted.</Message>'


def send(rig: SimulatorRig, to: str = TO, body: str = "Hello", **options: str) -> str:
    message = rig.client.messages.create(
        **{"to": to, "from_": FROM, "body": body, "status_callback": f"{rig.app.url}/status"} | options
    )
    rig.simulator.wait_until_idle()
    return str(message.sid)


def answer(rig: SimulatorRig, text: str, number: str = TO) -> requests.Response:
    rig.simulator.network.sms_url = f"{rig.app.url}/sms"
    form = {"number": number, "text": text}
    response = requests.post(f"{rig.url}/simulator/sms", data=form, timeout=5, allow_redirects=False)
    rig.simulator.wait_until_idle()
    return response


def reported(rig: SimulatorRig) -> list[str]:
    return [params["MessageStatus"] for params in rig.requests_to("/status")]


@pytest.mark.parametrize(
    ("number", "status", "code"), [(TO, "delivered", None), ("+14155550115", "undelivered", 30005)]
)
def test_status_is_reported(number: str, status: str, code: int | None) -> None:
    with open_rig({}) as rig:
        message = rig.client.messages(send(rig, number)).fetch()
        assert (message.status, message.error_code, message.direction) == (status, code, "outbound-api")
        assert reported(rig) == ["sent", status]
        assert rig.requests_to("/status")[-1].get("ErrorCode") == (str(code) if code else None)


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [("twice", ["sent", "sent", "delivered", "delivered"]), ("out-of-order", ["delivered", "sent"])],
)
def test_faults_concern_callbacks(fault: str, statuses: list[str]) -> None:
    with open_rig({}, faults={fault: True}) as rig:
        send(rig)
        assert reported(rig) == statuses


def test_messages_are_listed_and_deleted() -> None:
    with open_rig({}) as rig:
        first, second = send(rig), send(rig, body="Again")
        send(rig, to="+14155550101")
        assert [message.sid for message in rig.client.messages.list(to=TO)] == [second, first]
        rig.client.messages(first).delete()
        assert [message.sid for message in rig.client.messages.list(to=TO)] == [second]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"to": "+1"}, 21211),
        ({"body": ""}, 21602),
        ({"from_": "+12025550100"}, 21606),
        ({"status_callback": "x"}, 21609),
    ],
)
def test_bad_messages_are_refused(options: dict[str, str], code: int) -> None:
    with open_rig({}, caller_number=FROM) as rig, pytest.raises(TwilioRestException) as caught:
        send(rig, **options)
    assert caught.value.code == code


def test_reply_is_sent_with_its_id() -> None:
    with open_rig({"/sms": REPLY.replace("/replied", "http://127.0.0.1:1/replied")}) as rig:
        assert answer(rig, "When is it?").status_code == 303
        (received,) = rig.requests_to("/sms")
        assert (received["From"], received["Body"], received["SmsStatus"]) == (TO, "When is it?", "received")
        texts = [message.body for message in rig.client.messages.list()]
        assert texts == ["Noted.", "When is it?"]


def test_stop_blocks_number_at_carrier() -> None:
    with open_rig({"/sms": ""}) as rig:
        answer(rig, " stop ")
        assert rig.requests_to("/sms")[0]["Body"] == "stop"
        with pytest.raises(TwilioRestException) as caught:
            send(rig)
        assert caught.value.code == OPTED_OUT
        answer(rig, "START")
        assert rig.client.messages(send(rig)).fetch().status == "delivered"


def test_page_shows_conversations() -> None:
    with open_rig({"/sms": ""}) as rig:
        send(rig, body=f"Hello {SCRIPT} http://127.0.0.1/i/a.b/ bye")
        answer(rig, f"{SCRIPT} no")
        page = requests.get(f"{rig.url}/sms", timeout=5)
        assert SCRIPT not in page.text
        assert '<a href="http://127.0.0.1/i/a.b/"' in page.text
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert page.text.count('class="theirs"') == page.text.count('class="mine"') == 1
        codes = [answer(rig, "", TO).json()["code"], answer(rig, "Hello", "0123").json()["code"]]
        assert codes == [NO_TEXT, NO_NUMBER]
