"""The injected faults between the network and the application."""

import time
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from devtools.phone_simulator import faults
from devtools.phone_simulator.callees.callee import Reaction
from devtools.phone_simulator.server import build_parser
from devtools.tests.phone_simulator.rig import (
    ALL_EVENTS,
    FROM,
    TO,
    ScriptedCallee,
    SimulatorRig,
    open_rig,
    wait_until,
)

RECORD = "<Record action='/act' recordingStatusCallback='/recorded' recordingStatusCallbackEvent='completed absent'/>"


def talking_callee() -> ScriptedCallee:
    return ScriptedCallee([Reaction("I did say something")])


def complete_reported_call(rig: SimulatorRig) -> Any:
    callback = rig.app.url + "/status"
    return rig.complete_call(status_callback=callback, status_callback_event=list(ALL_EVENTS))


def sequence_numbers(rig: SimulatorRig) -> list[str]:
    return [params["SequenceNumber"] for params in rig.requests_to("/status")]


def list_faults(rig: SimulatorRig) -> requests.Response:
    return requests.get(rig.url + "/simulator/faults", timeout=5)


def put_faults(rig: SimulatorRig, body: Any) -> requests.Response:
    return requests.put(rig.url + "/simulator/faults", json=body, timeout=5)


def applied_counts(rig: SimulatorRig) -> dict[str, int]:
    return {fault["name"]: fault["applied"] for fault in list_faults(rig).json()["faults"] if fault["applied"]}


def active_values(response: requests.Response) -> dict[str, Any]:
    return {fault["name"]: fault["active"] for fault in response.json()["faults"] if fault["active"]}


# ── callbacks ──


def test_twice_doubles_callbacks() -> None:
    with open_rig("", faults={"twice": True}) as rig:
        call = complete_reported_call(rig)
        assert sorted(sequence_numbers(rig)) == ["0", "0", "1", "1", "2", "2", "3", "3"]  # a copy may arrive late
        assert rig.requested_paths.count("/voice") == 1  # requests that the call waits for are no callbacks
        assert [entry["name"] for entry in rig.logged_events(call, "fault")] == ["twice"] * 4
        assert applied_counts(rig) == {"twice": 4}


def test_out_of_order_swaps_callbacks() -> None:
    with open_rig("", faults={"out-of-order": True}) as rig:
        complete_reported_call(rig)
        order = sequence_numbers(rig)
    assert sorted(order) == ["0", "1", "2", "3"]
    assert order.index("1") < order.index("0")
    assert order.index("3") < order.index("2")


def test_out_of_order_delivers_last_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "REORDER_WAIT_SECONDS", 0.05)
    with open_rig("", faults={"out-of-order": True}) as rig:
        rig.complete_call(status_callback=rig.app.url + "/status")
        assert sequence_numbers(rig) == ["0"]


def test_late_callbacks_do_not_delay_call() -> None:
    with open_rig("", faults={"late": 0.5}) as rig:
        call = rig.start_call(status_callback=rig.app.url + "/status")
        wait_until(lambda: rig.client.calls(call.sid).fetch().status == "completed")
        assert rig.requests_to("/status") == []
        rig.simulator.wait_until_idle()
        assert sequence_numbers(rig) == ["0"]


def test_lost_callbacks_are_reproducible() -> None:
    arrived = []
    for _ in range(2):
        with open_rig("", faults={"lost": 0.5}) as rig:
            call = complete_reported_call(rig)
            arrived.append(sequence_numbers(rig))
            assert len(rig.logged_events(call, "fault")) == 4 - len(arrived[-1])
    assert arrived[0] == arrived[1]
    assert 0 < len(arrived[0]) < 4


def test_lost_overrides_other_faults() -> None:
    with open_rig("", faults={"lost": 1, "twice": True, "late": 0.01}) as rig:
        complete_reported_call(rig)
        assert sequence_numbers(rig) == []
        assert applied_counts(rig) == {"lost": 4}


# ── recordings ──


def test_absent_drops_recording() -> None:
    with open_rig(RECORD, talking_callee(), faults={"absent": True}) as rig:
        call = rig.complete_call()
        assert len(rig.requests_to("/act")) == 1
        (callback,) = rig.requests_to("/recorded")
        assert (callback["RecordingStatus"], callback["ErrorCode"]) == ("absent", "16102")
        assert rig.client.recordings(callback["RecordingSid"]).fetch().status == "absent"
        assert rig.logged_events(call, "fault")[0]["target"] == "recording"


def test_media_404_hides_new_audio() -> None:
    with open_rig(RECORD, talking_callee(), faults={"media-404": 0.4}, synthesize_speech=False) as rig:
        rig.complete_call()
        url = rig.requests_to("/act")[0]["RecordingUrl"]
        assert requests.get(url, auth=rig.credentials, timeout=5).status_code == 404
        time.sleep(0.4)
        assert requests.get(url, auth=rig.credentials, timeout=5).status_code == 200
        assert applied_counts(rig) == {"media-404": 1}


def test_media_truncated_cuts_audio() -> None:
    with open_rig(RECORD, talking_callee(), faults={"media-truncated": 1}, synthesize_speech=False) as rig:
        rig.complete_call()
        url = rig.requests_to("/act")[0]["RecordingUrl"] + ".wav"
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            requests.get(url, auth=rig.credentials, timeout=5)
        assert requests.get(url, auth=rig.credentials, timeout=5).content.startswith(b"RIFF")
        assert applied_counts(rig) == {"media-truncated": 1}


# ── the REST API ──


def post_call(rig: SimulatorRig) -> requests.Response:
    url = f"{rig.url}/2010-04-01/Accounts/{rig.simulator.account_sid}/Calls.json"
    form = {"To": TO, "From": FROM, "Url": rig.app.url + "/voice"}
    return requests.post(url, data=form, auth=rig.credentials, timeout=0.5)


@pytest.mark.parametrize(("fault", "status", "code"), [("rest-429", 429, 20429), ("rest-500", 500, 20500)])
def test_rest_errors_end_after_count(fault: str, status: int, code: int) -> None:
    with open_rig("", faults={fault: 2}) as rig:
        for _ in range(2):
            with pytest.raises(TwilioRestException) as error:
                rig.start_call()
            assert (error.value.status, error.value.code) == (status, code)
        assert rig.client.calls.list() == []
        assert rig.complete_call().status == "completed"
        assert applied_counts(rig) == {fault: 2}


def test_rest_errors_last_until_switched_off() -> None:
    with open_rig("", faults={"rest-429": True}) as rig:
        assert [post_call(rig).status_code for _ in range(3)] == [429] * 3
        put_faults(rig, {})
        assert post_call(rig).status_code == 201
        rig.simulator.wait_until_idle()


def test_rest_hang_does_not_respond() -> None:
    with open_rig("", faults={"rest-hang": 1}) as rig:
        with pytest.raises(requests.ReadTimeout):
            post_call(rig)
        assert rig.client.calls.list() == []


def test_rest_dies_places_call() -> None:
    with open_rig("<Say>Hello</Say>", faults={"rest-dies": 1}) as rig:
        with pytest.raises(requests.ConnectionError):
            post_call(rig)
        rig.simulator.wait_until_idle()
        (call,) = rig.client.calls.list()
        assert (call.status, rig.spoken_prompts(call)) == ("completed", ["Hello"])
        assert rig.logged_events(call, "fault")[0]["name"] == "rest-dies"
        assert post_call(rig).status_code == 201


def test_rest_truncated_places_call() -> None:
    with open_rig("<Say>Hello</Say>", faults={"rest-truncated": 1}) as rig:
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            post_call(rig)
        rig.simulator.wait_until_idle()
        (call,) = rig.client.calls.list()
        assert (call.status, rig.spoken_prompts(call)) == ("completed", ["Hello"])
        assert applied_counts(rig) == {"rest-truncated": 1}


# ── switching ──


def test_put_replaces_active_faults() -> None:
    with open_rig("") as rig:
        body = {"late": 3, "twice": True, "lost": True, "rest-429": 2, "absent": False}
        assert active_values(put_faults(rig, body)) == {"late": 3, "twice": True, "lost": 0.2, "rest-429": 2}
        assert active_values(put_faults(rig, {"rest-500": True})) == {"rest-500": True}
        assert active_values(put_faults(rig, {})) == {}


@pytest.mark.parametrize(
    "body",
    [{"fire": True}, {"late": "soon"}, {"late": 0}, {"lost": 1.5}, {"twice": 3}, {"late": None}, ["late"]],
)
def test_invalid_faults_are_rejected(body: Any) -> None:
    with open_rig("", faults={"twice": True}) as rig:
        response = put_faults(rig, body)
        assert (response.status_code, response.json()["code"]) == (400, "invalid_faults")
        assert active_values(list_faults(rig)) == {"twice": True}


def test_flags_activate_faults(capsys: pytest.CaptureFixture[str]) -> None:
    parser = build_parser()
    assert parser.parse_args([]).fault == []
    options = parser.parse_args(["--fault", "twice", "--fault", "late=3"])
    assert dict(options.fault) == {"twice": True, "late": "3"}
    for invalid in ("fire", "late=soon", "lost=2"):
        with pytest.raises(SystemExit):
            parser.parse_args(["--fault", invalid])
        assert invalid.partition("=")[0] in capsys.readouterr().err


def test_faults_have_descriptions() -> None:
    units = {"", "seconds", "probability", "requests"}
    assert all(fault.description and fault.unit in units for fault in faults.FAULTS.values())
