"""<Record>: recordings, their callbacks, their audio, and Twilio's own transcription."""

import io
import wave
from array import array
from pathlib import Path

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from devtools.phone_simulator.callees.callee import Reaction
from devtools.phone_simulator.calls.recordings import LENGTH_OUT_OF_RANGE
from devtools.phone_simulator.phone_page.views import PROBLEM_EVENTS
from devtools.tests.phone_simulator.rig import ScriptedCallee, SimulatorRig, open_rig

UTTERANCE = "I have worked with many people for many years"  # nine words: four seconds
RECORD = (
    "<Say>Why you?</Say><Record action='/act' recordingStatusCallback='/recorded' "
    "recordingStatusCallbackEvent='completed absent' transcribeCallback='/transcribed' {}/>"
    "<Redirect>/through</Redirect>"
)


def complete_recording(reaction: Reaction, attributes: str = "") -> SimulatorRig:
    """Complete a call with one <Record>, and return the rig with the requests that it received."""
    with open_rig(RECORD.format(attributes), ScriptedCallee([reaction])) as rig:
        rig.complete_call()
        return rig


def params_of(rig: SimulatorRig, path: str) -> dict[str, str]:
    """Return the parameters of the only request to the path."""
    (params,) = rig.requests_to(path)
    return params


# ── the end of a recording ──


def test_silence_ends_recording() -> None:
    rig = complete_recording(Reaction(UTTERANCE))
    params = params_of(rig, "/act")
    assert (params["Digits"], params["CallStatus"]) == ("", "in-progress")
    assert params["RecordingUrl"].endswith(params["RecordingSid"])
    assert "/through" not in rig.requested_paths


def test_callback_trims_silence() -> None:
    rig = complete_recording(Reaction(UTTERANCE), "timeout='3'")
    assert params_of(rig, "/act")["RecordingDuration"] == "7"
    assert params_of(rig, "/recorded")["RecordingDuration"] == "4"
    rig = complete_recording(Reaction(UTTERANCE), "timeout='3' trim='do-not-trim'")
    assert params_of(rig, "/recorded")["RecordingDuration"] == "7"


def test_recording_callback_has_documented_parameters() -> None:
    rig = complete_recording(Reaction(UTTERANCE, keys="#"))
    action, callback = params_of(rig, "/act"), params_of(rig, "/recorded")
    assert set(callback) == {
        "AccountSid",
        "CallSid",
        "RecordingSid",
        "RecordingUrl",
        "RecordingStatus",
        "RecordingDuration",
        "RecordingChannels",
        "RecordingStartTime",
        "RecordingSource",
        "ErrorCode",
    }
    assert callback["RecordingSid"] == action["RecordingSid"]
    assert (callback["RecordingStatus"], callback["ErrorCode"]) == ("completed", "0")
    assert callback["RecordingSource"] == "RecordVerb"


@pytest.mark.parametrize(
    ("attributes", "keys", "digits"),
    [
        ("", "5", "5"),
        ("finishOnKey='#*'", "*", "*"),
        ("finishOnKey='#'", "*", ""),
        ("finishOnKey=''", "1", ""),
    ],
)
def test_only_finishing_keys_end_recording(attributes: str, keys: str, digits: str) -> None:
    rig = complete_recording(Reaction(UTTERANCE, keys=keys), attributes)
    assert params_of(rig, "/act")["Digits"] == digits


def test_maximum_length_cuts_recording() -> None:
    rig = complete_recording(Reaction(" ".join(str(n) for n in range(100))), "maxLength='10'")
    assert params_of(rig, "/act")["RecordingDuration"] == "10"
    assert params_of(rig, "/transcribed")["TranscriptionText"].split()[-1] == "24"


@pytest.mark.parametrize("reaction", [Reaction(), Reaction(keys="#")])
def test_empty_recording_falls_through(reaction: Reaction) -> None:
    rig = complete_recording(reaction)
    assert "/act" not in rig.requested_paths
    assert "/through" in rig.requested_paths
    callback = params_of(rig, "/recorded")
    assert (callback["RecordingStatus"], callback["ErrorCode"]) == ("absent", "16102")


def test_empty_recording_is_unreported_by_default() -> None:
    with open_rig("<Record recordingStatusCallback='/recorded'/><Say>Still there?</Say>", ScriptedCallee()) as rig:
        assert rig.spoken_prompts(rig.complete_call()) == ["Still there?"]
    assert rig.requested_paths == ["/voice"]


def test_recording_start_is_reported_on_request() -> None:
    document = "<Record recordingStatusCallback='/recorded' recordingStatusCallbackEvent='in-progress'/>"
    with open_rig({"/voice": [document, ""]}, ScriptedCallee([Reaction(UTTERANCE)])) as rig:
        rig.complete_call()
    assert params_of(rig, "/recorded")["RecordingStatus"] == "in-progress"
    assert "RecordingDuration" not in params_of(rig, "/recorded")


def test_hangup_delivers_recording() -> None:
    scripts = {"/voice": RECORD.format(""), "/act": "<Redirect>/ignored</Redirect>"}
    with open_rig(scripts, ScriptedCallee([Reaction(UTTERANCE, hangs_up=True)])) as rig:
        call = rig.complete_call(status_callback=rig.app.url + "/status")
    action = params_of(rig, "/act")
    assert (action["Digits"], action["CallStatus"], action["RecordingDuration"]) == ("hangup", "completed", "4")
    assert params_of(rig, "/recorded")["RecordingStatus"] == "completed"
    assert params_of(rig, "/status")["CallStatus"] == "completed"
    assert not {"/ignored", "/through"} & set(rig.requested_paths)
    assert (call.status, call.duration) == ("completed", "6")


def test_hangup_without_sound_delivers_nothing() -> None:
    rig = complete_recording(Reaction(hangs_up=True))
    assert not {"/act", "/through"} & set(rig.requested_paths)
    assert params_of(rig, "/recorded")["RecordingStatus"] == "absent"


# ── Twilio's own transcription ──


def test_transcription_is_delivered_and_stored() -> None:
    with open_rig(RECORD.format("transcribe='true'"), ScriptedCallee([Reaction(UTTERANCE)])) as rig:
        call = rig.complete_call()
        params = params_of(rig, "/transcribed")
        stored = rig.client.transcriptions(params["TranscriptionSid"]).fetch()
        (listed,) = rig.client.recordings(params["RecordingSid"]).transcriptions.list()
        assert rig.client.transcriptions(stored.sid).delete()
        assert rig.client.transcriptions.list() == []
    assert (params["TranscriptionStatus"], params["TranscriptionType"]) == ("completed", "fast")
    assert params["TranscriptionText"] == stored.transcription_text == listed.transcription_text == UTTERANCE
    assert (params["CallSid"], params["Direction"]) == (call.sid, "outbound-api")
    assert params["TranscriptionUrl"].endswith(f"/Transcriptions/{params['TranscriptionSid']}")


@pytest.mark.parametrize(
    ("reaction", "status", "text"),
    [
        (Reaction("Yes, sure."), "failed", ""),  # one second
        (Reaction("word " * 300), "failed", ""),  # two minutes
        (Reaction(noise_seconds=6), "completed", "(blank)"),
    ],
)
def test_transcription_has_length_limits(reaction: Reaction, status: str, text: str) -> None:
    params = params_of(complete_recording(reaction), "/transcribed")
    assert (params["TranscriptionStatus"], params["TranscriptionText"]) == (status, text)


def test_short_recording_is_no_problem() -> None:
    with open_rig(RECORD.format(""), ScriptedCallee([Reaction("Yes.")])) as rig:
        call = rig.complete_call()
        assert [entry["code"] for entry in rig.logged_events(call, "note")] == [LENGTH_OUT_OF_RANGE]
        assert rig.error_codes(call) == []
        assert PROBLEM_EVENTS.isdisjoint(entry["event"] for entry in rig.call_log(call))


def test_transcription_is_off_by_default() -> None:
    with open_rig("<Record action='/act' transcribe='false'/>", ScriptedCallee([Reaction(UTTERANCE)])) as rig:
        rig.complete_call()
        assert rig.client.transcriptions.list() == []


# ── audio ──


def read_samples(audio: bytes) -> "array[int]":
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return array("h", file.readframes(file.getnframes()))


@pytest.mark.parametrize("synthesize_speech", [True, False])
def test_audio_matches_reported_length(synthesize_speech: bool) -> None:
    callee = ScriptedCallee([Reaction(UTTERANCE, keys="#")])
    with open_rig(RECORD.format(""), callee, synthesize_speech=synthesize_speech) as rig:
        rig.complete_call()
        url = params_of(rig, "/recorded")["RecordingUrl"]
        assert requests.get(url, timeout=5).status_code == 401
        default, wav, again = (
            requests.get(url + suffix, auth=rig.credentials, timeout=5) for suffix in ("", ".wav", ".wav")
        )
    assert default.content == wav.content == again.content
    assert wav.headers["Content-Type"] == "audio/x-wav"
    samples = read_samples(wav.content)
    assert len(samples) == 4 * 8000
    assert max(samples) > 1000


def test_mp3_needs_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_rig(RECORD.format(""), ScriptedCallee([Reaction(UTTERANCE)]), synthesize_speech=False) as rig:
        rig.complete_call()
        url = params_of(rig, "/recorded")["RecordingUrl"] + ".mp3"
        monkeypatch.setenv("PATH", str(tmp_path))
        assert requests.get(url, auth=rig.credentials, timeout=5).status_code == 404
        encoder = tmp_path / "ffmpeg"
        encoder.write_text("#!/bin/sh\necho encoded\n")
        encoder.chmod(0o755)
        response = requests.get(url, auth=rig.credentials, timeout=5)
    assert (response.content, response.headers["Content-Type"]) == (b"encoded\n", "audio/mpeg")


def test_recordings_are_listed() -> None:
    with open_rig(RECORD.format(""), ScriptedCallee([Reaction(UTTERANCE)])) as rig:
        call = rig.complete_call()
        (listed,) = rig.client.recordings.list(call_sid=call.sid)
        (listed_by_call,) = rig.client.calls(call.sid).recordings.list()
        fetched = rig.client.recordings(listed.sid).fetch()
        assert rig.client.recordings.list(call_sid="CA" + "0" * 32) == []
    assert listed.sid == listed_by_call.sid == fetched.sid
    assert (fetched.status, fetched.duration, fetched.source) == ("completed", "4", "RecordVerb")
    assert fetched.media_url == params_of(rig, "/act")["RecordingUrl"]


def test_deleted_recording_is_gone() -> None:
    with open_rig(RECORD.format(""), ScriptedCallee([Reaction(UTTERANCE)])) as rig:
        rig.complete_call()
        action = params_of(rig, "/act")
        assert rig.client.recordings(action["RecordingSid"]).delete()
        with pytest.raises(TwilioRestException) as error:
            rig.client.recordings(action["RecordingSid"]).fetch()
        media = requests.get(action["RecordingUrl"], auth=rig.credentials, timeout=5)
    assert (error.value.status, error.value.code) == (404, 20404)
    assert media.status_code == 404


def test_absent_recording_has_no_audio() -> None:
    with open_rig(RECORD.format(""), ScriptedCallee()) as rig:
        rig.complete_call()
        (recording,) = rig.client.recordings.list()
        assert (recording.status, recording.error_code) == ("absent", 16102)
        assert requests.get(recording.media_url, auth=rig.credentials, timeout=5).status_code == 404


def test_whole_call_is_recorded() -> None:
    with open_rig("<Pause length='8'/>") as rig:
        call = rig.complete_call(
            record=True,
            status_callback=rig.app.url + "/status",
            recording_status_callback=rig.app.url + "/recorded",
        )
        (recording,) = rig.client.calls(call.sid).recordings.list()
    status, callback = params_of(rig, "/status"), params_of(rig, "/recorded")
    assert recording.source == callback["RecordingSource"] == "OutboundAPI"
    assert status["RecordingSid"] == callback["RecordingSid"] == recording.sid
    assert status["RecordingDuration"] == recording.duration == "8"
