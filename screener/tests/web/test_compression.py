"""Pages are compressed for browsers that ask for it. Recordings and the API are not."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from interviews.models import Recording
from tests.support.sample_rows import WAV, make_completed_interview

pytestmark = pytest.mark.django_db
GZIP = {"accept-encoding": "gzip, br"}


def test_page_is_compressed_on_request(admin_client: Client) -> None:
    plain = admin_client.get(reverse("admin:index"))
    packed = admin_client.get(reverse("admin:index"), headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 3
    assert gzip.decompress(packed.content).rstrip().endswith(b"</html>")


def test_recordings_and_replies_stay_plain(admin_client: Client) -> None:
    make_completed_interview()
    recording = Recording.objects.all()[0]
    audio = admin_client.get(reverse("admin:interviews_recording_audio", args=[recording.pk]), headers=GZIP)
    assert b"".join(audio.streaming_content) == WAV  # type: ignore[attr-defined]
    for response in (audio, admin_client.get("/api/schema/", headers=GZIP)):
        assert "Content-Encoding" not in response.headers
