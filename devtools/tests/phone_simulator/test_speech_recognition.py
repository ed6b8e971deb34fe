"""A human who speaks into the microphone of the phone page, with a speech server that makes out the words."""

from pathlib import Path

from devtools.phone_simulator.callees.callee import Reaction
from devtools.phone_simulator.speech_recognizer import SpeechRecognizer
from devtools.tests.phone_simulator.rig import ScriptedCallee
from devtools.tests.phone_simulator.test_human_callee import CONSENT, RECORD, PageClient, open_page, tone
from tests.support.fake_speech_server import fake_speech_server

WORDS = "Yes, I agree to all that you have said."
GERMAN = CONSENT.replace("<Say>", '<Say language="de-DE">')


def connect(page: PageClient, socket_path: Path) -> None:
    page.rig.simulator.network.recognizer = SpeechRecognizer(socket_path)


def test_spoken_answer_is_transcribed(tmp_path: Path) -> None:
    with (
        fake_speech_server(tmp_path, {"text": WORDS}) as server,
        open_page({"/voice": RECORD.format(60), "/act": ""}) as page,
    ):
        connect(page, tmp_path / "socket")
        call = page.receive_call().pick_up()
        assert call.wait_for_turn("record")["hears_speech"]
        assert call.react("record", tone(3)).status_code == 204
        call.finished()
        assert page.rig.requests_to("/transcribed")[0]["TranscriptionText"] == WORDS
    assert server.bodies == [tone(3)]


def test_spoken_words_answer_prompt(tmp_path: Path) -> None:
    """The language is the one of the prompt."""
    with (
        fake_speech_server(tmp_path, {"text": WORDS}) as server,
        open_page({"/voice": GERMAN, "/consent": ""}) as page,
    ):
        connect(page, tmp_path / "socket")
        call = page.receive_call().pick_up()
        assert call.wait_for_turn("gather")["max_seconds"] > 0
        assert call.react("gather", tone(2)).status_code == 204
        call.finished()
        assert page.rig.requests_to("/consent")[0]["SpeechResult"] == WORDS
    assert server.queries == [{"language": "de"}]


def test_typed_words_are_not_recognized(tmp_path: Path) -> None:
    """Neither those of a human nor those of a scripted callee."""
    callee = ScriptedCallee([Reaction(WORDS)])
    with (
        fake_speech_server(tmp_path, {"text": "something else"}) as server,
        open_page({"/voice": RECORD.format(60), "/act": ""}, callee=callee) as page,
    ):
        connect(page, tmp_path / "socket")
        page.rig.complete_call()
        call = page.receive_call().pick_up()
        call.react("record", tone(3), words=WORDS)
        call.finished()
        assert [params["TranscriptionText"] for params in page.rig.requests_to("/transcribed")] == [WORDS] * 2
    assert server.bodies == []


def test_absent_speech_server_costs_only_words(tmp_path: Path) -> None:
    with open_page({"/voice": RECORD.format(60), "/act": ""}) as page:
        connect(page, tmp_path / "socket")
        call = page.receive_call().pick_up()
        call.react("record", tone(3))
        call.finished()
        assert page.rig.requests_to("/act")[0]["RecordingDuration"]
        assert call.events().count("warning") == 1
