"""Answers that a client of the API uploads as sound."""

import io
import wave
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from rest_framework.test import APIClient

from interviews.invitations.inviting import invite
from interviews.models import Interview, InterviewResponse, Recording
from interviews.models.recording import interview_folder
from interviews.task_handles import FETCH_AUDIO, TRANSCRIBE
from interviews.writing.answering import WrittenInput, send_input
from interviews.writing.disclosure import written_disclosure
from interviews.writing.question import Choice, Stage
from screener.api.idempotency import KEY_HEADER
from tests.support.api_problems import assert_problem
from tests.support.factories import make_interview, run_tasks
from tests.support.fake_openai import KEY, run_fake_openai
from tests.support.sounds import make_tone

pytestmark = pytest.mark.django_db
SOUND = make_tone(3)
WORDS = "I read the logs of the shop and found that a disk was full."


class Client:
    def __init__(self, api: APIClient, interview: Interview) -> None:
        self.api, self.address = api, f"/api/v1/interviews/{interview.pk}"

    def read(self) -> dict[str, Any]:
        body: dict[str, Any] = self.api.get(f"{self.address}/question/").json()
        return body

    def agree(self) -> dict[str, Any]:
        shown = self.read()
        version = shown["disclosure"]["version"]
        body = {"turn": shown["turn"], "choice": Choice.AGREE, "disclosure_version": version}
        reply: dict[str, Any] = self.api.post(f"{self.address}/answer/", body, format="json").json()
        return reply

    def speak(self, sound: bytes = SOUND, *, name: str = "answer.wav", kind: str = "audio/wav", **fields: Any) -> Any:
        fields.setdefault("turn", self.read()["turn"])
        headers = fields.pop("headers", {})
        body = {"audio": SimpleUploadedFile(name, sound, kind), **fields}
        return self.api.post(f"{self.address}/answer/", body, format="multipart", headers=headers)


@pytest.fixture
def interview() -> Interview:
    return make_interview()


@pytest.fixture
def client(api: APIClient, interview: Interview) -> Client:
    return Client(api, interview)


def files_of(interview: Interview) -> list[str]:
    storage = storages["private"]
    return list(storage.listdir(interview_folder(interview))[1])


def test_sound_is_stored_and_transcribed(client: Client, interview: Interview) -> None:
    assert client.agree()["max_seconds"] == interview.responses.get(position=0).max_seconds
    assert client.speak().json()["position"] == 1
    recording = Recording.objects.get()
    assert (recording.status, recording.chosen, recording.seconds) == (Recording.Status.STORED, True, 3)
    with recording.file.open() as file:
        assert file.read() == SOUND
    with run_fake_openai(transcript=WORDS) as server:
        account = {"SPEECH_API_KEY": KEY, "SPEECH_BASE_URL": server.base_url}
        with override_settings(**account, OPENAI_TIMEOUT=server.client_timeout):
            assert run_tasks(only=FETCH_AUDIO.name) == []
            assert run_tasks(only=TRANSCRIBE.name) == [TRANSCRIBE.name]
    response = interview.responses.get(position=0)
    assert (response.status, response.transcript) == (InterviewResponse.Status.ASSESSED, WORDS)


def test_text_and_sound_mix(client: Client, interview: Interview) -> None:
    client.agree()
    client.speak()
    client.api.post(f"{client.address}/answer/", {"turn": "1.2", "text": "I wrote this one."}, format="json")
    assert client.speak().json()["stage"] == Stage.OVER
    interview.refresh_from_db()
    assert interview.outcome == Interview.Outcome.COMPLETE
    assert Recording.objects.filter(chosen=True).count() == 2


def test_same_sound_for_turn_is_taken_once(client: Client, interview: Interview) -> None:
    turn = client.agree()["turn"]
    first = client.speak(turn=turn).json()
    assert client.speak(turn=turn, name="other.mp3", kind="audio/mpeg").json() == first
    problem = assert_problem(client.speak(make_tone(4), turn=turn), 409)
    assert (problem["code"], problem["question"]) == ("stale_turn", first)
    assert Recording.objects.count() == 1
    assert len(files_of(interview)) == 1


def test_idempotency_key_covers_sound(client: Client) -> None:
    turn = client.agree()["turn"]
    headers = {KEY_HEADER: "a-key"}
    first = client.speak(turn=turn, headers=headers).json()
    assert client.speak(turn=turn, headers=headers).json() == first
    assert client.speak(make_tone(4), turn=turn, headers=headers).status_code == 422
    assert Recording.objects.count() == 1


def _wav(*, channels: int = 1, width: int = 2, rate: int = 16_000, frames: int = 32_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(bytes(channels * width * frames))
    return file.getvalue()


def test_lies_about_content_name_the_field(client: Client) -> None:
    client.agree()
    uploads = {
        "empty": b"",
        "MP3 named WAV": b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(50_000),
        "WebM": b"\x1aE\xdf\xa3" + bytes(50_000),
        "a page": b"<html><script>alert(1)</script></html>",
        "a header alone": SOUND[:20],
        "no samples": SOUND[:44],
        "cut off": SOUND[:-1000],
        "longer than it says it is": SOUND[:40] + (10_000_000).to_bytes(4, "little") + SOUND[44:],
        "two channels": _wav(channels=2),
        "eight bit": _wav(width=1),
        "too slow": _wav(rate=4_000),
        "too fast": _wav(rate=96_000),
        "compressed": SOUND[:20] + (85).to_bytes(2, "little") + SOUND[22:],
    }
    replies = {name: client.speak(content) for name, content in uploads.items()}
    named = {name: list(assert_problem(reply, 400)["errors"]) for name, reply in replies.items()}
    assert named == {name: ["audio"] for name in uploads}
    assert not Recording.objects.exists()


def test_length_is_measured(client: Client, interview: Interview) -> None:
    """The samples count, whatever the header says of the bytes per second."""
    client.agree()
    longest = interview.responses.get(position=0).max_seconds
    slow = bytearray(_wav(rate=8_000, frames=8_000 * (longest + 5)))
    slow[28:32] = (2**31).to_bytes(4, "little")
    assert assert_problem(client.speak(bytes(slow)), 409)["code"] == "too_long"
    assert assert_problem(client.speak(make_tone(0.5)), 409)["code"] == "too_short"
    assert not Recording.objects.exists()


def test_large_upload_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.agree()
    monkeypatch.setattr("interviews.api.question.SoundParser.max_bytes", 1000)
    assert_problem(client.speak(), 413)


def test_sound_stands_alone(client: Client) -> None:
    client.agree()
    for fields in ({"text": "Written as well."}, {"choice": Choice.SKIP}):
        assert list(assert_problem(client.speak(**fields), 400)["errors"]) == ["non_field_errors"]
    body = {"turn": "1.1", "audio": "c291bmQ="}
    assert list(assert_problem(client.api.post(f"{client.address}/answer/", body, format="json"), 400)["errors"]) == [
        "audio"
    ]


def test_sound_needs_consent_to_be_recorded(client: Client, interview: Interview) -> None:
    """A candidate who agreed on the pages read nothing of a voice."""
    assert assert_problem(client.speak(), 409)["code"] == "not_offered"
    invite(interview, actor="a test")
    disclosure = written_disclosure(interview, list(interview.responses.all()))
    send_input(interview, WrittenInput(turn="1.0", choice=Choice.AGREE, disclosure_version=disclosure.version))
    assert assert_problem(client.speak(), 409)["code"] == "voice_not_agreed"
    assert not Recording.objects.exists()


def test_confirmation_takes_no_sound(client: Client, interview: Interview) -> None:
    client.agree()
    client.api.post(f"{client.address}/answer/", {"turn": "1.1", "choice": Choice.STOP}, format="json")
    assert client.read()["stage"] == Stage.CONFIRMATION
    assert assert_problem(client.speak(), 409)["code"] == "not_offered"
