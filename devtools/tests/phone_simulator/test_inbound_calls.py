"""Calls to the application's number, as Twilio makes them of the settings of the number."""

import pytest
import requests

from devtools.phone_simulator.callees.callee import Reaction
from devtools.phone_simulator.phone_page.views import NO_APPLICATION
from devtools.tests.phone_simulator.rig import (
    FROM,
    TO,
    ScriptedCallee,
    ScriptedReply,
    SimulatorRig,
    open_rig,
    wait_until,
)

GREETING = '<Gather numDigits="1" action="/in/greeted"><Say>Press 1.</Say></Gather>'


def call_in(rig: SimulatorRig, **form: str) -> requests.Response:
    return requests.post(f"{rig.url}/simulator/call-in", data={"phone": TO, **form}, timeout=5)


def test_call_uses_settings_of_number() -> None:
    callee = ScriptedCallee([Reaction(keys="1")])
    with open_rig({"/in/": GREETING, "/in/greeted": "<Say>Thanks.</Say>"}, callee) as rig:
        rig.simulator.network.inbound_url = f"{rig.app.url}/in/"
        response = call_in(rig)
        assert response.status_code == 201
        rig.simulator.wait_until_idle()
        call = rig.client.calls(response.json()["sid"]).fetch()
        assert (call.direction, call._from, call.to, call.status) == ("inbound", TO, FROM, "completed")
        first, greeted = rig.requests_to("/in/")[0], rig.requests_to("/in/greeted")[0]
        assert {name: first[name] for name in ("Direction", "From", "To", "CallStatus")} == {
            "Direction": "inbound",
            "From": TO,
            "To": FROM,
            "CallStatus": "ringing",
        }
        assert (greeted["Digits"], greeted["CallStatus"]) == ("1", "in-progress")
        assert rig.requests_to("/in/status")[0]["CallStatus"] == "completed"


def test_failed_request_goes_to_fallback() -> None:
    with open_rig({"/in/": ScriptedReply(status=500), "/in/fallback": "<Say>Sorry.</Say>"}, ScriptedCallee()) as rig:
        rig.simulator.network.inbound_url = f"{rig.app.url}/in/"
        sid = call_in(rig).json()["sid"]
        rig.simulator.wait_until_idle()
        assert rig.spoken_prompts(rig.client.calls(sid).fetch()) == ["Sorry."]


def test_call_goes_to_number_that_called_last() -> None:
    with open_rig({"/voice": "<Say>Hello.</Say>", "/in/": "<Say>Hello.</Say>"}, ScriptedCallee()) as rig:
        rig.simulator.network.inbound_url = f"{rig.app.url}/in/"
        rig.complete_call(from_="+12025550100")
        call_in(rig)
        rig.simulator.wait_until_idle()
        assert rig.requests_to("/in/")[0]["To"] == "+12025550100"


def test_human_at_page_speaks() -> None:
    with open_rig({"/in/": GREETING, "/in/greeted": ""}, ScriptedCallee()) as rig:
        rig.simulator.network.inbound_url = f"{rig.app.url}/in/"
        sid = call_in(rig, page="window", phone="+1 (415) 555-0100").json()["sid"]
        wait_until(lambda: rig.requests_to("/in/") and rig.call_log(rig.client.calls(sid).fetch()))

        def press() -> bool:
            url = f"{rig.url}/simulator/calls/{sid}/react"
            return requests.post(url, data={"turn": "1", "keys": "1"}, timeout=5).ok

        wait_until(press)
        rig.simulator.wait_until_idle()
        assert rig.requests_to("/in/greeted")[0]["Digits"] == "1"


@pytest.mark.parametrize(("phone", "code"), [("", "invalid_number"), ("Ada", "invalid_number")])
def test_invalid_number_is_refused(phone: str, code: str) -> None:
    with open_rig("") as rig:
        rig.simulator.network.inbound_url = f"{rig.app.url}/in/"
        response = call_in(rig, phone=phone)
        assert (response.status_code, response.json()["code"]) == (400, code)


def test_call_needs_application() -> None:
    with open_rig("") as rig:
        response = call_in(rig)
        assert (response.status_code, response.json()["code"]) == (409, NO_APPLICATION)
