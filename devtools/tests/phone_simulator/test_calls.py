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

from devtools.phone_simulator.callees.callee import SILENCE, Moment, Pickup, Reaction
from devtools.phone_simulator.server import build_parser
from devtools.tests.phone_simulator.test_stage import FROM, TO, Answer, Puppet, RewritingClient, Stage, stage

# The properties of api.v2010.account.call in twilio/twilio-oai.
CALL_PROPERTIES = set(
    "sid date_created date_updated parent_call_sid account_sid to to_formatted from from_formatted "
    "phone_number_sid status start_time end_time duration price price_unit direction answered_by api_version "
    "forwarded_from group_sid caller_name queue_time trunk_sid uri subresource_uris".split()
)
ROOT = Path(__file__).parents[3]
ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]


class Waiting(Puppet):
    """A callee who is still listening, however fast time passes, until the call is ended or redirected."""

    async def react(self, moment: Moment) -> Reaction:
        if moment.verb == "say" and moment.heard.endswith("wait"):
            await asyncio.Event().wait()
        return SILENCE


def until(condition) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


# ── placing calls ──


def test_a_new_call_is_the_resource_that_the_api_describes():
    with stage("<Say>Hello</Say>") as s:
        auth = (s.simulator.account_sid, s.simulator.auth_token)
        url = f"{s.simulator.url}/2010-04-01/Accounts/{s.simulator.account_sid}/Calls.json"
        form = {"To": TO, "From": FROM, "Url": s.app.url + "/voice"}
        created = requests.post(url, data=form, auth=auth, timeout=5)
        s.simulator.wait_until_quiet()
        call = s.client.calls(created.json()["sid"]).fetch()
    body = created.json()
    assert created.status_code == 201
    assert set(body) == CALL_PROPERTIES
    assert (body["status"], body["direction"], body["price"]) == ("queued", "outbound-api", None)
    assert (body["start_time"], body["duration"], body["answered_by"]) == (None, None, None)
    assert body["subresource_uris"]["recordings"].endswith(f"/Calls/{body['sid']}/Recordings.json")
    assert (call.status, call.duration, call.price_unit) == ("completed", "1", "USD")
    assert float(call.price) < 0
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
def test_bad_calls_are_refused_with_twilios_codes(options, code):
    with stage("", number=FROM) as s:
        with pytest.raises(TwilioRestException) as refused:
            s.start(**options)
        assert (refused.value.status, refused.value.code) == (400, code)
        assert s.client.calls.list() == []


def test_strangers_are_refused():
    with stage("") as s:
        for sid, token in ((s.simulator.account_sid, "wrong"), ("AC" + "1" * 32, s.simulator.auth_token)):
            client = Client(sid, token, http_client=RewritingClient(s.simulator.url))
            with pytest.raises(TwilioRestException) as refused:
                client.calls("CA1").fetch()
            client.http_client.session.close()
            assert (refused.value.status, refused.value.code) == (401, 20003)


def test_what_does_not_exist_is_not_found():
    with stage("") as s:
        for missing in (s.client.calls("CA1"), s.client.recordings("RE1"), s.client.messages("SM1")):
            with pytest.raises(TwilioRestException) as error:
                missing.fetch()
            assert (error.value.status, error.value.code) == (404, 20404)


# ── progress ──


def statuses(s: Stage) -> list[tuple[str, str]]:
    return [(params["SequenceNumber"], params["CallStatus"]) for params in s.asked("/status")]


def test_status_callbacks_come_in_order_and_numbered():
    with stage("<Pause length='61'/>") as s:
        s.call(status_callback=s.app.url + "/status", status_callback_event=ALL_EVENTS)
    assert statuses(s) == [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]
    last = s.asked("/status")[-1]
    assert (last["CallDuration"], last["Duration"], last["SipResponseCode"]) == ("61", "2", "200")
    assert last["CallbackSource"] == "call-progress-events"
    assert last["Timestamp"].endswith("+0000")
    assert "CallDuration" not in s.asked("/status")[0]


def test_by_default_only_the_end_is_reported_and_only_what_is_sent_is_counted():
    with stage("") as s:
        s.call(status_callback=s.app.url + "/status")
    assert statuses(s) == [("0", "completed")]


@pytest.mark.parametrize(
    ("pickup", "status", "sip", "reported"),
    [
        (Pickup("busy", sip=486), "busy", "486", ["initiated", "ringing", "busy"]),
        (Pickup("no-answer", sip=487), "no-answer", "487", ["initiated", "ringing", "no-answer"]),
        (Pickup(rings=31), "no-answer", "487", ["initiated", "ringing", "no-answer"]),
        (Pickup("failed", sip=404), "failed", "404", ["initiated", "failed"]),
    ],
)
def test_calls_that_are_not_answered(pickup, status, sip, reported):
    with stage("<Say>Never heard</Say>", Puppet(pickup=pickup)) as s:
        call = s.call(timeout=30, status_callback=s.app.url + "/status", status_callback_event=ALL_EVENTS)
    assert (call.status, call.duration, call.price, call.start_time) == (status, None, None, None)
    assert [name for _, name in statuses(s)] == reported
    assert s.asked("/status")[-1]["SipResponseCode"] == sip
    assert s.asked("/status")[-1]["CallDuration"] == "0"
    assert "/voice" not in s.paths


# ── machine detection ──

MACHINE = Pickup(answered_by="machine_start", detection=4.2)


def test_machine_detection_can_hold_up_the_call():
    with stage("<Redirect>/next</Redirect>", Puppet(pickup=MACHINE)) as s:
        call = s.call(machine_detection="Enable")
    assert s.asked("/voice")[0]["AnsweredBy"] == call.answered_by == "machine_start"
    assert s.asked("/voice")[0]["MachineDetectionDuration"] == "4200"
    assert "AnsweredBy" not in s.asked("/next")[0]


def test_machine_detection_can_run_beside_the_call():
    with stage("<Pause length='9'/>", Puppet(pickup=MACHINE)) as s:
        s.call(
            machine_detection="DetectMessageEnd",
            async_amd="true",
            async_amd_status_callback=s.app.url + "/amd",
            status_callback=s.app.url + "/status",
        )
    assert "AnsweredBy" not in s.asked("/voice")[0]
    (result,) = s.asked("/amd")
    assert set(result) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert (result["AnsweredBy"], result["MachineDetectionDuration"]) == ("machine_end_beep", "4200")
    assert s.asked("/status")[0]["AnsweredBy"] == "machine_end_beep"


# ── live calls ──


def live(s: Stage, **options: Any):
    call = s.start(**options)
    until(lambda: s.heard(call))
    return call


def test_a_live_call_can_be_ended():
    with stage("<Say>Please wait</Say><Say>Never heard</Say>", Waiting()) as s:
        call = live(s, status_callback=s.app.url + "/status")
        s.client.calls(call.sid).update(status="canceled")  # only what has not been answered can be canceled
        assert s.client.calls(call.sid).fetch().status == "in-progress"
        s.client.calls(call.sid).update(status="completed")
        s.simulator.wait_until_quiet()
        assert s.heard(call) == ["Please wait"]
    assert statuses(s) == [("0", "completed")]


def test_a_live_call_can_be_redirected():
    with stage({"/voice": "<Say>Please wait</Say>", "/goodbye": "<Say>Goodbye</Say>"}, Waiting()) as s:
        call = live(s)
        s.client.calls(call.sid).update(url=s.app.url + "/goodbye", method="GET")
        s.simulator.wait_until_quiet()
        twice = live(s)
        s.client.calls(twice.sid).update(twiml="<Response><Say>Farewell</Say></Response>")
        s.simulator.wait_until_quiet()
        assert s.heard(call) == ["Please wait", "Goodbye"]
        assert s.heard(twice) == ["Please wait", "Farewell"]


def test_ending_a_call_in_a_take_delivers_it_and_redirecting_does_not():
    for update in ("completed", "redirect"):
        document = "<Record action='/act' recordingStatusCallback='/recorded'/>"
        with stage({"/voice": document, "/goodbye": ""}, Puppet([Reaction(words="word " * 25)]), speed=20) as s:
            call = s.start()
            until(lambda s=s, call=call: s.logged(call, "said"))
            time.sleep(0.1)  # two simulated seconds of the ten
            change = {"status": update} if update == "completed" else {"url": s.app.url + "/goodbye"}
            s.client.calls(call.sid).update(**change)
            s.simulator.wait_until_quiet()
            assert 1 <= int(s.asked("/recorded")[0]["RecordingDuration"]) <= 9
            assert [params["Digits"] for params in s.asked("/act")] == ["hangup"] * (update == "completed")


def test_a_call_that_is_over_cannot_be_changed():
    with stage("") as s:
        call = s.call()
        with pytest.raises(TwilioRestException) as error:
            s.client.calls(call.sid).update(status="completed")
    assert (error.value.status, error.value.code) == (400, 21220)


def test_a_ringing_call_can_be_canceled():
    with stage("", Puppet(pickup=Pickup(rings=50)), speed=10) as s:
        call = s.start(status_callback=s.app.url + "/status")
        until(lambda: s.client.calls(call.sid).fetch().status == "ringing")
        with pytest.raises(TwilioRestException):
            s.client.calls(call.sid).update(url=s.app.url + "/voice")
        s.client.calls(call.sid).update(status="canceled")
        s.simulator.wait_until_quiet()
        assert s.client.calls(call.sid).fetch().status == "canceled"
    assert s.asked("/status")[0]["CallStatus"] == "canceled"


# ── lists ──


def test_calls_are_listed_by_number_status_and_day():
    with stage("") as s:
        first, second = s.call(), s.call(to="+14155550111")
        today = first.start_time.date()
        assert [call.sid for call in s.client.calls.list()] == [second.sid, first.sid]
        assert [call.sid for call in s.client.calls.list(to=TO)] == [first.sid]
        assert [call.sid for call in s.client.calls.list(status="busy")] == [second.sid]
        assert [call.sid for call in s.client.calls.list(start_time=today)] == [first.sid]
        assert [call.sid for call in s.client.calls.list(start_time_after=first.start_time)] == [first.sid]
        assert s.client.calls.list(from_=TO) == []


def test_long_lists_come_in_pages():
    with stage("") as s:
        sids = [s.call(to="+14155550112").sid for _ in range(7)]
        assert [call.sid for call in s.client.calls.list(page_size=3)] == sids[::-1]
        page = s.client.calls.page(page_size=3).next_page()
        assert [call.sid for call in page] == sids[::-1][3:6]
        assert "Page=0" in page.previous_page_url


def test_the_log_of_a_call_tells_what_happened_to_whoever_asks():
    with stage("<Say>Hello</Say><Record/>", Puppet([Reaction(words="Hi there", keys="#")])) as s:
        call = s.call()
        (listed,) = requests.get(s.simulator.url + "/simulator/calls", timeout=5).json()["calls"]
        log = requests.get(f"{s.simulator.url}/simulator/calls/{call.sid}", timeout=5).json()["log"]
    assert (listed["sid"], listed["persona"]) == (call.sid, "puppet")
    events = [entry["event"] for entry in log]
    for event in ("status", "request", "reply", "heard", "said", "pressed", "recorded"):
        assert event in events


# ── time and crowds ──


def test_time_is_compressed_and_reported_uncompressed():
    with stage("<Pause length='20'/>", speed=100) as s:
        began = time.monotonic()
        call = s.call()
        assert 0.2 < time.monotonic() - began < 2
    assert call.duration == "20"


def test_two_hundred_calls_at_once():
    document = "<Gather numDigits='1' action='/next'><Say>To start, press 1.</Say></Gather>"
    with stage({"/voice": document, "/next": Answer("<Response><Say>Bye</Say></Response>", delay=0.05)}) as s:
        calls = [s.start() for _ in range(200)]
        s.simulator.wait_until_quiet()
        assert all(s.heard(call)[-1] == "Bye" for call in calls)


def test_the_command_takes_its_account_from_the_environment(monkeypatch):
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "secret")
    parser = build_parser()
    options = parser.parse_args(["--speed", "max", "--number", FROM])
    assert (options.account_sid, options.auth_token, options.number) == ("AC1", "secret", FROM)
    assert (options.host, options.port, options.speed) == ("127.0.0.1", 8091, 0)
    assert parser.parse_args([]).speed == 20


def test_it_runs_as_a_process_of_its_own():
    command = [sys.executable, "-m", "devtools.phone_simulator", "--port", "0", "--speed", "max"]
    environment = {**os.environ, "TWILIO_ACCOUNT_SID": "AC" + "7" * 32, "TWILIO_AUTH_TOKEN": "token"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        assert process.stdout
        url = process.stdout.readline().split(": ")[1].split()[0]
        assert requests.get(url + "/simulator/calls", timeout=5).json() == {"calls": []}
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
