"""<Record>: takes, their callbacks, their audio, and Twilio's own transcription."""

import io
import wave
from array import array

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from devtools.phone_simulator.callees.callee import Reaction
from devtools.tests.phone_simulator.test_stage import Puppet, Received, Stage, stage

SPEECH = "I have worked with many people for many years"  # nine words: four seconds
RECORD = (
    "<Say>Why you?</Say><Record action='/act' recordingStatusCallback='/recorded' "
    "recordingStatusCallbackEvent='completed absent' transcribeCallback='/transcribed' {}/>"
    "<Redirect>/through</Redirect>"
)


def recorded(reaction: Reaction, attributes: str = "") -> Stage:
    """A call with one <Record>; the stage tells afterwards what was requested."""
    with stage(RECORD.format(attributes), Puppet([reaction])) as s:
        s.call()
        return s


def request_to(s: Stage, path: str) -> Received:
    (request,) = [request for request in s.app.received if request.path == path]
    return request


def test_silence_ends_a_take_and_its_action_continues_the_call():
    s = recorded(Reaction(words=SPEECH))
    params = request_to(s, "/act").params
    assert params["Digits"] == ""
    assert params["CallStatus"] == "in-progress"
    assert params["RecordingUrl"].endswith(params["RecordingSid"])
    assert "/through" not in s.paths


def test_the_action_counts_the_silence_and_the_callback_does_not():
    s = recorded(Reaction(words=SPEECH), "timeout='3'")
    assert request_to(s, "/act").params["RecordingDuration"] == "7"
    assert request_to(s, "/recorded").params["RecordingDuration"] == "4"
    s = recorded(Reaction(words=SPEECH), "timeout='3' trim='do-not-trim'")
    assert request_to(s, "/recorded").params["RecordingDuration"] == "7"


def test_the_recording_callback_tells_neither_digits_nor_call_status():
    s = recorded(Reaction(words=SPEECH, keys="#"))
    action, callback = request_to(s, "/act").params, request_to(s, "/recorded").params
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
def test_only_finishing_keys_end_a_take(attributes, keys, digits):
    assert request_to(recorded(Reaction(words=SPEECH, keys=keys), attributes), "/act").params["Digits"] == digits


def test_the_maximum_length_cuts_a_take():
    s = recorded(Reaction(words=" ".join(str(n) for n in range(100))), "maxLength='10'")
    assert request_to(s, "/act").params["RecordingDuration"] == "10"
    assert request_to(s, "/transcribed").params["TranscriptionText"].split()[-1] == "24"


def test_an_empty_take_makes_no_request_and_falls_through():
    for reaction in (Reaction(), Reaction(keys="#")):
        s = recorded(reaction)
        assert "/act" not in s.paths
        assert "/through" in s.paths
        callback = request_to(s, "/recorded").params
        assert (callback["RecordingStatus"], callback["ErrorCode"]) == ("absent", "16102")


def test_an_empty_take_is_not_reported_unless_asked_for():
    with stage("<Record recordingStatusCallback='/recorded'/><Say>Still there?</Say>", Puppet()) as s:
        assert s.heard(s.call()) == ["Still there?"]
    assert s.paths == ["/voice"]


def test_the_start_of_a_take_can_be_reported():
    document = "<Record recordingStatusCallback='/recorded' recordingStatusCallbackEvent='in-progress'/>"
    with stage({"/voice": [document, ""]}, Puppet([Reaction(words=SPEECH)])) as s:
        s.call()
    assert request_to(s, "/recorded").params["RecordingStatus"] == "in-progress"
    assert "RecordingDuration" not in request_to(s, "/recorded").params


def test_hanging_up_in_a_take_still_delivers_it_and_ignores_the_answer():
    with stage(
        {"/voice": RECORD.format(""), "/act": "<Redirect>/ignored</Redirect>"},
        Puppet([Reaction(words=SPEECH, hangs_up=True)]),
    ) as s:
        call = s.call(status_callback=s.app.url + "/status")
    params = request_to(s, "/act").params
    assert (params["Digits"], params["CallStatus"], params["RecordingDuration"]) == (
        "hangup",
        "completed",
        "4",
    )
    assert request_to(s, "/recorded").params["RecordingStatus"] == "completed"
    assert request_to(s, "/status").params["CallStatus"] == "completed"
    assert not {"/ignored", "/through"} & set(s.paths)
    assert (call.status, call.duration) == ("completed", "6")


def test_hanging_up_before_a_word_is_said_delivers_nothing():
    s = recorded(Reaction(hangs_up=True))
    assert not {"/act", "/through"} & set(s.paths)
    assert request_to(s, "/recorded").params["RecordingStatus"] == "absent"


# ── Twilio's own transcription ──


def test_a_transcription_is_delivered_and_kept():
    with stage(RECORD.format("transcribe='true'"), Puppet([Reaction(words=SPEECH)])) as s:
        call = s.call()
        params = request_to(s, "/transcribed").params
        kept = s.client.transcriptions(params["TranscriptionSid"]).fetch()
        listed = s.client.recordings(params["RecordingSid"]).transcriptions.list()
    assert (params["TranscriptionStatus"], params["TranscriptionType"]) == ("completed", "fast")
    assert params["TranscriptionText"] == kept.transcription_text == listed[0].transcription_text == SPEECH
    assert (params["CallSid"], params["Direction"]) == (call.sid, "outbound-api")
    assert params["TranscriptionUrl"].endswith(f"/Transcriptions/{params['TranscriptionSid']}")


@pytest.mark.parametrize(
    ("reaction", "status", "text"),
    [
        (Reaction(words="Yes, sure."), "failed", ""),  # one second
        (Reaction(words="word " * 300), "failed", ""),  # two minutes
        (Reaction(noise=6), "completed", "(blank)"),
    ],
)
def test_what_cannot_be_transcribed(reaction, status, text):
    params = request_to(recorded(reaction), "/transcribed").params
    assert (params["TranscriptionStatus"], params["TranscriptionText"]) == (status, text)


def test_nothing_is_transcribed_unless_asked_for():
    with stage("<Record action='/act' transcribe='false'/>", Puppet([Reaction(words=SPEECH)])) as s:
        s.call()
        assert s.client.transcriptions.list() == []


# ── audio ──


def samples(sound: bytes) -> "array[int]":
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return array("h", file.readframes(file.getnframes()))


@pytest.mark.parametrize("spoken", [True, False])
def test_the_audio_is_as_long_as_reported_and_always_the_same(spoken):
    with stage(RECORD.format(""), Puppet([Reaction(words=SPEECH, keys="#")]), spoken=spoken) as s:
        s.call()
        url = request_to(s, "/recorded").params["RecordingUrl"]
        auth = (s.simulator.account_sid, s.simulator.auth_token)
        bare, wav, again = (requests.get(url + end, auth=auth, timeout=5) for end in ("", ".wav", ".wav"))
        assert requests.get(url, timeout=5).status_code == 401
    assert bare.content == wav.content == again.content
    assert wav.headers["Content-Type"] == "audio/x-wav"
    sound = samples(wav.content)
    assert len(sound) == 4 * 8000
    assert max(sound) > 1000


def test_mp3_is_served_where_there_is_an_encoder(tmp_path, monkeypatch):
    with stage(RECORD.format(""), Puppet([Reaction(words=SPEECH)]), spoken=False) as s:
        s.call()
        url = request_to(s, "/recorded").params["RecordingUrl"] + ".mp3"
        auth = (s.simulator.account_sid, s.simulator.auth_token)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert requests.get(url, auth=auth, timeout=5).status_code == 404
        encoder = tmp_path / "ffmpeg"
        encoder.write_text("#!/bin/sh\necho encoded\n")
        encoder.chmod(0o755)
        encoded = requests.get(url, auth=auth, timeout=5)
    assert (encoded.content, encoded.headers["Content-Type"]) == (b"encoded\n", "audio/mpeg")


def test_recordings_are_listed_fetched_and_deleted():
    with stage(RECORD.format(""), Puppet([Reaction(words=SPEECH)])) as s:
        call = s.call()
        (listed,) = s.client.recordings.list(call_sid=call.sid)
        (of_call,) = s.client.calls(call.sid).recordings.list()
        fetched = s.client.recordings(listed.sid).fetch()
        assert listed.sid == of_call.sid == fetched.sid
        assert (fetched.status, fetched.duration, fetched.source) == ("completed", "4", "RecordVerb")
        assert fetched.media_url == s.asked("/act")[0]["RecordingUrl"]
        assert s.client.recordings.list(call_sid="CA" + "0" * 32) == []
        assert s.client.recordings(listed.sid).delete()
        with pytest.raises(TwilioRestException) as gone:
            s.client.recordings(listed.sid).fetch()
        auth = (s.simulator.account_sid, s.simulator.auth_token)
        media = requests.get(s.asked("/act")[0]["RecordingUrl"], auth=auth, timeout=5)
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert media.status_code == 404


def test_an_absent_recording_has_no_audio():
    with stage(RECORD.format(""), Puppet()) as s:
        s.call()
        (recording,) = s.client.recordings.list()
        auth = (s.simulator.account_sid, s.simulator.auth_token)
        assert (recording.status, recording.error_code) == ("absent", 16102)
        assert requests.get(recording.media_url, auth=auth, timeout=5).status_code == 404


def test_the_whole_call_can_be_recorded():
    with stage("<Pause length='8'/>") as s:
        call = s.call(
            record=True,
            status_callback=s.app.url + "/status",
            recording_status_callback=s.app.url + "/recorded",
        )
        (recording,) = s.client.calls(call.sid).recordings.list()
    status, callback = request_to(s, "/status").params, request_to(s, "/recorded").params
    assert recording.source == callback["RecordingSource"] == "OutboundAPI"
    assert status["RecordingSid"] == callback["RecordingSid"] == recording.sid
    assert status["RecordingDuration"] == recording.duration == "8"
