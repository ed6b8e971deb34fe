"""Invitations: one link per interview, made by staff and clients, and what it opens."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.signing import Signer
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.data_rights.erasure import erase_candidate
from interviews.invitations import inviting
from interviews.models import EventKind, Interview, InterviewEvent, Invitation, lock_interview
from interviews.models.invitations.invitation import DEFAULT_DAYS
from portal.access import GONE, MOST_REQUESTS, SECONDS, TOO_MANY
from screener.api.idempotency import REPLAYED_HEADER
from screener.models import IdempotentRequest, InvalidTransition, Organisation, RoleKey
from screener.models.keys.scopes import READING_SCOPES
from screener.web.rate_limit import is_over_limit
from screener.web.secret_paths import NO_TRACE_HEADERS, mask_tokens
from tests.support.factories import make_api_client, make_api_key, make_interview
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
OK, DENIED, MISSING, CONFLICT, NOT_ALLOWED = 200, 403, 404, 409, 405
NAME = "Ada Lovelace"


@pytest.fixture
def interview() -> Interview:
    return make_interview(full_name=NAME, email="mail@example.com")


@pytest.fixture
def invitation(interview: Interview) -> Invitation:
    return inviting.invite(interview, actor="hanna")


def open_portal(token: str, **data: str) -> Any:
    return Client().get(reverse("portal", args=[token]), data)


class TestInviting:
    def test_link_is_the_same_until_revoked(self, interview: Interview, invitation: Invitation) -> None:
        again = inviting.invite(interview, actor="hanna")
        assert again.pk == invitation.pk
        assert again.token == invitation.token
        assert inviting.revoke(invitation, actor="hanna")
        assert not inviting.revoke(invitation, actor="hanna")
        other = inviting.invite(interview, actor="hanna")
        assert other.token != invitation.token
        assert [open_portal(row.token).status_code for row in (invitation, other)] == [GONE, OK]
        kinds = [EventKind.INTERVIEW_INVITED, EventKind.INVITATION_REVOKED]
        events = InterviewEvent.objects.filter(kind__in=kinds).order_by("created_at").values_list("kind", flat=True)
        assert list(events) == [*kinds, EventKind.INTERVIEW_INVITED]

    def test_database_allows_one(self, interview: Interview, invitation: Invitation) -> None:
        with pytest.raises(IntegrityError):
            Invitation.objects.create(interview=interview, expires_at=timezone.now(), created_by="x")

    def test_expired_link_opens_when_renewed(self, invitation: Invitation) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=DEFAULT_DAYS, minutes=1)):
            assert open_portal(invitation.token).status_code == GONE
            inviting.renew(invitation, actor="hanna")
            assert open_portal(invitation.token).status_code == OK

    def test_ended_interview_invites_nobody(self, interview: Interview) -> None:
        with lock_interview(interview) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="hanna")
        with pytest.raises(InvalidTransition):
            inviting.invite(interview, actor="hanna")

    def test_employer_is_needed(self, interview: Interview) -> None:
        Organisation.objects.all().delete()
        with pytest.raises(InvalidTransition):
            inviting.invite(interview, actor="hanna")


class TestOpening:
    def test_page_says_who_asks_and_what_for(self, interview: Interview, invitation: Invitation) -> None:
        answer = open_portal(invitation.token)
        page = answer.content.decode()
        organisation = Organisation.objects.get()
        shown = (NAME, interview.job.title, organisation.name, organisation.privacy_notice_url)
        assert all(text in page for text in shown)
        assert not any(text in page for text in (interview.candidate.phone, interview.candidate.email, "<script"))
        assert not answer.cookies
        assert {name: answer[name] for name in NO_TRACE_HEADERS} == NO_TRACE_HEADERS
        assert "script-src" not in answer["Content-Security-Policy"]

    def test_opening_changes_nothing(self, interview: Interview, invitation: Invitation) -> None:
        """Mail scanners open links, and browsers fetch them ahead."""
        address = reverse("portal", args=[invitation.token])
        before = Interview.objects.values().get(), InterviewEvent.objects.count()
        for method in ("get", "head"):
            assert getattr(Client(), method)(address, headers={"Sec-Purpose": "prefetch"}).status_code == OK
        assert Client().post(address).status_code == NOT_ALLOWED
        assert (Interview.objects.values().get(), InterviewEvent.objects.count()) == before

    def test_forged_links_stay_closed(self, interview: Interview, invitation: Invitation) -> None:
        identifier, _, signature = invitation.token.partition(".")
        other = Signer(sep=".", salt="another").sign(identifier)
        forged = [
            identifier,
            f"{identifier}.",
            f"{identifier}.{signature[:-1]}",
            other,
            f"x{invitation.token}",
            "\u00e9",
        ]
        answers = [open_portal(token) for token in forged]
        assert [answer.status_code for answer in answers] == [GONE] * len(forged)
        assert not any(NAME in answer.content.decode() for answer in answers)

    def test_closed_page_tells_no_name(self, interview: Interview, invitation: Invitation) -> None:
        inviting.revoke(invitation, actor="hanna")
        page = open_portal(invitation.token).content.decode()
        assert not any(text in page for text in (NAME, interview.job.title))
        assert Organisation.objects.get().name in page

    def test_erasure_closes_link(self, interview: Interview, invitation: Invitation) -> None:
        erase_candidate(interview.candidate, actor="hanna", reason="asked")
        assert open_portal(invitation.token).status_code == GONE
        invitation.refresh_from_db()
        assert invitation.revoked_at

    def test_language_is_that_of_interview(self, invitation: Invitation) -> None:
        address = reverse("portal", args=[invitation.token])
        assert Client().get(address, headers={"Accept-Language": "de"})["Content-Language"] == "en"
        Interview.objects.update(language="de-AT")
        assert open_portal(invitation.token)["Content-Language"] == "de"
        assert open_portal(invitation.token, lang="en")["Content-Language"] == "en"
        assert open_portal(invitation.token, lang="<x>")["Content-Language"] == "de"
        Interview.objects.update(language="sv")
        assert Client().get(address, headers={"Accept-Language": "de"})["Content-Language"] == "de"

    def test_rate_is_limited(self, invitation: Invitation) -> None:
        """The first requests are only counted: a page takes longer."""
        for _ in range(MOST_REQUESTS - 1):
            assert not is_over_limit("portal", "127.0.0.1", most=MOST_REQUESTS, seconds=SECONDS)
        assert [open_portal(invitation.token).status_code for _ in range(2)] == [OK, TOO_MANY]

    def test_logs_leave_token_out(self, invitation: Invitation) -> None:
        assert invitation.token not in mask_tokens(f"GET /i/{invitation.token}/ 200")


class TestDesk:
    def test_recruiter_makes_renews_and_revokes(self, interview: Interview) -> None:
        client, address = (
            login_client(make_role_user(RoleKey.RECRUITER)),
            reverse("desk-invitation", args=[interview.pk]),
        )
        assert client.get(address).context["invitation"] is None
        client.post(address, {"days": "3"})
        invitation = Invitation.objects.get()
        assert invitation.expires_at - invitation.created_at < timedelta(days=4)
        assert invitation.token in client.get(address).content.decode()
        client.post(address, {"days": "20"})
        invitation.refresh_from_db()
        assert invitation.expires_at - invitation.created_at > timedelta(days=19)
        assert client.post(address, {"days": "91"}).status_code == 422
        client.post(reverse("desk-invitation-revoke", args=[interview.pk]))
        invitation.refresh_from_db()
        assert invitation.revoked_at

    def test_other_roles_see_no_link(self, interview: Interview, invitation: Invitation) -> None:
        for key in (RoleKey.HIRING_MANAGER, RoleKey.AUDITOR):
            client = login_client(make_role_user(key, interview.job))
            assert client.get(reverse("desk-invitation", args=[interview.pk])).status_code == DENIED
            assert client.post(reverse("desk-invitation-revoke", args=[interview.pk])).status_code == DENIED
            page = client.get(reverse("admin:interviews_interview_change", args=[interview.pk]))
            assert invitation.token not in page.content.decode()


class TestApi:
    def test_client_invites_and_revokes(self, interview: Interview) -> None:
        client, address = make_api_client(), f"/api/v1/interviews/{interview.pk}/invitation/"
        assert client.get(address).status_code == MISSING
        made = client.post(address, {"days": 2}, format="json").json()
        invitation = Invitation.objects.get()
        assert made["url"].endswith(reverse("portal", args=[invitation.token]))
        assert client.get(address).json() == made
        assert client.post(address, {"day": 2}, format="json").status_code == 400
        assert client.post(f"{address}revoke/").json()["state"] == "revoked"
        assert client.post(f"{address}revoke/").status_code == MISSING

    def test_replayed_request_keeps_no_link(self, interview: Interview) -> None:
        client, address = make_api_client(), f"/api/v1/interviews/{interview.pk}/invitation/"
        made, repeated = (
            client.post(address, {"days": 2}, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)
        )
        assert repeated.json() == made.json()
        assert repeated[REPLAYED_HEADER] == "true"
        assert IdempotentRequest.objects.get().body is None
        assert not interview.events.filter(kind=EventKind.INVITATION_RENEWED).exists()

    def test_link_needs_write_scope(self, interview: Interview, invitation: Invitation) -> None:
        client = make_api_client(make_api_key("reader", scopes=READING_SCOPES))
        assert client.get(f"/api/v1/interviews/{interview.pk}/").status_code == OK
        assert client.get(f"/api/v1/interviews/{interview.pk}/invitation/").status_code == DENIED

    def test_planning_invites(self, interview: Interview) -> None:
        candidate, job = str(interview.candidate_id), str(interview.job_id)
        with lock_interview(interview) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="hanna")
        client = make_api_client()
        created = client.post(
            "/api/v1/interviews/", {"candidate": candidate, "job": job, "invite": True}, format="json"
        ).json()
        assert "invite" not in created
        assert Invitation.objects.get().interview_id == interview.candidate.interviews.live().get().pk
