"""What goes wrong between the network and the application, and is meant to."""

import time
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from devtools.phone_simulator import faults as module
from devtools.phone_simulator.callees.callee import Reaction
from devtools.phone_simulator.faults import FAULTS
from devtools.phone_simulator.server import build_parser
from devtools.tests.phone_simulator.test_stage import FROM, TO, Puppet, Stage, stage

ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
RECORD = "<Record action='/act' recordingStatusCallback='/recorded' recordingStatusCallbackEvent='completed absent'/>"


def call(s: Stage, **options: Any) -> Any:
    return s.call(status_callback=s.app.url + "/status", status_callback_event=ALL_EVENTS, **options)


def numbers(s: Stage) -> list[str]:
    return [params["SequenceNumber"] for params in s.asked("/status")]


def struck(s: Stage) -> dict[str, int]:
    faults = requests.get(s.simulator.url + "/simulator/faults", timeout=5).json()["faults"]
    return {fault["name"]: fault["struck"] for fault in faults if fault["struck"]}


# ── callbacks ──


def test_every_callback_comes_twice():
    with stage("", faults={"twice": True}) as s:
        made = call(s)
        assert numbers(s) == ["0", "0", "1", "1", "2", "2", "3", "3"]
        assert s.paths.count("/voice") == 1  # what the call waits for is no callback
        assert [entry["name"] for entry in s.logged(made, "fault")] == ["twice"] * 4
        assert struck(s) == {"twice": 4}


def test_callbacks_overtake_each_other():
    with stage("", faults={"out-of-order": True}) as s:
        call(s)
        order = numbers(s)
    assert sorted(order) == ["0", "1", "2", "3"]
    assert order.index("1") < order.index("0")
    assert order.index("3") < order.index("2")


def test_a_callback_that_nothing_overtakes_comes_in_the_end(monkeypatch):
    monkeypatch.setattr(module, "HELD", 0.05)
    with stage("", faults={"out-of-order": True}) as s:
        s.call(status_callback=s.app.url + "/status")
        assert numbers(s) == ["0"]


def test_callbacks_come_late_and_do_not_hold_up_the_call():
    with stage("", faults={"late": 0.3}) as s:
        began = time.monotonic()
        made = s.start(status_callback=s.app.url + "/status")
        while s.client.calls(made.sid).fetch().status != "completed":
            assert time.monotonic() < began + 0.3
        assert s.asked("/status") == []
        s.simulator.wait_until_quiet()
        assert time.monotonic() > began + 0.3
        assert numbers(s) == ["0"]


def test_callbacks_get_lost_always_the_same_ones():
    arrived = []
    for _ in range(2):
        with stage("", faults={"lost": 0.5}) as s:
            made = call(s)
            arrived.append(numbers(s))
            assert len(s.logged(made, "fault")) == 4 - len(arrived[-1])
    assert arrived[0] == arrived[1]
    assert 0 < len(arrived[0]) < 4


def test_what_is_lost_does_not_come_twice():
    with stage("", faults={"lost": 1, "twice": True, "late": 0.01}) as s:
        call(s)
        assert numbers(s) == []
        assert struck(s) == {"lost": 4}


# ── recordings ──


def test_recordings_turn_out_absent():
    with stage(RECORD, Puppet([Reaction(words="I did say something")]), faults={"absent": True}) as s:
        made = s.call()
        assert len(s.asked("/act")) == 1
        (callback,) = s.asked("/recorded")
        assert (callback["RecordingStatus"], callback["ErrorCode"]) == ("absent", "16102")
        assert s.client.recordings(callback["RecordingSid"]).fetch().status == "absent"
        assert s.logged(made, "fault")[0]["of"] == "recording"


def test_audio_is_not_found_at_first():
    with stage(RECORD, Puppet([Reaction(words="I did say something")]), faults={"media-404": 0.4}, spoken=False) as s:
        s.call()
        url = s.asked("/act")[0]["RecordingUrl"]
        auth = (s.simulator.account_sid, s.simulator.auth_token)
        assert requests.get(url, auth=auth, timeout=5).status_code == 404
        time.sleep(0.4)
        assert requests.get(url, auth=auth, timeout=5).status_code == 200
        assert struck(s) == {"media-404": 1}


def test_audio_breaks_off_in_the_middle():
    faults = {"media-truncated": 1}
    with stage(RECORD, Puppet([Reaction(words="I did say something")]), faults=faults, spoken=False) as s:
        s.call()
        url = s.asked("/act")[0]["RecordingUrl"] + ".wav"
        auth = (s.simulator.account_sid, s.simulator.auth_token)
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            requests.get(url, auth=auth, timeout=5)
        assert requests.get(url, auth=auth, timeout=5).content.startswith(b"RIFF")
        assert struck(s) == {"media-truncated": 1}


# ── the REST API ──


@pytest.mark.parametrize(("fault", "status", "code"), [("rest-429", 429, 20429), ("rest-500", 500, 20500)])
def test_the_rest_api_refuses_so_many_requests(fault, status, code):
    with stage("", faults={fault: 2}) as s:
        for _ in range(2):
            with pytest.raises(TwilioRestException) as error:
                s.start()
            assert (error.value.status, error.value.code) == (status, code)
        assert s.client.calls.list() == []
        assert s.call().status == "completed"
        assert struck(s) == {fault: 2}


def test_the_rest_api_refuses_until_it_is_told_not_to():
    with stage("", faults={"rest-429": True}) as s:
        assert [place(s).status_code for _ in range(3)] == [429] * 3
        put(s, {})
        assert place(s).status_code == 201
        s.simulator.wait_until_quiet()


def place(s: Stage) -> requests.Response:
    url = f"{s.simulator.url}/2010-04-01/Accounts/{s.simulator.account_sid}/Calls.json"
    form = {"To": TO, "From": FROM, "Url": s.app.url + "/voice"}
    return requests.post(url, data=form, auth=(s.simulator.account_sid, s.simulator.auth_token), timeout=0.5)


def test_the_rest_api_does_not_answer():
    with stage("", faults={"rest-hang": 1}) as s:
        with pytest.raises(requests.ReadTimeout):
            place(s)
        assert s.client.calls.list() == []


def test_the_rest_api_dies_after_it_has_accepted_a_call():
    with stage("<Say>Hello</Say>", faults={"rest-dies": 1}) as s:
        with pytest.raises(requests.ConnectionError):
            place(s)
        s.simulator.wait_until_quiet()
        (made,) = s.client.calls.list()
        assert (made.status, s.heard(made)) == ("completed", ["Hello"])
        assert s.logged(made, "fault")[0]["name"] == "rest-dies"
        assert place(s).status_code == 201


def test_the_rest_api_places_a_call_and_breaks_off_while_it_says_so():
    with stage("<Say>Hello</Say>", faults={"rest-truncated": 1}) as s:
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            place(s)
        s.simulator.wait_until_quiet()
        (made,) = s.client.calls.list()
        assert (made.status, s.heard(made)) == ("completed", ["Hello"])
        assert struck(s) == {"rest-truncated": 1}


# ── switching ──


def put(s: Stage, wanted: Any) -> requests.Response:
    return requests.put(s.simulator.url + "/simulator/faults", json=wanted, timeout=5)


def active(answer: requests.Response) -> dict[str, Any]:
    return {fault["name"]: fault["active"] for fault in answer.json()["faults"] if fault["active"]}


def test_faults_are_switched_all_at_once():
    with stage("") as s:
        assert active(put(s, {"late": 3, "twice": True, "lost": True, "rest-429": 2, "absent": False})) == {
            "late": 3,
            "twice": True,
            "lost": 0.2,
            "rest-429": 2,
        }
        assert active(put(s, {"rest-500": True})) == {"rest-500": True}
        assert active(put(s, {})) == {}


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"fire": True}, "out-of-order"),
        ({"late": "soon"}, "not a number"),
        ({"late": 0}, "seconds"),
        ({"lost": 1.5}, "probability"),
        ({"twice": 3}, "on or off"),
        ({"late": None}, "not a number"),
        (["late"], "object"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(wanted, reason):
    with stage("", faults={"twice": True}) as s:
        answer = put(s, wanted)
        assert (answer.status_code, reason in answer.json()["detail"]) == (400, True)
        assert active(requests.get(s.simulator.url + "/simulator/faults", timeout=5)) == {"twice": True}


def test_faults_are_switched_by_flags(capsys):
    parser = build_parser()
    assert parser.parse_args([]).fault == []
    options = parser.parse_args(["--fault", "twice", "--fault", "late=3"])
    assert dict(options.fault) == {"twice": True, "late": "3"}
    for wrong in ("fire", "late=soon", "lost=2"):
        with pytest.raises(SystemExit):
            parser.parse_args(["--fault", wrong])
        assert wrong.split("=")[0] in capsys.readouterr().err


def test_every_fault_says_what_it_does():
    assert all(fault.does and fault.unit in {"", "seconds", "probability", "requests"} for fault in FAULTS.values())
