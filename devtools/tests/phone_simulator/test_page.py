"""A person's call, as the phone page conducts it over HTTP: everything but the browser."""

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
from devtools.phone_simulator.calls.audio import clip
from devtools.tests.phone_simulator.test_stage import Answer, Puppet, Stage, stage

CONSENT = '<Gather input="dtmf speech" numDigits="1" action="/may"><Say>Do you agree? Press 1.</Say></Gather>'
RECORD = (
    '<Record action="/took" maxLength="{}" finishOnKey="*#" playBeep="false" recordingStatusCallback="/recorded" '
    'recordingStatusCallbackEvent="completed absent" transcribeCallback="/transcribed"/><Redirect>/silent</Redirect>'
)


def tone(seconds: float, rate: int = 8000) -> bytes:
    """A recording as the page makes it."""
    samples = array("h", (int(9000 * math.sin(i / 3)) for i in range(int(seconds * rate))))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return file.getvalue()


class Page:
    """The phone page, followed by its stream."""

    def __init__(self, s: Stage):
        self.stage, self.url = s, s.simulator.url
        self.calls: dict[str, Any] = {}
        self.news: dict[str, Any] = {}
        self._stream = requests.get(self.url + "/simulator/stream", stream=True, timeout=5)
        self._lines = self._stream.iter_lines(chunk_size=1)
        self.read()

    def read(self) -> None:
        line = next(line for line in self._lines if line.startswith(b"data: "))
        self.news = json.loads(line.removeprefix(b"data: "))
        self.calls.update({call["sid"]: call for call in self.news["calls"]})

    def until(self, condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 5
        while not (result := condition()):
            assert time.monotonic() < deadline
            self.read()
        return result

    def ring(self, **options: Any) -> "Phone":
        """A call that waits for this page's person."""
        requests.put(self.url + "/simulator/answering", data={"on": "true"}, timeout=5).raise_for_status()
        return self.phone(self.stage.start(**options).sid)

    def phone(self, sid: str) -> "Phone":
        self.until(lambda: self.calls.get(sid, {}).get("status") == "ringing")
        return Phone(self, sid)

    def close(self) -> None:
        self._stream.close()


class Phone:
    """One ringing call, in the person's hands."""

    def __init__(self, page: Page, sid: str):
        self.page, self.sid = page, sid

    def do(self, deed: str, audio: bytes = b"", **form: Any) -> requests.Response:
        files = {"audio": ("a.wav", audio)} if audio else None
        return requests.post(f"{self.page.url}/simulator/calls/{self.sid}/{deed}", data=form, files=files, timeout=5)

    def pick_up(self) -> "Phone":
        assert self.do("pick-up", page="window 1").status_code == 204
        return self

    def turn(self, verb: str, after: int = 0) -> dict[str, Any]:
        """What the person is asked to do, once that is something with this verb."""

        def current() -> Any:
            turn = self.page.calls[self.sid]["turn"]
            return turn if turn and turn["verb"] == verb and turn["number"] > after else None

        found: dict[str, Any] = self.page.until(current)
        return found

    def react(self, verb: str, audio: bytes = b"", **form: Any) -> requests.Response:
        return self.do("react", audio, turn=self.turn(verb)["number"], **form)

    def over(self) -> Any:
        """The call, once all of it is over."""
        self.page.stage.simulator.wait_until_quiet()
        return self.page.stage.client.calls(self.sid).fetch()


@contextmanager
def page(scripts: Any, **options: Any) -> Iterator[Page]:
    with stage(scripts, **options) as s:
        opened = Page(s)
        try:
            yield opened
        finally:
            opened.close()


def events(p: Page, phone: Phone) -> list[str]:
    return [entry["event"] for entry in p.stage.simulator.network.calls[phone.sid].log]


# ── picking up, or not ──


def test_nobody_but_the_person_picks_up_and_time_is_real_for_them():
    with page("<Say>Hello</Say>", speed=50) as p:
        phone = p.ring()
        time.sleep(0.3)  # 15 simulated seconds, at which any persona would have picked up
        assert p.stage.client.calls(phone.sid).fetch().status == "ringing"
        turn = phone.pick_up().turn("say")
        assert (p.calls[phone.sid]["page"], p.calls[phone.sid]["persona"]) == ("window 1", "you")
        assert phone.do("heard", turn=turn["number"]).status_code == 204
        assert phone.over().status == "completed"
        assert int(phone.over().duration) <= 1


def test_a_person_can_decline():
    with page("<Say>Never heard</Say>") as p:
        phone = p.ring(status_callback=p.stage.app.url + "/status")
        phone.do("decline")
        assert phone.over().status == "busy"
        assert p.stage.asked("/status")[0]["SipResponseCode"] == "486"
        assert phone.do("pick-up").status_code == 409


def test_a_person_can_let_it_ring():
    with page("<Say>Never heard</Say>") as p:
        assert p.ring(timeout=1).over().status == "no-answer"


def test_a_person_can_take_a_ringing_call_from_its_persona():
    puppet = Puppet(pickup=Pickup(rings=20))
    with page("<Say>Hello</Say>", puppet=puppet, speed=10) as p:
        phone = p.phone(p.stage.start().sid)
        assert p.calls[phone.sid]["persona"] == "puppet"
        turn = phone.pick_up().turn("say")
        phone.do("heard", turn=turn["number"])
        phone.over()
    assert puppet.moments == []


def test_without_the_switch_personas_answer():
    with page("<Say>Hello</Say>") as p:
        requests.put(p.url + "/simulator/answering", data={"on": "false"}, timeout=5)
        assert p.stage.client.calls(p.stage.call().sid).fetch().status == "completed"
        p.until(lambda: not p.news["answering"])


# ── keys and words ──


def test_a_key_counts_while_the_question_is_still_being_spoken():
    with page({"/voice": CONSENT, "/may": ""}) as p:
        phone = p.ring().pick_up()
        assert phone.turn("gather")["prompt"] == 2
        assert phone.react("gather", keys="1").status_code == 204
        phone.over()
        assert p.stage.asked("/may")[0]["Digits"] == "1"
        assert phone.do("hang-up").status_code == 409


def test_several_keys_come_one_by_one():
    with page({"/voice": '<Gather action="/may" timeout="5"/>', "/may": ""}) as p:
        phone = p.ring().pick_up()
        for key in "42#":
            assert phone.react("gather", keys=key).status_code == 204
        phone.over()
        assert (p.stage.asked("/may")[0]["Digits"], p.stage.asked("/may")[0]["FinishedOnKey"]) == ("42", "#")


def test_keys_that_stay_too_few_are_sent_after_the_timeout():
    with page({"/voice": '<Gather action="/may" timeout="1" numDigits="4"/>', "/may": ""}) as p:
        phone = p.ring().pick_up()
        phone.react("gather", keys="4")
        phone.over()
        assert p.stage.asked("/may")[0]["Digits"] == "4"


def test_words_answer_where_speech_is_listened_to():
    with page({"/voice": CONSENT, "/may": ""}) as p:
        phone = p.ring().pick_up()
        phone.react("gather", words=" I  agree. ")
        phone.over()
        assert p.stage.asked("/may")[0]["SpeechResult"] == "I agree."


def test_what_nobody_listens_to_is_refused_with_the_reason():
    with page({"/voice": '<Say>Hi</Say><Gather action="/may" timeout="1"/>' + RECORD.format(9)}) as p:
        phone = p.ring().pick_up()
        assert "not your turn" in phone.react("say").json()["detail"]
        assert "key" in phone.react("say", keys="1").json()["detail"]
        assert "words" in phone.react("say", words="Hi").json()["detail"]
        phone.do("heard", turn=1)
        phone.turn("gather")
        assert "moved on" in phone.do("react", turn=1).json()["detail"]
        assert "words" in phone.react("gather", words="Hi").json()["detail"]
        assert "key" in phone.react("record", keys="5").json()["detail"]
        assert "WAV" in phone.react("record", audio=b"noise").json()["detail"]
        phone.do("hang-up")
        phone.over()


def test_a_page_that_was_loaded_again_may_say_a_second_time_that_the_question_was_heard():
    with page({"/voice": CONSENT, "/may": ""}) as p:
        phone = p.ring().pick_up()
        number = phone.turn("gather")["number"]
        for _ in range(2):
            assert phone.do("heard", turn=number).ok
        assert phone.react("gather", keys="1").ok
        phone.over()
        assert p.stage.asked("/may")[0]["Digits"] == "1"


def test_a_sign_from_the_page_that_comes_too_late_is_no_mistake():
    with page({"/voice": '<Say>Hi</Say><Gather action="/may" timeout="1"/>'}) as p:
        phone = p.ring().pick_up()
        phone.turn("say")
        phone.do("heard", turn=1)
        phone.turn("gather")
        assert phone.do("heard", turn=1).ok
        phone.do("hang-up")
        phone.over()
        assert phone.do("stay", turn=2).ok


# ── answers ──


def test_a_typed_answer_is_spoken_by_a_machine_and_transcribed_as_typed():
    with page({"/voice": RECORD.format(60), "/took": "<Hangup/>"}) as p:
        phone = p.ring().pick_up()
        words = "I have worked with many people for many years now"
        phone.react("record", words=words, keys="#")
        phone.over()
        took, recorded = p.stage.asked("/took")[0], p.stage.asked("/recorded")[0]
        assert (took["Digits"], took["RecordingDuration"], recorded["RecordingDuration"]) == ("#", "4", "4")
        assert p.stage.asked("/transcribed")[0]["TranscriptionText"] == words
        assert events(p, phone).count("said") == 1


def test_a_recorded_answer_is_served_as_it_was_recorded():
    sound, words = tone(3.2), "ten words in three seconds are said by a hasty person"
    with page({"/voice": RECORD.format(60), "/took": ""}) as p:
        phone = p.ring().pick_up()
        assert phone.react("record", sound, words=words).status_code == 204
        phone.over()
        took = p.stage.asked("/took")[0]
        auth = (p.stage.simulator.account_sid, p.stage.simulator.auth_token)
        assert requests.get(took["RecordingUrl"] + ".wav", auth=auth, timeout=5).content == sound
        on_page = requests.get(f"{p.url}/simulator/recordings/{took['RecordingSid']}", timeout=5)
        assert on_page.content == sound
        assert (took["RecordingDuration"], took["Digits"]) == ("3", "")
        assert p.stage.asked("/transcribed")[0]["TranscriptionText"] == words


def test_a_recording_is_cut_at_the_longest_time():
    with page({"/voice": RECORD.format(2), "/took": ""}) as p:
        phone = p.ring().pick_up()
        phone.react("record", tone(3, rate=16_000))
        phone.over()
        took = p.stage.asked("/took")[0]
        auth = (p.stage.simulator.account_sid, p.stage.simulator.auth_token)
        with wave.open(io.BytesIO(requests.get(took["RecordingUrl"], auth=auth, timeout=5).content)) as file:
            assert (file.getframerate(), file.getnframes()) == (16_000, 32_000)
    assert took["RecordingDuration"] == "2"


@pytest.mark.parametrize("broken", [b"", b"RIFF", tone(1)[:30], tone(0), tone(1).replace(b"\x01\x00", b"\x02\x00", 2)])
def test_only_mono_wav_is_taken(broken):
    with pytest.raises(ValueError, match="sound"):
        clip(broken, 60)


def test_saying_nothing_falls_through():
    with page({"/voice": RECORD.format(60), "/silent": ""}) as p:
        phone = p.ring().pick_up()
        phone.react("record")
        phone.over()
        assert "/silent" in p.stage.paths
        assert p.stage.asked("/recorded")[0]["RecordingStatus"] == "absent"


def test_silence_ends_a_turn_and_typing_is_not_silence(monkeypatch):
    monkeypatch.setattr(human_callee, "THINKING", 0.4)
    document = RECORD.format(60).replace("<Record ", '<Record timeout="0" ')
    with page({"/voice": document, "/silent": ""}) as p:
        phone = p.ring().pick_up()
        number = phone.turn("record")["number"]
        for _ in range(4):
            time.sleep(0.2)
            assert phone.do("stay", turn=number).status_code == 204
        assert "/silent" not in p.stage.paths
        phone.over()
        assert "/silent" in p.stage.paths


def test_a_page_that_is_gone_does_not_hold_up_the_call(monkeypatch):
    monkeypatch.setattr(human_callee, "UNHEARD", 0)
    with page("<Say>Bye</Say>") as p:
        assert p.ring().pick_up().over().status == "completed"


# ── hanging up ──


def test_hanging_up_in_an_answer_delivers_what_was_said():
    with page({"/voice": RECORD.format(60), "/took": "<Say>Never heard</Say>"}) as p:
        phone = p.ring().pick_up()
        phone.turn("record")
        phone.do("hang-up", tone(2), words="I have to go")
        phone.over()
        assert [params["Digits"] for params in p.stage.asked("/took")] == ["hangup"]
        assert p.stage.asked("/recorded")[0]["RecordingDuration"] == "2"
        assert "heard" not in events(p, phone)


@pytest.mark.parametrize("document", ["<Say>A long story</Say>", "<Pause length='60'/>", CONSENT])
def test_hanging_up_works_whatever_is_going_on(document):
    with page({"/voice": document}) as p:
        phone = p.ring().pick_up()
        p.until(lambda: "reply" in events(p, phone))
        phone.do("hang-up")
        assert phone.over().status == "completed"
        assert events(p, phone).count("hangup") == 1


def test_hanging_up_while_the_application_thinks_is_final():
    answer = Answer("<Response><Say>Never heard</Say></Response>", delay=0.4)
    with page({"/voice": answer}) as p:
        phone = p.ring().pick_up()
        p.until(lambda: p.calls[phone.sid]["status"] == "in-progress")
        phone.do("hang-up")
        assert phone.over().status == "completed"
        assert "heard" not in events(p, phone)
