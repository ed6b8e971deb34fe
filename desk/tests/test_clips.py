"""Videos on the page of an interview: to watch, for users who may listen, and never in blind mode."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from interviews.models import Clip, VideoChoice
from screener.access.blind_mode import turn_on
from tests.support.admin_client import admin_url, make_staff_client
from tests.support.sample_rows import VIDEO, make_clip, make_completed_interview

pytestmark = pytest.mark.django_db
PERMISSIONS = ("view_recording", "view_interview")


@pytest.fixture
def clip() -> Clip:
    return make_clip(make_completed_interview())


def address_of(clip: Clip) -> str:
    return reverse("desk-clip", args=[clip.pk])


def page_of(client: Client, clip: Clip) -> str:
    return client.get(admin_url(clip.take.response.interview)).content.decode()


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_video_is_sent_in_ranges(clip: Clip) -> None:
    client = make_staff_client(*PERMISSIONS)
    whole, part = client.get(address_of(clip)), client.get(address_of(clip), headers={"Range": "bytes=4-"})
    assert (whole.status_code, body(whole), whole["Content-Type"]) == (200, VIDEO, "video/webm")
    assert (part.status_code, body(part)) == (206, VIDEO[4:])
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in whole["Cache-Control"]
    assert address_of(clip) in page_of(client, clip)


def test_video_needs_the_permission_of_recordings(clip: Clip, client: Client) -> None:
    assert client.get(address_of(clip)).status_code == 302
    clerk = make_staff_client("view_interview")
    assert clerk.get(address_of(clip)).status_code == 403
    assert address_of(clip) not in page_of(clerk, clip)
    member_of_no_job = User.objects.create_user("member", is_staff=True)
    member_of_no_job.user_permissions.set(Permission.objects.filter(codename__in=[*PERMISSIONS, "view_names"]))
    client.force_login(member_of_no_job)
    assert client.get(address_of(clip)).status_code == 404


def test_blind_mode_hides_video(clip: Clip, client: Client) -> None:
    """A face tells who the candidate is."""
    reader = User.objects.create_superuser("root")
    client.force_login(reader)
    turn_on(reader.pk, on=True)
    assert client.get(address_of(clip)).status_code == 403
    assert address_of(clip) not in page_of(client, clip)


def test_withdrawn_and_missing_video_is_not_found(clip: Clip) -> None:
    client = make_staff_client(*PERMISSIONS)
    VideoChoice.objects.update(choice=VideoChoice.Choice.WITHDRAWN)
    assert client.get(address_of(clip)).status_code == 404
    assert address_of(clip) not in page_of(client, clip)
    VideoChoice.objects.update(choice=VideoChoice.Choice.AGREED)
    clip.file.storage.delete(str(clip.file.name))
    for pk in (clip.pk, uuid4()):
        assert client.get(reverse("desk-clip", args=[pk])).status_code == 404
