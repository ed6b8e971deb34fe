"""A call of a human at the phone page, without the browser."""

import io
import json
import math
import time
import wave
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from devtools.phone_simulator.callees import human_callee
from devtools.phone_simulator.callees.callee import Pickup
from devtools.phone_simulator.calls.audio import InvalidUpload, cut_wav
from devtools.phone_simulator.phone_page import page_actions
from devtools.tests.phone_simulator.rig import ScriptedCallee, ScriptedReply, SimulatorRig, open_rig

CONSENT = '<Gather input="dtmf speech" numDigits="1" action="/consent"><Say>Do you agree? Press 1.</Say></Gather>'
RECORD = (
    '<Record action="/act" maxLength="{}" finishOnKey="*#" playBeep="false" recordingStatusCallback="/recorded" '
    'recordingStatusCallbackEvent="completed absent" transcribeCallback="/transcribed"/><Redirect>/silent</Redirect>'
)
WINDOW = "window 1"


def tone(seconds: float, rate: int = 8000) -> bytes:
    """Return a WAV as the page records it."""
    samples = array("h", (int(9000 * math.sin(i / 3)) for i in range(int(seconds * rate))))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return file.getvalue()


class PageClient:
    """A client of the phone page's HTTP interface, with the state from its stream."""

    def __init__(self, rig: SimulatorRig) -> None:
        self.rig = rig
        self.calls: dict[str, Any] = {}
        self.state: dict[str, Any] = {}
        self._stream = requests.get(rig.url + "/simulator/stream", stream=True, timeout=5)
        self._lines = self._stream.iter_lines(chunk_size=1)
        self.read_event()

    def read_event(self) -> None:
        line = next(line for line in self._lines if line.startswith(b"data: "))
        self.state = json.loads(line.removeprefix(b"data: "))
        self.calls.update({call["sid"]: call for call in self.state["calls"]})

    def read_until(self, condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 5
        while not (result := condition()):
            assert time.monotonic() < deadline
            self.read_event()
        return result

    def receive_call(self, **options: Any) -> "CallClient":
        """Place a call that this page may answer, and return it once it rings."""
        url = self.rig.url + "/simulator/answering"
        requests.put(url, data={"on": "true"}, timeout=5).raise_for_status()
        return self.ringing_call(self.rig.start_call(**options).sid)

    def ringing_call(self, sid: str) -> "CallClient":
        self.read_until(lambda: self.calls.get(sid, {}).get("status") == "ringing")
        return CallClient(self, sid)

    def close(self) -> None:
        self._stream.close()


class CallClient:
    """The actions of the page on one call."""

    def __init__(self, page: PageClient, sid: str) -> None:
        self.page, self.sid = page, sid

    def post(self, action: str, audio: bytes = b"", **form: Any) -> requests.Response:
        files = {"audio": ("a.wav", audio)} if audio else None
        url = f"{self.page.rig.url}/simulator/calls/{self.sid}/{action}"
        return requests.post(url, data=form, files=files, timeout=5)

    def pick_up(self) -> "CallClient":
        assert self.post("pick-up", page=WINDOW).status_code == 204
        return self

    def wait_for_turn(self, verb: str) -> dict[str, Any]:
        def current_turn() -> Any:
            turn = self.page.calls[self.sid]["turn"]
            return turn if turn and turn["verb"] == verb else None

        turn: dict[str, Any] = self.page.read_until(current_turn)
        return turn

    def react(self, verb: str, audio: bytes = b"", **form: Any) -> requests.Response:
        return self.post("react", audio, turn=self.wait_for_turn(verb)["number"], **form)

    def finished(self) -> Any:
        """Return the call once it has ended."""
        self.page.rig.simulator.wait_until_idle()
        return self.page.rig.client.calls(self.sid).fetch()

    def events(self) -> list[str]:
        return [entry["event"] for entry in self.page.rig.simulator.network.calls[self.sid].log]


@contextmanager
def open_page(scripts: Any, **options: Any) -> Iterator[PageClient]:
    with open_rig(scripts, **options) as rig:
        page = PageClient(rig)
        try:
            yield page
        finally:
            page.close()


# ── picking up ──


def test_human_answers_in_real_time() -> None:
    with open_page("<Say>Hello</Say>", speed=50) as page:
        call = page.receive_call()
        time.sleep(0.3)  # 15 simulated seconds, enough for every persona to pick up
        assert page.rig.client.calls(call.sid).fetch().status == "ringing"
        turn = call.pick_up().wait_for_turn("say")
        assert (page.calls[call.sid]["page"], page.calls[call.sid]["persona"]) == (WINDOW, "you")
        assert call.post("heard", turn=turn["number"]).status_code == 204
        assert call.finished().status == "completed"
        assert int(call.finished().duration) <= 1


def test_declined_call_is_busy() -> None:
    with open_page("<Say>Not spoken</Say>") as page:
        call = page.receive_call(status_callback=page.rig.app.url + "/status")
        call.post("decline")
        assert call.finished().status == "busy"
        assert page.rig.requests_to("/status")[0]["SipResponseCode"] == "486"
        refusal = call.post("pick-up")
        assert (refusal.status_code, refusal.json()["code"]) == (409, page_actions.NOT_RINGING)


def test_ignored_call_is_unanswered() -> None:
    with open_page("<Say>Not spoken</Say>") as page:
        assert page.receive_call(timeout=1).finished().status == "no-answer"


def test_human_takes_over_from_persona() -> None:
    callee = ScriptedCallee(pickup=Pickup(ring_seconds=20))
    with open_page("<Say>Hello</Say>", callee=callee, speed=10) as page:
        call = page.ringing_call(page.rig.start_call().sid)
        assert page.calls[call.sid]["persona"] == "scripted"
        turn = call.pick_up().wait_for_turn("say")
        call.post("heard", turn=turn["number"])
        call.finished()
    assert callee.prompts == []


def test_personas_answer_by_default() -> None:
    with open_page("<Say>Hello</Say>") as page:
        requests.put(page.rig.url + "/simulator/answering", data={"on": "false"}, timeout=5)
        assert page.rig.complete_call().status == "completed"
        page.read_until(lambda: not page.state["answering"])


# ── keys and speech ──


def test_key_interrupts_prompt() -> None:
    with open_page({"/voice": CONSENT, "/consent": ""}) as page:
        call = page.receive_call().pick_up()
        assert call.wait_for_turn("gather")["prompt_seconds"] == 2
        assert call.react("gather", keys="1").status_code == 204
        call.finished()
        assert page.rig.requests_to("/consent")[0]["Digits"] == "1"
        refusal = call.post("hang-up")
        assert (refusal.status_code, refusal.json()["code"]) == (409, page_actions.NOT_ON_THE_CALL)


def test_keys_arrive_one_by_one() -> None:
    with open_page({"/voice": '<Gather action="/consent" timeout="5"/>', "/consent": ""}) as page:
        call = page.receive_call().pick_up()
        for key in "42#":
            assert call.react("gather", keys=key).status_code == 204
        call.finished()
        params = page.rig.requests_to("/consent")[0]
        assert (params["Digits"], params["FinishedOnKey"]) == ("42", "#")


def test_timeout_sends_incomplete_keys() -> None:
    with open_page({"/voice": '<Gather action="/consent" timeout="1" numDigits="4"/>', "/consent": ""}) as page:
        call = page.receive_call().pick_up()
        call.react("gather", keys="4")
        call.finished()
        assert page.rig.requests_to("/consent")[0]["Digits"] == "4"


def test_words_answer_speech_prompt() -> None:
    with open_page({"/voice": CONSENT, "/consent": ""}) as page:
        call = page.receive_call().pick_up()
        call.react("gather", words=" I  agree. ")
        call.finished()
        assert page.rig.requests_to("/consent")[0]["SpeechResult"] == "I agree."


def test_impossible_reactions_are_refused() -> None:
    def refusal_code(response: requests.Response) -> str:
        assert response.status_code == 409
        code: str = response.json()["code"]
        return code

    with open_page({"/voice": '<Say>Hi</Say><Gather action="/act" timeout="1"/>' + RECORD.format(9)}) as page:
        call = page.receive_call().pick_up()
        assert refusal_code(call.react("say")) == page_actions.NOT_YOUR_TURN
        assert refusal_code(call.react("say", keys="1")) == page_actions.KEY_IGNORED
        assert refusal_code(call.react("say", words="Hi")) == page_actions.SPEECH_IGNORED
        call.post("heard", turn=1)
        call.wait_for_turn("gather")
        assert refusal_code(call.post("react", turn=1)) == page_actions.TURN_OVER
        assert refusal_code(call.react("gather", words="Hi")) == page_actions.SPEECH_IGNORED
        assert refusal_code(call.react("record", keys="5")) == page_actions.KEY_IGNORED
        assert refusal_code(call.react("record", audio=b"noise")) == page_actions.INVALID_AUDIO
        call.post("hang-up")
        call.finished()


def test_repeated_prompt_signal_is_ignored() -> None:
    """A page that was reloaded reports the end of the prompt a second time."""
    with open_page({"/voice": CONSENT, "/consent": ""}) as page:
        call = page.receive_call().pick_up()
        number = call.wait_for_turn("gather")["number"]
        for _ in range(2):
            assert call.post("heard", turn=number).ok
        assert call.react("gather", keys="1").ok
        call.finished()
        assert page.rig.requests_to("/consent")[0]["Digits"] == "1"


def test_late_signal_is_ignored() -> None:
    with open_page({"/voice": '<Say>Hi</Say><Gather action="/act" timeout="1"/>'}) as page:
        call = page.receive_call().pick_up()
        call.wait_for_turn("say")
        call.post("heard", turn=1)
        call.wait_for_turn("gather")
        assert call.post("heard", turn=1).ok
        call.post("hang-up")
        call.finished()
        assert call.post("stay", turn=2).ok


# ── recordings ──


def test_typed_answer_is_synthesised() -> None:
    text = "I have worked with many people for many years now"
    with open_page({"/voice": RECORD.format(60), "/act": "<Hangup/>"}) as page:
        call = page.receive_call().pick_up()
        call.react("record", words=text, keys="#")
        call.finished()
        action, callback = page.rig.requests_to("/act")[0], page.rig.requests_to("/recorded")[0]
        assert (action["Digits"], action["RecordingDuration"], callback["RecordingDuration"]) == ("#", "4", "4")
        assert page.rig.requests_to("/transcribed")[0]["TranscriptionText"] == text
        assert call.events().count("callee_spoke") == 1


def test_recorded_answer_is_served_unchanged() -> None:
    audio, text = tone(3.2), "ten words in three seconds are said by a hasty person"
    with open_page({"/voice": RECORD.format(60), "/act": ""}) as page:
        call = page.receive_call().pick_up()
        assert call.react("record", audio, words=text).status_code == 204
        call.finished()
        action = page.rig.requests_to("/act")[0]
        by_twilio = requests.get(action["RecordingUrl"] + ".wav", auth=page.rig.credentials, timeout=5)
        by_page = requests.get(f"{page.rig.url}/simulator/recordings/{action['RecordingSid']}", timeout=5)
        assert by_twilio.content == by_page.content == audio
        silence = 5
        assert (action["RecordingDuration"], action["Digits"]) == (str(3 + silence), "")
        assert page.rig.requests_to("/transcribed")[0]["TranscriptionText"] == text


def test_long_recording_is_cut() -> None:
    with open_page({"/voice": RECORD.format(2), "/act": ""}) as page:
        call = page.receive_call().pick_up()
        call.react("record", tone(3, rate=16_000))
        call.finished()
        action = page.rig.requests_to("/act")[0]
        audio = requests.get(action["RecordingUrl"], auth=page.rig.credentials, timeout=5).content
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getframerate(), file.getnframes()) == (16_000, 32_000)
    assert action["RecordingDuration"] == "2"


@pytest.mark.parametrize("broken", [b"", b"RIFF", tone(1)[:30], tone(0), tone(1).replace(b"\x01\x00", b"\x02\x00", 2)])
def test_invalid_audio_is_rejected(broken: bytes) -> None:
    with pytest.raises(InvalidUpload):
        cut_wav(broken, 60)


def test_silence_falls_through() -> None:
    with open_page({"/voice": RECORD.format(60), "/silent": ""}) as page:
        call = page.receive_call().pick_up()
        call.react("record")
        call.finished()
        assert "/silent" in page.rig.requested_paths
        assert page.rig.requests_to("/recorded")[0]["RecordingStatus"] == "absent"


def test_activity_postpones_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human_callee, "THINKING_SECONDS", 0.4)
    document = RECORD.format(60).replace("<Record ", '<Record timeout="0" ')
    with open_page({"/voice": document, "/silent": ""}) as page:
        call = page.receive_call().pick_up()
        number = call.wait_for_turn("record")["number"]
        for _ in range(4):
            time.sleep(0.2)
            assert call.post("stay", turn=number).status_code == 204
        assert "/silent" not in page.rig.requested_paths
        call.finished()
        assert "/silent" in page.rig.requested_paths


def test_closed_page_does_not_block_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human_callee, "PAGE_GONE_SECONDS", 0)
    with open_page("<Say>Bye</Say>") as page:
        assert page.receive_call().pick_up().finished().status == "completed"


# ── hanging up ──


def test_hangup_delivers_answer() -> None:
    with open_page({"/voice": RECORD.format(60), "/act": "<Say>Not spoken</Say>"}) as page:
        call = page.receive_call().pick_up()
        call.wait_for_turn("record")
        call.post("hang-up", tone(2), words="I have to go")
        call.finished()
        assert [params["Digits"] for params in page.rig.requests_to("/act")] == ["hangup"]
        assert page.rig.requests_to("/recorded")[0]["RecordingDuration"] == "2"
        assert "prompt_spoken" not in call.events()


@pytest.mark.parametrize("document", ["<Say>A long story</Say>", "<Pause length='60'/>", CONSENT])
def test_hangup_interrupts_every_verb(document: str) -> None:
    with open_page({"/voice": document}) as page:
        call = page.receive_call().pick_up()
        page.read_until(lambda: "reply" in call.events())
        call.post("hang-up")
        assert call.finished().status == "completed"
        assert call.events().count("hangup") == 1


def test_hangup_during_request_is_final() -> None:
    reply = ScriptedReply("<Response><Say>Not spoken</Say></Response>", delay=0.4)
    with open_page({"/voice": reply}) as page:
        call = page.receive_call().pick_up()
        page.read_until(lambda: page.calls[call.sid]["status"] == "in-progress")
        call.post("hang-up")
        assert call.finished().status == "completed"
        assert "prompt_spoken" not in call.events()
