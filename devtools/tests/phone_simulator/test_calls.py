"""The life of a call and the REST API, as Twilio's own client sees them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from devtools.phone_simulator.callees.callee import SILENCE, CalleePrompt, Pickup, Reaction
from devtools.phone_simulator.server import build_parser
from devtools.tests.phone_simulator.rig import (
    ALL_EVENTS,
    FROM,
    TO,
    RedirectingHttpClient,
    ScriptedCallee,
    ScriptedReply,
    SimulatorRig,
    open_rig,
    wait_until,
)

# The properties of api.v2010.account.call in twilio/twilio-oai.
CALL_PROPERTIES = set(
    "sid date_created date_updated parent_call_sid account_sid to to_formatted from from_formatted "
    "phone_number_sid status start_time end_time duration price price_unit direction answered_by api_version "
    "forwarded_from group_sid caller_name queue_time trunk_sid uri subresource_uris".split()
)
ROOT = Path(__file__).parents[3]


class ListeningCallee(ScriptedCallee):
    """Listens to a prompt that ends in "wait", at any speed, until the call is ended or redirected."""

    async def react(self, prompt: CalleePrompt) -> Reaction:
        if prompt.verb == "say" and prompt.heard_text.endswith("wait"):
            await asyncio.Event().wait()
        return SILENCE


# ── placing calls ──


def test_new_call_has_documented_properties() -> None:
    with open_rig("<Say>Hello</Say>") as rig:
        url = f"{rig.url}/2010-04-01/Accounts/{rig.simulator.account_sid}/Calls.json"
        form = {"To": TO, "From": FROM, "Url": rig.app.url + "/voice"}
        response = requests.post(url, data=form, auth=rig.credentials, timeout=5)
        rig.simulator.wait_until_idle()
        call = rig.client.calls(response.json()["sid"]).fetch()
    body = response.json()
    assert response.status_code == 201
    assert set(body) == CALL_PROPERTIES
    assert (body["status"], body["direction"], body["price"]) == ("queued", "outbound-api", None)
    assert (body["start_time"], body["duration"], body["answered_by"]) == (None, None, None)
    assert body["subresource_uris"]["recordings"].endswith(f"/Calls/{body['sid']}/Recordings.json")
    assert (call.status, call.duration, call.price_unit) == ("completed", "1", "USD")
    assert float(call.price or 0) < 0
    assert call.date_created <= call.start_time <= call.end_time


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "4155550100"}, 21211),
        ({"from_": ""}, 21213),
        ({"from_": "me"}, 21212),
        ({"from_": "+14155550123"}, 21210),
        ({"url": ""}, 21205),
        ({"url": "/relative"}, 21205),
        ({"url": "http://under_score.example.com/"}, 21205),
        ({"status_callback": "nowhere"}, 21609),
        ({"timeout": "soon"}, 20001),
    ],
)
def test_invalid_calls_are_rejected(options: dict[str, str], code: int) -> None:
    with open_rig("", caller_number=FROM) as rig:
        with pytest.raises(TwilioRestException) as error:
            rig.start_call(**options)
        assert (error.value.status, error.value.code) == (400, code)
        assert rig.client.calls.list() == []


@pytest.mark.parametrize(("sid", "token"), [("", "wrong"), ("AC" + "1" * 32, "")])
def test_wrong_credentials_are_rejected(sid: str, token: str) -> None:
    with open_rig("") as rig:
        http_client = RedirectingHttpClient(rig.url)
        own_sid, own_token = rig.credentials
        client = Client(sid or own_sid, token or own_token, http_client=http_client)
        with pytest.raises(TwilioRestException) as error:
            client.calls("CA1").fetch()
        http_client.session.close()
    assert (error.value.status, error.value.code) == (401, 20003)


def test_unknown_resources_return_404() -> None:
    with open_rig("") as rig:
        for unknown in (rig.client.calls("CA1"), rig.client.recordings("RE1"), rig.client.messages("SM1")):
            with pytest.raises(TwilioRestException) as error:
                unknown.fetch()
            assert (error.value.status, error.value.code) == (404, 20404)


# ── status callbacks ──


def status_callbacks(rig: SimulatorRig) -> list[tuple[str, str]]:
    return [(params["SequenceNumber"], params["CallStatus"]) for params in rig.requests_to("/status")]


def test_status_callbacks_are_numbered() -> None:
    with open_rig("<Pause length='61'/>") as rig:
        rig.complete_call(status_callback=rig.app.url + "/status", status_callback_event=list(ALL_EVENTS))
    assert status_callbacks(rig) == [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]
    first, *_, last = rig.requests_to("/status")
    assert "CallDuration" not in first
    assert (last["CallDuration"], last["Duration"], last["SipResponseCode"]) == ("61", "2", "200")
    assert last["CallbackSource"] == "call-progress-events"
    assert last["Timestamp"].endswith("+0000")


def test_status_callback_defaults_to_completed() -> None:
    with open_rig("") as rig:
        rig.complete_call(status_callback=rig.app.url + "/status")
    assert status_callbacks(rig) == [("0", "completed")]


@pytest.mark.parametrize(
    ("pickup", "status", "sip_code", "reported"),
    [
        (Pickup("busy", sip_code=486), "busy", "486", ["initiated", "ringing", "busy"]),
        (Pickup("no-answer", sip_code=487), "no-answer", "487", ["initiated", "ringing", "no-answer"]),
        (Pickup(ring_seconds=31), "no-answer", "487", ["initiated", "ringing", "no-answer"]),
        (Pickup("failed", sip_code=404), "failed", "404", ["initiated", "failed"]),
    ],
)
def test_unanswered_calls_are_reported(pickup: Pickup, status: str, sip_code: str, reported: list[str]) -> None:
    with open_rig("<Say>Not spoken</Say>", ScriptedCallee(pickup=pickup)) as rig:
        url = rig.app.url + "/status"
        call = rig.complete_call(timeout=30, status_callback=url, status_callback_event=list(ALL_EVENTS))
    assert (call.status, call.duration, call.price, call.start_time) == (status, None, None, None)
    assert [name for _, name in status_callbacks(rig)] == reported
    assert rig.requests_to("/status")[-1]["SipResponseCode"] == sip_code
    assert rig.requests_to("/status")[-1]["CallDuration"] == "0"
    assert "/voice" not in rig.requested_paths


# ── machine detection ──

MACHINE = Pickup(answered_by="machine_start", detection_seconds=4.2)


def test_machine_detection_delays_first_request() -> None:
    with open_rig("<Redirect>/next</Redirect>", ScriptedCallee(pickup=MACHINE)) as rig:
        call = rig.complete_call(machine_detection="Enable")
    first = rig.requests_to("/voice")[0]
    assert first["AnsweredBy"] == call.answered_by == "machine_start"
    assert first["MachineDetectionDuration"] == "4200"
    assert "AnsweredBy" not in rig.requests_to("/next")[0]


def test_async_machine_detection_sends_callback() -> None:
    with open_rig("<Pause length='9'/>", ScriptedCallee(pickup=MACHINE)) as rig:
        rig.complete_call(
            machine_detection="DetectMessageEnd",
            async_amd="true",
            async_amd_status_callback=rig.app.url + "/amd",
            status_callback=rig.app.url + "/status",
        )
    assert "AnsweredBy" not in rig.requests_to("/voice")[0]
    (result,) = rig.requests_to("/amd")
    assert set(result) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert (result["AnsweredBy"], result["MachineDetectionDuration"]) == ("machine_end_beep", "4200")
    assert rig.requests_to("/status")[0]["AnsweredBy"] == "machine_end_beep"


# ── updating calls ──


def start_listening_call(rig: SimulatorRig, **options: Any) -> Any:
    call = rig.start_call(**options)
    wait_until(lambda: rig.spoken_prompts(call))
    return call


def test_live_call_is_ended() -> None:
    with open_rig("<Say>Please wait</Say><Say>Not spoken</Say>", ListeningCallee()) as rig:
        call = start_listening_call(rig, status_callback=rig.app.url + "/status")
        rig.client.calls(call.sid).update(status="canceled")  # ignored: only unanswered calls can be cancelled
        assert rig.client.calls(call.sid).fetch().status == "in-progress"
        rig.client.calls(call.sid).update(status="completed")
        rig.simulator.wait_until_idle()
        assert rig.spoken_prompts(call) == ["Please wait"]
    assert status_callbacks(rig) == [("0", "completed")]


def test_live_call_is_redirected() -> None:
    scripts = {"/voice": "<Say>Please wait</Say>", "/goodbye": "<Say>Goodbye</Say>"}
    with open_rig(scripts, ListeningCallee()) as rig:
        by_url, by_twiml = start_listening_call(rig), start_listening_call(rig)
        rig.client.calls(by_url.sid).update(url=rig.app.url + "/goodbye", method="GET")
        rig.client.calls(by_twiml.sid).update(twiml="<Response><Say>Farewell</Say></Response>")
        rig.simulator.wait_until_idle()
        assert rig.spoken_prompts(by_url) == ["Please wait", "Goodbye"]
        assert rig.spoken_prompts(by_twiml) == ["Please wait", "Farewell"]


@pytest.mark.parametrize(("redirects", "digits"), [(False, ["hangup"]), (True, [])])
def test_update_cuts_recording_short(redirects: bool, digits: list[str]) -> None:
    """Ending the call delivers the recording to the action; redirecting it does not."""
    document = "<Record action='/act' recordingStatusCallback='/recorded'/>"
    callee = ScriptedCallee([Reaction("word " * 25)])
    with open_rig({"/voice": document, "/goodbye": ""}, callee, speed=20) as rig:
        call = rig.start_call()
        wait_until(lambda: rig.logged_events(call, "callee_spoke"))
        time.sleep(0.1)  # two of the ten simulated seconds
        change = {"url": rig.app.url + "/goodbye"} if redirects else {"status": "completed"}
        rig.client.calls(call.sid).update(**change)
        rig.simulator.wait_until_idle()
        assert 1 <= int(rig.requests_to("/recorded")[0]["RecordingDuration"]) <= 9
        assert [params["Digits"] for params in rig.requests_to("/act")] == digits


def test_ended_call_cannot_be_updated() -> None:
    with open_rig("") as rig:
        call = rig.complete_call()
        with pytest.raises(TwilioRestException) as error:
            rig.client.calls(call.sid).update(status="completed")
    assert (error.value.status, error.value.code) == (400, 21220)


def test_ringing_call_is_cancelled() -> None:
    with open_rig("", ScriptedCallee(pickup=Pickup(ring_seconds=50)), speed=10) as rig:
        call = rig.start_call(status_callback=rig.app.url + "/status")
        wait_until(lambda: rig.client.calls(call.sid).fetch().status == "ringing")
        with pytest.raises(TwilioRestException):
            rig.client.calls(call.sid).update(url=rig.app.url + "/voice")
        rig.client.calls(call.sid).update(status="canceled")
        rig.simulator.wait_until_idle()
        assert rig.client.calls(call.sid).fetch().status == "canceled"
    assert rig.requests_to("/status")[0]["CallStatus"] == "canceled"


# ── lists and logs ──


def test_call_list_has_filters() -> None:
    with open_rig("") as rig:
        answered, busy = rig.complete_call(), rig.complete_call(to="+14155550111")
        today = answered.start_time.date()

        def listed_sids(**filters: Any) -> list[str | None]:
            return [call.sid for call in rig.client.calls.list(**filters)]

        assert listed_sids() == [busy.sid, answered.sid]
        assert listed_sids(to=TO) == [answered.sid]
        assert listed_sids(status="busy") == [busy.sid]
        assert listed_sids(start_time=today) == [answered.sid]
        assert listed_sids(start_time_after=answered.start_time) == [answered.sid]
        assert listed_sids(from_=TO) == []


def test_call_list_is_paginated() -> None:
    with open_rig("") as rig:
        sids = [rig.complete_call(to="+14155550112").sid for _ in range(7)]
        assert [call.sid for call in rig.client.calls.list(page_size=3)] == sids[::-1]
        page = rig.client.calls.page(page_size=3).next_page()
        assert page is not None
        assert [call.sid for call in page] == sids[::-1][3:6]
        assert "Page=0" in (page.previous_page_url or "")


def test_call_log_needs_no_credentials() -> None:
    callee = ScriptedCallee([Reaction("Hi there", keys="#")])
    with open_rig("<Say>Hello</Say><Record/>", callee) as rig:
        call = rig.complete_call()
        (listed,) = requests.get(rig.url + "/simulator/calls", timeout=5).json()["calls"]
        log = requests.get(f"{rig.url}/simulator/calls/{call.sid}", timeout=5).json()["log"]
    assert (listed["sid"], listed["persona"]) == (call.sid, "scripted")
    events = {entry["event"] for entry in log}
    assert {"status", "request", "reply", "prompt_spoken", "callee_spoke", "keys_pressed", "recorded"} <= events


# ── time and crowds ──


def test_duration_is_simulated_time() -> None:
    with open_rig("<Pause length='20'/>", speed=100) as rig:
        call = rig.complete_call()
    assert call.duration == "20"
    assert (call.end_time - call.start_time).total_seconds() < 20


def test_two_hundred_calls_run_concurrently() -> None:
    document = "<Gather numDigits='1' action='/next'><Say>To start, press 1.</Say></Gather>"
    reply = ScriptedReply("<Response><Say>Bye</Say></Response>", delay=0.05)
    with open_rig({"/voice": document, "/next": reply}) as rig:
        calls = [rig.start_call() for _ in range(200)]
        rig.simulator.wait_until_idle()
        assert all(rig.spoken_prompts(call)[-1] == "Bye" for call in calls)


# ── the command ──


def test_command_reads_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "secret")
    parser = build_parser()
    options = parser.parse_args(["--speed", "max", "--number", FROM])
    assert (options.account_sid, options.auth_token, options.number) == ("AC1", "secret", FROM)
    assert (options.host, options.port, options.speed) == ("127.0.0.1", 8091, 0)
    assert parser.parse_args([]).speed == 20


def test_command_stops_on_sigterm() -> None:
    command = [sys.executable, "-m", "devtools.phone_simulator", "--port", "0", "--speed", "max"]
    environment = {**os.environ, "TWILIO_ACCOUNT_SID": "AC" + "7" * 32, "TWILIO_AUTH_TOKEN": "token"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        assert process.stdout
        url = process.stdout.readline().split(": ")[1].split()[0]
        assert requests.get(url + "/simulator/calls", timeout=5).json() == {"calls": []}
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
