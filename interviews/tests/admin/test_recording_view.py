"""Hearing a take: who may, which bytes, and under which headers."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from interviews.models import Recording
from screener.web.byte_ranges import RangeNotSatisfiable, parse_range
from tests.support.sample_rows import WAV, make_completed_interview

SIZE = len(WAV)
FIGURES = "9" * 5000
HUGE = f"bytes=0-{FIGURES}"
"""More figures than Python turns into a number."""


@pytest.fixture
def take(db: None) -> Recording:
    return make_completed_interview().responses.get(position=0).takes.get()


@pytest.fixture
def listener(db: None, client: Client) -> Client:
    user = User.objects.create_user("listener", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_recording"))
    client.force_login(user)
    return client


def address(pk: Any) -> str:
    return reverse("admin:interviews_recording_audio", args=[pk])


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


class TestATake:
    def test_is_heard_whole(self, listener: Client, take: Recording) -> None:
        answer = listener.get(address(take.pk))
        assert (answer.status_code, body(answer)) == (200, WAV)
        assert answer.headers["Content-Length"] == str(SIZE)
        assert answer.headers["Accept-Ranges"] == "bytes"

    @pytest.mark.parametrize(
        ("header", "first", "last"),
        [
            ("bytes=0-3", 0, 3),
            ("bytes=100-", 100, SIZE - 1),
            ("bytes=-10", SIZE - 10, SIZE - 1),
            (f"bytes=10-{SIZE * 9}", 10, SIZE - 1),
            (f"bytes=-{SIZE * 9}", 0, SIZE - 1),
        ],
    )
    def test_is_heard_in_part(self, listener: Client, take: Recording, header: str, first: int, last: int) -> None:
        answer = listener.get(address(take.pk), headers={"Range": header})
        assert (answer.status_code, body(answer)) == (206, WAV[first : last + 1])
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
        assert answer.headers["Content-Length"] == str(last - first + 1)

    @pytest.mark.parametrize("header", [f"bytes={SIZE}-", "bytes=9-3", "bytes=-0"])
    def test_ends_where_it_ends(self, listener: Client, take: Recording, header: str) -> None:
        answer = listener.get(address(take.pk), headers={"Range": header})
        assert (answer.status_code, body(answer)) == (416, b"")
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"

    @pytest.mark.parametrize(
        "header", ["", "bytes=-", "bytes=0-1,5-6", "pages=1-2", "bytes=a-b", "bytes=--1", HUGE, f"bytes=-{FIGURES}"]
    )
    def test_is_whole_where_the_range_is_none(self, listener: Client, take: Recording, header: str) -> None:
        assert body(listener.get(address(take.pk), headers={"Range": header})) == WAV

    def test_is_nothing_that_a_browser_would_run_or_keep(self, listener: Client, take: Recording) -> None:
        for header in ("", "bytes=0-3", f"bytes={SIZE}-"):
            answer = listener.get(address(take.pk), headers={"Range": header})
            body(answer)
            headers = answer.headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Disposition"].startswith("attachment")
            assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert "no-store" in headers["Cache-Control"]

    def test_can_be_asked_about_and_not_posted_to(self, listener: Client, take: Recording) -> None:
        answer: Any = listener.head(address(take.pk))
        for close in answer._resource_closers:  # as a server does; `close` itself would end the test's connection too
            close()
        assert answer.headers["Content-Length"] == str(SIZE)
        assert listener.post(address(take.pk)).status_code == 405

    def test_is_for_those_who_may_hear_it(self, client: Client, take: Recording) -> None:
        assert client.get(address(take.pk)).status_code == 302
        client.force_login(User.objects.create_user("stranger"))
        assert client.get(address(take.pk)).status_code == 302
        client.force_login(User.objects.create_user("clerk", is_staff=True))
        assert client.get(address(take.pk)).status_code == 403

    def test_that_is_not_there_is_not_found(self, listener: Client, take: Recording) -> None:
        assert listener.get(address(uuid.uuid4())).status_code == 404
        take.file.storage.delete(str(take.file.name))
        assert listener.get(address(take.pk)).status_code == 404
        take.update_fields(status=Recording.Status.ABSENT)
        assert listener.get(address(take.pk)).status_code == 404


@given(st.from_regex(r"bytes=[0-9]{0,3}-[0-9]{0,3}", fullmatch=True), st.integers(0, 50))
def test_a_range_lies_within_the_file(header: str, size: int) -> None:
    try:
        part = parse_range(header, size)
    except RangeNotSatisfiable:
        return
    assert part is None or 0 <= part[0] <= part[1] < size
