"""Share links: made by staff, read without a login, recorded, and closed for good."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.data_rights.erasure import erase_candidate
from desk.sharing import shared
from interviews.decisions import record_decision
from interviews.models import AccessEvent, Interview, ShareLink
from interviews.models.sharing.share_link import DEFAULT_DAYS
from interviews.reports.sharing import share_report
from jobs.models import JobDescription
from screener.access.blind_mode import turn_on
from screener.models import RoleKey
from screener.web.secret_paths import NO_TRACE_HEADERS
from tests.support.factories import make_approved_job
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import QUOTE, WAV, make_completed_interview

pytestmark = pytest.mark.django_db
OK, DENIED, MISSING, INVALID = 200, 403, 404, 422
NAME = "Ada Lovelace"


@pytest.fixture
def interview() -> Interview:
    return make_completed_interview(
        job=make_approved_job(), full_name=NAME, email="mail@example.com", transcript=f"I am {NAME}. I moved {QUOTE}."
    )


@pytest.fixture
def recruiter() -> User:
    return make_role_user(RoleKey.RECRUITER)


def share(by: User, *, days: int = DEFAULT_DAYS, with_names: bool = True, **subject: Any) -> tuple[ShareLink, str]:
    return share_report(by=by, recipient="Grace", days=days, with_names=with_names, **subject)


def open_page(token: str, name: str = "shared-report", **kwargs: Any) -> Any:
    return Client().get(reverse(name, kwargs={"token": token, **kwargs}))


def make_link(client: Client, interview: Interview, **fields: str) -> Any:
    return client.post(reverse("desk-share", args=[interview.pk]), {"recipient": "Grace", "days": "14", **fields})


class TestMaking:
    def test_token_is_shown_once(self, interview: Interview, recruiter: User) -> None:
        client = login_client(recruiter)
        page = make_link(client, interview, with_names="on")
        link = ShareLink.objects.get()
        token = page.context["address"].rstrip("/").rsplit("/", 1)[1]
        assert open_page(token).status_code == OK
        assert token not in str(ShareLink.objects.values())
        assert token not in client.get(reverse("desk-share", args=[interview.pk])).content.decode()
        assert (link.recipient, link.with_names, link.with_recordings, link.created_by) == (
            "Grace",
            True,
            False,
            recruiter,
        )
        assert link.expires_at - link.created_at > timedelta(days=13)

    def test_names_stay_hidden_in_blind_mode(self, interview: Interview, recruiter: User) -> None:
        turn_on(recruiter.pk, on=True)
        client = login_client(recruiter)
        assert make_link(client, interview, with_names="on").status_code == OK
        assert not ShareLink.objects.get().with_names
        reports = [reverse(name, args=[interview.pk]) for name in ("desk-report", "desk-report-json", "desk-share")]
        shortlist, table = (reverse(name, args=[interview.job_id]) for name in ("desk-shortlist", "desk-job-csv"))
        lists = [reverse("admin:interviews_interview_export_csv"), table]
        for address in (*reports, shortlist, *lists):
            answer: Any = client.get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert interview.candidate.alias in body.decode(), address
            assert not any(text in body.decode() for text in ("Ada", "Lovelace", "mail@example.com")), address

    @pytest.mark.parametrize("fields", [{"days": "0"}, {"days": "91"}, {"days": "x"}, {"recipient": ""}])
    def test_form_is_checked(self, interview: Interview, recruiter: User, fields: dict[str, str]) -> None:
        assert make_link(login_client(recruiter), interview, **fields).status_code == INVALID
        assert not ShareLink.objects.exists()

    def test_only_some_roles_share(self, interview: Interview) -> None:
        for key in (RoleKey.HIRING_MANAGER, RoleKey.AUDITOR):
            assert make_link(login_client(make_role_user(key, interview.job)), interview).status_code == DENIED
        link, _ = share(make_role_user(RoleKey.ADMINISTRATOR), interview=interview)
        revoke = reverse("desk-share-revoke", args=[link.pk])
        assert login_client(make_role_user(RoleKey.AUDITOR)).post(revoke).status_code == DENIED

    def test_queries_do_not_grow(
        self, interview: Interview, recruiter: User, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(5):
            share(recruiter, interview=interview)
        with django_assert_max_num_queries(16):
            login_client(recruiter).get(reverse("desk-share", args=[interview.pk]))


class TestReading:
    def test_page_needs_no_session(self, interview: Interview, recruiter: User) -> None:
        _, token = share(recruiter, interview=interview)
        answer = open_page(token)
        page = answer.content.decode()
        assert NAME in page
        assert QUOTE in page
        assert not any(text in page for text in ("mail@example.com", interview.candidate.phone, "<audio", "/admin/"))
        assert not answer.cookies
        assert {name: answer[name] for name in NO_TRACE_HEADERS} == NO_TRACE_HEADERS
        assert open_page(token, "shared-pdf")["Content-Type"] == "application/pdf"

    def test_hidden_name_is_nowhere(self, interview: Interview, recruiter: User) -> None:
        for subject in ({"interview": interview}, {"job": interview.job}):
            _, token = share(recruiter, with_names=False, **subject)
            page = open_page(token).content.decode()
            assert interview.candidate.alias in page
            assert not any(text in page for text in ("Ada", "Lovelace", str(interview.candidate_id)))

    def test_blind_review_shows_no_score(self, interview: Interview, recruiter: User) -> None:
        record_decision(interview, by=recruiter, verdict="reject", reason="Why7z.", seen=interview.results.get())
        JobDescription.objects.update(blind_review=True)
        for subject in ({"interview": interview}, {"job": interview.job}):
            _, token = share(recruiter, **subject)
            page = open_page(token).content.decode()
            assert NAME in page
            assert not any(text in page for text in ("7.5", "Why7z", "p-hire", "p-reject"))

    def test_recordings_are_played_if_shared(self, interview: Interview, recruiter: User) -> None:
        _, without = share(recruiter, interview=interview)
        _, token = share(recruiter, interview=interview, with_recordings=True)
        assert "<audio" in open_page(token).content.decode()
        audio = open_page(token, "shared-recording", position=0)
        assert b"".join(audio.streaming_content) == WAV
        assert open_page(token, "shared-recording", position=99).status_code == MISSING
        assert open_page(without, "shared-recording", position=0).status_code == MISSING

    def test_access_is_recorded_once_per_visit(self, interview: Interview, recruiter: User) -> None:
        link, token = share(recruiter, interview=interview)
        for _ in range(3):
            open_page(token)
        Client().head(reverse("shared-report", args=[token]), REMOTE_ADDR="192.0.2.9")
        Client().get(reverse("shared-report", args=[token]), REMOTE_ADDR="192.0.2.7")
        open_page(token, "shared-pdf")
        parts = [event.part for event in link.accesses.order_by("created_at")]
        assert parts == [AccessEvent.Part.PAGE, AccessEvent.Part.PAGE, AccessEvent.Part.PDF]
        assert len({event.visitor for event in link.accesses.all()}) == 2
        assert "192.0.2.7" not in str(link.accesses.values())

    def test_requests_are_limited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shared, "MOST_REQUESTS", 2)
        assert [open_page("x").status_code for _ in range(3)] == [shared.GONE, shared.GONE, shared.TOO_MANY]
        cache.clear()
        assert open_page("x").status_code == shared.GONE

    def test_posting_is_refused(self, interview: Interview, recruiter: User) -> None:
        link, token = share(recruiter, interview=interview)
        assert Client().post(reverse("shared-report", args=[token])).status_code == 405
        assert not link.accesses.exists()


class TestClosing:
    def check_closed(self, token: str) -> None:
        for name, kwargs in (("shared-report", {}), ("shared-pdf", {}), ("shared-recording", {"position": 0})):
            answer = open_page(token, name, **kwargs)
            assert answer.status_code == shared.GONE
            assert not any(text in answer.content.decode() for text in (NAME, "Support engineer", "hanna"))

    def test_revoked_link_is_closed(self, interview: Interview, recruiter: User) -> None:
        link, token = share(recruiter, interview=interview, with_recordings=True)
        client = login_client(recruiter)
        for _ in range(2):
            assert client.post(reverse("desk-share-revoke", args=[link.pk])).status_code == 302
        link.refresh_from_db()
        assert (link.state, link.revoked_by) == (ShareLink.State.REVOKED, recruiter.get_username())
        self.check_closed(token)

    def test_expired_link_is_closed(self, interview: Interview, recruiter: User) -> None:
        _, token = share(recruiter, interview=interview, days=1, with_recordings=True)
        with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
            self.check_closed(token)

    def test_erased_candidate_closes_link(self, interview: Interview, recruiter: User) -> None:
        link, token = share(recruiter, interview=interview, with_recordings=True)
        _, shortlist = share(recruiter, job=interview.job)
        open_page(token)
        erase_candidate(interview.candidate, actor="hanna", reason="They asked for it.")
        self.check_closed(token)
        link.refresh_from_db()
        assert (link.recipient, link.state, link.accesses.count()) == ("", ShareLink.State.REVOKED, 0)
        assert NAME not in open_page(shortlist).content.decode()

    def test_admin_revokes_link(self, interview: Interview, recruiter: User, admin_client: Client) -> None:
        link, token = share(recruiter, interview=interview, with_recordings=True)
        open_page(token)
        assert admin_client.get(reverse("admin:interviews_sharelink_changelist")).status_code == OK
        admin_client.post(reverse("admin:interviews_sharelink_revoke", args=[link.pk]))
        self.check_closed(token)
