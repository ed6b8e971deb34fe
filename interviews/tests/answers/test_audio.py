"""Fetching the audio of a recording from the carrier: allowed hosts, deadlines, and the stored file."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from interviews.answers import audio
from interviews.answers.audio import FETCH_STEP
from interviews.models import Recording
from screener.background.steps import run_step
from screener.services.telephony import twilio_errors, twilio_recordings
from tests.support.factories import make_interview
from tests.support.fake_twilio import FakeTwilio, run_fake_twilio
from tests.support.locked_rows import locked_recording

pytestmark = pytest.mark.django_db
WAV = b"RIFF\x00\x00\x00\x00WAVE" + bytes(100)
WHOLE = b"RIFF\x80\x00\x00\x00WAVE" + bytes(124)
HEAD = b"HTTP/1.0 200 OK\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def take(twilio: FakeTwilio) -> Recording:
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=timezone.now())
    response = interview.responses.all()[0]
    take = Recording.objects.create(response=response, attempt=attempt, turn=3, sid="RE1", seconds=9)
    with locked_recording(take) as locked:
        locked.mark_available(seconds=9)
    return take


def test_audio_is_fetched_and_kept_privately(take: Recording, twilio: FakeTwilio) -> None:
    twilio.audio = WAV
    run_step(FETCH_STEP, take.pk)
    take.refresh_from_db()
    assert take.status == Recording.Status.STORED
    assert str(take.file.name).startswith(f"candidates/{take.response.interview.candidate_id}/")
    file = Path(take.file.path)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, *file.parents[:4])] == [
        0o600,
        0o700,
        0o700,
        0o700,
        0o700,
    ]


def test_lost_lease_leaves_no_file(
    take: Recording, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch, private_files: Path
) -> None:
    twilio.audio, fetch = WAV, twilio_recordings.fetch_audio

    def meanwhile_lost(sid: str) -> bytes:
        Recording.objects.filter(pk=take.pk).update(lease=uuid4())
        return fetch(sid)

    monkeypatch.setattr(twilio_recordings, "fetch_audio", meanwhile_lost)
    assert run_step(FETCH_STEP, take.pk) is None
    take.refresh_from_db()
    assert (take.status, take.file.name) == (Recording.Status.AVAILABLE, "")
    assert not list(private_files.rglob("*.wav"))


def test_audio_not_there_yet_is_tried_again(take: Recording) -> None:
    run_step(FETCH_STEP, take.pk)
    take.refresh_from_db()
    assert take.status == Recording.Status.AVAILABLE
    assert take.retry_at is not None


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_of_carrier_is_kept(take: Recording, twilio: FakeTwilio, status: int) -> None:
    twilio.audio, twilio.error_headers = status, {"Retry-After": "1200"}
    run_step(FETCH_STEP, take.pk)
    take.refresh_from_db()
    assert take.status == Recording.Status.AVAILABLE
    assert take.retry_at is not None
    assert timedelta(minutes=19) < take.retry_at - timezone.now() <= timedelta(minutes=20)


@pytest.mark.parametrize("sent", [b"<html>Sorry</html>", b""])
def test_missing_audio_is_retried(take: Recording, twilio: FakeTwilio, sent: bytes) -> None:
    twilio.audio = sent
    run_step(FETCH_STEP, take.pk)
    is_tried_again(take)
    twilio.audio = WAV
    take.update_fields(retry_at=None)
    run_step(FETCH_STEP, take.pk)
    take.refresh_from_db()
    assert take.status == Recording.Status.STORED


def test_missing_audio_is_marked_lost(take: Recording, twilio: FakeTwilio) -> None:
    twilio.audio = b"<html>Sorry</html>"
    while take.status == Recording.Status.AVAILABLE:
        take.update_fields(retry_at=None)
        run_step(FETCH_STEP, take.pk)
        take.refresh_from_db()
    assert len(twilio.requests) < 10
    assert (take.status, take.error) == (
        Recording.Status.ABSENT,
        twilio_errors.NOT_WAV,
    )


def test_redirect_to_same_host_is_followed(take: Recording, twilio: FakeTwilio) -> None:
    twilio.redirects = {"RE1.wav": "/a/RE1.wav?part=1", "RE1.wav?part=1": f"{twilio.url}/b.wav", "b.wav": "c.wav"}
    twilio.audio = WAV
    run_step(FETCH_STEP, take.pk)
    take.refresh_from_db()
    assert take.status == Recording.Status.STORED
    assert twilio.requests[1:] == ["GET /a/RE1.wav", "GET /b.wav", "GET /c.wav"]
    assert "Authorization" in twilio.audio_headers


@pytest.mark.parametrize(
    "location",
    [
        "{foreign}/RE1.wav",
        "{foreign}\\@{ours}/RE1.wav",
        "http://{ours}@{foreign_host}/RE1.wav",
        "//{foreign_host}/RE1.wav",
        "https://{ours}/RE1.wav",
        "http://localhost:{port}/RE1.wav",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/RE1.wav",
        "http://127.0.0.1:port/RE1.wav",
        "http://[::1/RE1.wav",
        "file:///etc/passwd",
    ],
)
def test_audio_is_never_fetched_from_another_host(
    take: Recording, twilio: FakeTwilio, settings: Any, location: str
) -> None:
    with run_fake_twilio() as foreign:
        host, ours = foreign.url.removeprefix("http://"), twilio.url.removeprefix("http://")
        places = {"foreign": foreign.url, "foreign_host": host, "ours": ours, "port": ours.partition(":")[2]}
        twilio.redirects = {"RE1.wav": location.format(**places)}
        with pytest.raises(twilio_errors.RequestRejected) as refused:
            twilio_recordings.fetch_audio(take.sid)
        assert not foreign.requests
    assert settings.TWILIO_AUTH_TOKEN not in str(refused.value)
    assert "RE1" not in str(refused.value)  # an address may carry a secret of its own


def test_redirect_loop_ends(take: Recording, twilio: FakeTwilio) -> None:
    twilio.redirects = {"RE1.wav": "b.wav", "b.wav": "RE1.wav"}
    with pytest.raises(twilio_errors.RequestRejected):
        twilio_recordings.fetch_audio(take.sid)
    assert len(twilio.requests) == 4


def test_audio_is_found_after_configuration_fix(take: Recording, twilio: FakeTwilio) -> None:
    twilio.redirects = {"RE1.wav": "http://127.0.0.1:1/RE1.wav"}
    run_step(FETCH_STEP, take.pk)
    is_tried_again(take)
    Recording.objects.filter(pk=take.pk).update(tries=audio.AUDIO_TRIES, retry_at=None)
    run_step(FETCH_STEP, take.pk)
    take.refresh_from_db()
    assert (take.status, "TWILIO_API_URL" in take.error) == (Recording.Status.ABSENT, True)


def test_oversized_audio_is_not_read(take: Recording, twilio: FakeTwilio) -> None:
    twilio.raw_audio = twilio.stuck(b"HTTP/1.0 200 OK\r\nContent-Length: 2147483648\r\n\r\nRIFF")
    run_step(FETCH_STEP, take.pk)
    is_too_large(take)


@pytest.mark.parametrize("head", [HEAD, CHUNKED])
def test_endless_audio_is_cut_off(take: Recording, twilio: FakeTwilio, head: bytes) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        yield head
        while True:
            sent += 1
            yield b"100000\r\n%b\r\n" % bytes(1024 * 1024)

    twilio.raw_audio = pieces()
    run_step(FETCH_STEP, take.pk)
    is_too_large(take)
    assert sent < 100


def is_too_large(take: Recording) -> None:
    take.refresh_from_db()
    assert (take.status, take.error) == (Recording.Status.ABSENT, twilio_recordings.TOO_LARGE)


@pytest.mark.parametrize(
    "part",
    [
        HEAD + WHOLE[:-1],
        HEAD[:-2] + b"Content-Length: 136\r\n\r\n" + WHOLE[:-1],
        CHUNKED + b"88\r\n" + WHOLE[:-1],
        CHUNKED + b"87\r\n" + WHOLE[:-1] + b"\r\n",
        HEAD[:-2] + b"Content-Length: 136\r\n",
        b"",
    ],
)
def test_interrupted_audio_is_fetched_again(take: Recording, twilio: FakeTwilio, part: bytes) -> None:
    twilio.raw_audio = iter([part])
    run_step(FETCH_STEP, take.pk)
    is_tried_again(take)
    twilio.raw_audio, twilio.audio = None, WHOLE
    take.update_fields(retry_at=None)
    run_step(FETCH_STEP, take.pk)
    take.refresh_from_db()
    assert take.status == Recording.Status.STORED
    with take.file.open("rb") as file:
        assert file.read() == WHOLE


def test_audio_is_asked_for_as_it_is(take: Recording, twilio: FakeTwilio) -> None:
    """Packed, it would be taken for no audio; and a small packet may hold gigabytes."""
    twilio.audio = WAV
    run_step(FETCH_STEP, take.pk)
    assert twilio.audio_headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("before", "dripping", "after"),
    [(b"", HEAD, WAV), (b"HTTP/1.0 100 Continue\r\n\r\n" * 9, HEAD, WAV), (HEAD, WAV, b"")],
)
def test_dripping_audio_is_retried(
    take: Recording, twilio: FakeTwilio, monkeypatch: Any, before: bytes, dripping: bytes, after: bytes
) -> None:
    monkeypatch.setattr(twilio_recordings, "AUDIO_TIMEOUT", 0.2)
    twilio.raw_audio = chain([before], twilio.dripping(dripping), [after])
    run_step(FETCH_STEP, take.pk)
    is_tried_again(take)


@pytest.mark.parametrize("sent", [b"", HEAD + b"RIFF"])
def test_stalled_audio_is_retried(
    take: Recording, twilio: FakeTwilio, settings: Any, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    settings.TWILIO_TIMEOUT = 3600
    monkeypatch.setattr(twilio_recordings, "AUDIO_TIMEOUT", 0.2)
    twilio.raw_audio = twilio.stuck(sent)
    run_step(FETCH_STEP, take.pk)
    is_tried_again(take)


def is_tried_again(take: Recording) -> None:
    take.refresh_from_db()
    assert (take.status, bool(take.file)) == (Recording.Status.AVAILABLE, False)
    assert take.retry_at is not None
