"""Streaming a recording: permission, ranges and headers."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from interviews.models import Recording
from screener.web.byte_ranges import RangeNotSatisfiable, parse_range
from tests.support.admin_client import make_staff_client
from tests.support.sample_rows import WAV, make_completed_interview

SIZE = len(WAV)
DIGITS = "9" * 5000
HUGE = f"bytes=0-{DIGITS}"
"""More digits than Python converts to a number."""


@pytest.fixture
def recording(db: None) -> Recording:
    return make_completed_interview().responses.get(position=0).recordings.get()


@pytest.fixture
def listener(db: None) -> Client:
    return make_staff_client("view_recording")


def audio_url(pk: Any) -> str:
    return reverse("admin:interviews_recording_audio", args=[pk])


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


class TestRecording:
    def test_whole_file_is_sent(self, listener: Client, recording: Recording) -> None:
        answer = listener.get(audio_url(recording.pk))
        assert (answer.status_code, body(answer)) == (200, WAV)
        assert answer.headers["Content-Length"] == str(SIZE)
        assert answer.headers["Accept-Ranges"] == "bytes"

    def test_range_is_sent(self, listener: Client, recording: Recording) -> None:
        for header, first, last in (
            ("bytes=0-3", 0, 3),
            ("bytes=100-", 100, SIZE - 1),
            ("bytes=-10", SIZE - 10, SIZE - 1),
            (f"bytes=10-{SIZE * 9}", 10, SIZE - 1),
            (f"bytes=-{SIZE * 9}", 0, SIZE - 1),
        ):
            answer = listener.get(audio_url(recording.pk), headers={"Range": header})
            assert (answer.status_code, body(answer)) == (206, WAV[first : last + 1]), header
            assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
            assert answer.headers["Content-Length"] == str(last - first + 1)

    def test_range_past_end_is_rejected(self, listener: Client, recording: Recording) -> None:
        for header in (f"bytes={SIZE}-", "bytes=9-3", "bytes=-0"):
            answer = listener.get(audio_url(recording.pk), headers={"Range": header})
            assert (answer.status_code, body(answer)) == (416, b""), header
            assert answer.headers["Content-Range"] == f"bytes */{SIZE}"

    def test_unusable_range_is_ignored(self, listener: Client, recording: Recording) -> None:
        unusable = ("", "bytes=-", "bytes=0-1,5-6", "pages=1-2", "bytes=a-b", "bytes=--1", HUGE, f"bytes=-{DIGITS}")
        for header in unusable:
            assert body(listener.get(audio_url(recording.pk), headers={"Range": header})) == WAV, header

    def test_headers_forbid_running_and_caching(self, listener: Client, recording: Recording) -> None:
        for header in ("", "bytes=0-3", f"bytes={SIZE}-"):
            answer = listener.get(audio_url(recording.pk), headers={"Range": header})
            body(answer)
            headers = answer.headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Disposition"].startswith("attachment")
            assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert "no-store" in headers["Cache-Control"]

    def test_head_is_allowed_and_post_is_not(self, listener: Client, recording: Recording) -> None:
        answer: Any = listener.head(audio_url(recording.pk))
        for close in answer._resource_closers:  # as a server does; `close` itself would end the test's connection too
            close()
        assert answer.headers["Content-Length"] == str(SIZE)
        assert listener.post(audio_url(recording.pk)).status_code == 405

    def test_recording_needs_permission(self, client: Client, recording: Recording) -> None:
        assert client.get(audio_url(recording.pk)).status_code == 302
        client.force_login(User.objects.create_user("stranger"))
        assert client.get(audio_url(recording.pk)).status_code == 302
        client.force_login(User.objects.create_user("clerk", is_staff=True))
        assert client.get(audio_url(recording.pk)).status_code == 403

    def test_missing_recording_is_not_found(self, listener: Client, recording: Recording) -> None:
        assert listener.get(audio_url(uuid.uuid4())).status_code == 404
        recording.file.storage.delete(str(recording.file.name))
        assert listener.get(audio_url(recording.pk)).status_code == 404
        recording.update_fields(status=Recording.Status.ABSENT)
        assert listener.get(audio_url(recording.pk)).status_code == 404


@given(st.from_regex(r"bytes=[0-9]{0,3}-[0-9]{0,3}", fullmatch=True), st.integers(0, 50))
def test_range_is_within_file(header: str, size: int) -> None:
    try:
        part = parse_range(header, size)
    except RangeNotSatisfiable:
        return
    assert part is None or 0 <= part[0] <= part[1] < size
