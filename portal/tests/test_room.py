"""The addresses of the room: what its script may send, and what is refused."""

import io
import json
import re
import wave
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from candidates.models import Consent
from interviews.invitations import inviting
from interviews.invitations.choices import agree
from interviews.models import Interview, InterviewResponse, Invitation, Recording, Take, TakeChunk, lock_interview
from interviews.models.turns.chunk import MAX_NUMBER
from interviews.models.turns.take import BYTES_PER_SECOND, MAX_CHUNK_BYTES, ChunkOutcome
from interviews.room.takes import delete_settled_chunks
from interviews.self_service.turns import lock_open_attempt
from interviews.writing.disclosure import FREEDOM
from jobs.channels import Channel
from jobs.models import JobDescription
from portal.access import GONE
from portal.room.consent import consent_sentences
from portal.room.state import limit_text
from portal.room.uploads import UNAVAILABLE, chunk_uploads
from portal.standing import Stage
from tests.support.factories import make_approved_job, make_interview

pytestmark = pytest.mark.django_db
OK, MALFORMED, MISSING, CONFLICT = 200, 400, 404, 409
TAB, OTHER_TAB = UUID(int=1), UUID(int=2)
SECOND = b"\x01\x02" * (BYTES_PER_SECOND // 2)


class Page:
    """The script of the room, in one tab."""

    def __init__(self, invitation: Invitation, tab: UUID = TAB) -> None:
        self.invitation, self.tab, self.take = invitation, tab, uuid4()
        self.state: dict[str, Any] = {}

    def post(self, name: str, data: Any = b"", *arguments: Any) -> Any:
        content_type = "application/octet-stream" if isinstance(data, bytes) else "application/json"
        body = data if isinstance(data, bytes) else json.dumps(data)
        address = reverse(f"portal-room-{name}", args=[self.invitation.token, *arguments])
        return Client().post(address, body, content_type, headers={"X-Room-Tab": str(self.tab)})

    def enter(self) -> None:
        self.state = self.post("enter").json()

    def choose(self, choice: str) -> Any:
        response = self.post("choice", {"turn": self.state["turn"], "choice": choice})
        self.state = response.json()
        return response

    def agree(self) -> None:
        self.enter()
        self.choose("agree")

    def record(self, seconds: int = 2) -> None:
        self.take = uuid4()
        assert self.post("take", {}, self.take).status_code == OK
        for number in range(seconds):
            assert self.add(number).status_code == OK

    def add(self, number: int, content: bytes = SECOND) -> Any:
        return self.post("chunk", content, self.take, number)

    def send(self, count: int = 2) -> Any:
        response = self.post("send", {"count": count}, self.take)
        if response.status_code == OK:
            self.state = response.json()
        return response


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
def invitation() -> Invitation:
    return inviting.invite(make_interview(job=make_approved_job(preparation_seconds=20)), actor="hanna")


@pytest.fixture
def page(invitation: Invitation) -> Page:
    page = Page(invitation)
    page.agree()
    return page


def test_page_has_no_effect(invitation: Invitation) -> None:
    response = Client().get(reverse("portal-room", args=[invitation.token]))
    assert response.status_code == OK
    assert "microphone=(self)" in response["Permissions-Policy"]
    assert not invitation.interview.attempts.exists()
    for name in ("enter", "leave", "choice"):
        assert Client().get(reverse(f"portal-room-{name}", args=[invitation.token])).status_code == 405


def test_room_is_offered_where_the_job_allows_it(invitation: Invitation) -> None:
    landing, room = (reverse(name, args=[invitation.token]) for name in ("portal", "portal-room"))
    assert f'href="{room}"' in Client().get(landing).content.decode()
    JobDescription.objects.update(channels=[Channel.PHONE])
    assert f'href="{room}"' not in Client().get(landing).content.decode()
    assert Client().get(room)["Location"] == landing
    assert code_of(Page(invitation).post("enter")) == (CONFLICT, "channel_not_allowed")


def test_candidate_of_the_room_is_not_called(invitation: Invitation) -> None:
    Interview.objects.update(channel=Channel.ROOM, next_attempt_at=None)
    page = Client().get(reverse("portal", args=[invitation.token]))
    assert page.context["standing"].stage == Stage.ONLINE


def test_interview_is_held(page: Page) -> None:
    consent = Consent.objects.get(kind=Consent.Kind.RECORD)
    assert (consent.given_by, len(consent.wording_version)) == (Consent.GivenBy.FORM, 64)
    for position in range(3):
        question = page.state["question"]
        assert (question["position"], question["answered"], page.state["preparation_seconds"]) == (
            position,
            position,
            20,
        )
        page.record()
        assert page.send().status_code == OK
    assert page.state["stage"] == "over"
    assert page.send().status_code == OK  # the reply was lost
    interview = Interview.objects.get()
    assert interview.outcome == Interview.Outcome.COMPLETE
    assert set(Recording.objects.values_list("seconds", "chosen")) == {(2, True)}
    assert code_of(page.post("enter")) == (CONFLICT, "over")
    assert page.add(2).json()["code"] == ChunkOutcome.CLOSED


@pytest.mark.parametrize(("name", "view"), [("chunk", "add_chunk_view"), ("clip-chunk", "add_clip_chunk_view")])
def test_chunks_pass_no_other_middleware(name: str, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their addresses lead to the same views by the middleware and by the URL configuration."""
    address = reverse(f"portal-room-{name}", args=["token", uuid4(), 3])
    route = resolve(address)
    monkeypatch.setattr(f"portal.room.uploads.{view}", lambda request, **named: JsonResponse(named))
    response = chunk_uploads(unexpected_request)(RequestFactory().post(address))
    assert isinstance(response, HttpResponse)
    assert response.content == JsonResponse(route.kwargs).content
    assert route.func.__name__ == view


def unexpected_request(request: HttpRequest) -> HttpResponse:
    raise AssertionError(request.path)


def test_chunk_for_another_host_is_refused(page: Page) -> None:
    page.record(1)
    address = reverse("portal-room-chunk", args=[page.invitation.token, page.take, 1])
    headers = {"X-Room-Tab": str(TAB), "Host": "other.example"}
    assert Client().post(address, SECOND, "application/octet-stream", headers=headers).status_code == MALFORMED
    assert TakeChunk.objects.count() == 1


def test_chunk_without_database_is_sent_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a traceback: each room would log one per second."""
    page.record(1)
    with monkeypatch.context() as outage:
        outage.setattr("portal.room.views.add_chunk", Mock(side_effect=OperationalError))
        assert code_of(page.add(1)) == (UNAVAILABLE, "unavailable")
    assert page.add(1).status_code == OK


def test_broken_connection_is_no_error_of_ours(page: Page) -> None:
    """The train went into a tunnel while a chunk was on its way."""
    page.record(1)
    address = reverse("portal-room-chunk", args=[page.invitation.token, page.take, 1])
    broken = {"wsgi.input": Mock(read=Mock(side_effect=OSError))}
    headers = {"X-Room-Tab": str(TAB)}
    response = Client().post(address, SECOND, "application/octet-stream", headers=headers, **broken)
    assert code_of(response) == (UNAVAILABLE, "unavailable")
    assert page.add(1).status_code == OK


def test_chunk_takes_one_statement(page: Page, django_assert_num_queries: Any) -> None:
    page.record(2)
    with django_assert_num_queries(1):
        assert page.add(2).status_code == OK


def test_last_take_is_sent_twice_at_once(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second request has found the take open when the first one ends the interview."""
    for _ in range(2):
        page.record()
        page.send()
    page.record()

    def lock_after_first(attempt_id: UUID) -> Any:
        monkeypatch.undo()
        assert page.send().status_code == OK
        return lock_open_attempt(attempt_id)

    monkeypatch.setattr("portal.room.views.lock_open_attempt", lock_after_first)
    assert page.send().status_code == OK
    assert Interview.objects.get().outcome == Interview.Outcome.COMPLETE


def test_consent_on_the_invitation_is_enough(invitation: Invitation) -> None:
    agree(invitation.interview, wording_version="a" * 64, language="en")
    page = Page(invitation)
    page.enter()
    assert page.state["stage"] == "question"


def test_consent_for_another_interview_is_not(invitation: Invitation) -> None:
    agree(invitation.interview, wording_version="a" * 64, language="en")
    later = timezone.now() + timedelta(minutes=1)
    Interview.objects.filter(pk=invitation.interview_id).update(created_at=later)
    page = Page(invitation)
    page.enter()
    assert page.state["stage"] == "consent"


def test_consent_names_no_channel() -> None:
    """A job may offer the room alone. Both disclosures promise the same freedom."""
    assert consent_sentences()[-1] == str(FREEDOM)


def test_refusal_of_consent_ends_the_interview(invitation: Invitation) -> None:
    page = Page(invitation)
    page.enter()
    page.choose("refuse")
    assert page.state["stage"] == "ended"
    assert Interview.objects.get().outcome == Interview.Outcome.DECLINED


def test_chunks_are_checked(page: Page) -> None:
    page.record(1)
    for content in (b"", b"x", bytes(MAX_CHUNK_BYTES + 2)):
        assert code_of(page.add(1, content)) == (MALFORMED, "invalid_sound")
    assert page.add(0).status_code == OK
    assert code_of(page.add(0, SECOND[2:])) == (CONFLICT, ChunkOutcome.CONFLICT)
    assert code_of(page.add(MAX_NUMBER + 1)) == (CONFLICT, ChunkOutcome.TOO_LONG)
    assert TakeChunk.objects.count() == 1
    response = page.send(3)
    assert (code_of(response), response.json()["missing"]) == ((CONFLICT, "missing_chunks"), [1, 2])
    assert code_of(page.send(10**9)) == (CONFLICT, "malformed")


def test_late_chunk_of_discarded_take_is_deleted(page: Page) -> None:
    """A chunk may be added by a request that read the take before it was discarded."""
    page.record()
    page.choose("skip")
    TakeChunk.objects.create(take=Take.objects.get(), number=9, content=SECOND)
    delete_settled_chunks()
    assert not TakeChunk.objects.exists()


def test_chunks_need_an_open_invitation(page: Page, invitation: Invitation) -> None:
    page.record(1)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert page.add(1).status_code == GONE
    inviting.renew(invitation, actor="hanna")
    assert page.add(1).status_code == OK
    forged = reverse("portal-room-chunk", args=["forged.token", page.take, 2])
    assert Client().post(forged, SECOND, "application/octet-stream").status_code == GONE


def test_chunk_of_another_interview_is_refused(page: Page) -> None:
    other = Page(inviting.invite(make_interview(phone="+14155550101"), actor="hanna"))
    other.agree()
    page.record(1)
    other.take = page.take
    assert code_of(other.add(1)) == (CONFLICT, ChunkOutcome.UNKNOWN_TAKE)
    assert code_of(other.send(1)) == (CONFLICT, "foreign_take")
    address = reverse("portal-room-sound", args=[other.invitation.token, page.take])
    assert Client().get(address).status_code == MISSING


def test_newer_tab_takes_over(page: Page, invitation: Invitation) -> None:
    page.record(2)
    newer = Page(invitation, OTHER_TAB)
    newer.enter()
    assert newer.state["take"] == {"id": str(page.take), "next": 2, "seconds": 2}
    for response in (page.add(2), page.send(), page.post("leave"), page.post("take", {}, uuid4())):
        assert code_of(response) == (CONFLICT, "taken_over")
    newer.take = page.take
    assert newer.add(2).status_code == OK
    assert newer.send(3).status_code == OK


def test_take_can_be_heard_before_it_is_sent(page: Page) -> None:
    page.record()
    address = reverse("portal-room-sound", args=[page.invitation.token, page.take])
    with wave.open(io.BytesIO(Client().get(address).content)) as sound:
        assert sound.readframes(sound.getnframes()) == SECOND * 2
    page.send()
    assert Client().get(address).status_code == MISSING


def test_answer_is_recorded_again_as_often_as_allowed(page: Page) -> None:
    page.record()
    page.record()
    assert code_of(page.post("take", {}, uuid4())) == (CONFLICT, "too_many_takes")
    page.enter()
    assert (page.state["takes_left"], page.state["take"]["id"]) == (1, str(page.take))


def test_postponed_question_keeps_its_take(page: Page) -> None:
    page.record()
    page.choose("come_back")
    for _ in range(2):
        assert page.state["take"] is None
        page.record()
        page.send()
    assert page.state["question"]["position"] == 0
    assert (page.state["take"]["seconds"], page.state["can_come_back"]) == (2, False)


def test_skipped_question_loses_its_take(page: Page) -> None:
    page.record()
    page.choose("skip")
    assert page.state["question"]["position"] == 1
    assert Take.objects.get().status == Take.Status.DISCARDED
    assert not Recording.objects.exists()


def test_stale_and_malformed_requests_are_refused(page: Page) -> None:
    assert code_of(page.post("choice", {"turn": 0, "choice": "skip"})) == (CONFLICT, "stale")
    assert code_of(page.post("choice", {"turn": page.state["turn"], "choice": "agree"})) == (CONFLICT, "stale")
    assert code_of(page.post("choice", {"turn": 10**30, "choice": "skip"})) == (CONFLICT, "stale")
    malformed: list[Any] = [
        {},
        {"turn": "x", "choice": "skip"},
        {"turn": 1, "choice": "fly"},
        {"turn": inf, "choice": "skip"},
        {"turn": 1, "choice": ["skip"]},
        [],
        "x",
    ]
    for data in malformed:
        assert code_of(page.post("choice", data)) == (MALFORMED, "malformed")
    assert code_of(page.post("choice", b"[" * 100_000)) == (MALFORMED, "malformed")
    page.tab = "no tab"  # type: ignore[assignment]
    assert code_of(page.post("enter")) == (MALFORMED, "malformed")


def test_left_interview_goes_on_at_the_same_question(page: Page, invitation: Invitation) -> None:
    page.record()
    page.send()
    assert page.post("leave").status_code == OK
    laptop = Page(invitation, OTHER_TAB)
    laptop.enter()
    assert (laptop.state["stage"], laptop.state["question"]["position"]) == ("question", 1)
    assert invitation.interview.attempts.count() == 1


def test_room_closes_with_the_interview(page: Page) -> None:
    page.record(1)
    with lock_interview(Interview.objects.get()) as interview:
        interview.cancel(Interview.Outcome.BY_HR, actor="hanna")
    assert code_of(page.post("enter")) == (CONFLICT, "over")
    assert code_of(page.send(1)) == (CONFLICT, "stale")
    inviting.revoke(page.invitation, actor="hanna")
    assert page.add(1).status_code == GONE


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7, "Up to 7 seconds"),
        (45, "Up to 45 seconds"),
        (60, "Up to 1 minute"),
        (90, "Up to 90 seconds"),
        (100, "Up to 1 minute 40 seconds"),
        (119, "Up to 2 minutes"),
        (150, "Up to 2 minutes 30 seconds"),
        (600, "Up to 10 minutes"),
    ],
)
def test_limit_is_said_as_people_do(seconds: int, text: str) -> None:
    assert limit_text(seconds) == text


def test_words_of_sent_answers_are_shown(page: Page) -> None:
    """Only to the tab that holds the interview: the link alone, which may be forwarded, reads nothing."""
    address = reverse("portal-room-answers", args=[page.invitation.token])

    def read(tab: UUID) -> Any:
        return Client().get(address, headers={"X-Room-Tab": str(tab)})

    page.record()
    assert read(TAB).json() == {"answers": []}
    page.send()
    response = InterviewResponse.objects.get(position=0)
    expected = {"question": response.question, "state": "waiting", "text": ""}
    assert read(TAB).json() == {"answers": [expected]}
    response.update_fields(status=InterviewResponse.Status.TRANSCRIBED, transcript="I fixed it.")
    assert read(TAB).json()["answers"] == [expected | {"state": "understood", "text": "I fixed it."}]
    for status in (InterviewResponse.Status.UNINTELLIGIBLE, InterviewResponse.Status.MODEL_UNAVAILABLE):
        response.update_fields(status=status, transcript="")
        assert read(TAB).json()["answers"] == [expected | {"state": "missing"}]
    assert code_of(read(OTHER_TAB)) == (CONFLICT, "taken_over")
    assert code_of(Client().get(address)) == (MALFORMED, "malformed")
    assert Client().post(address).status_code == 405


@pytest.mark.parametrize(("name", "limit"), [("portal", 60_000), ("portal-schedule", 60_000), ("portal-room", 250_000)])
def test_page_is_small(invitation: Invitation, name: str, limit: int) -> None:
    """The page with its files, not compressed, and all modules of its script."""
    static = settings.BASE_DIR / "static"
    page = Client().get(reverse(name, args=[invitation.token])).content
    paths = [Path(path.decode()) for path in re.findall(rb'(?:href|src)="/static/([^"]+)"', page)]
    modules = {module for path in paths if path.suffix == ".js" for module in (static / path).parent.rglob("*.js")}
    files = {static / path for path in paths} | modules
    assert len(paths) >= 2
    assert len(page) + sum(path.stat().st_size for path in files) < limit
