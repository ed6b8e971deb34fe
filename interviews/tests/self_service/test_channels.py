"""Which channels a job allows, over which one an interview is held, and moving between them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from interviews.calling.dialer import dial_interview, interviews_due
from interviews.calling.retries import attempts_to_follow_up
from interviews.conversation import engine
from interviews.intake.call_again import preview_call_again
from interviews.invitations import inviting
from interviews.models import Attempt, EventKind, Interview, WaitReason, lock_attempt, lock_interview
from interviews.models.transitions.conversation import ReceivedInput, apply_input
from interviews.models.transitions.interview import ChannelNotAllowed
from interviews.planning import NotPossible, Obstacle, plan_interview
from interviews.reception.inbound_calls import receive_call
from interviews.self_service.attempts import leave_attempt, open_attempt
from interviews.task_handles import FOLLOW_UP
from jobs.channels import Channel
from jobs.models import JobDescription
from screener.models import InvalidTransition
from tests.support.api_problems import assert_problem
from tests.support.factories import make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.written_interview import Writer

pytestmark = pytest.mark.django_db

PHONE, ROOM, TEXT = Channel.PHONE, Channel.ROOM, Channel.TEXT
LIMITED = {"title": "Cook", "description": "Cook for 80 guests each day."}


def plan_in_writing(**candidate: Any) -> Interview:
    return plan_interview(
        candidate=make_candidate(**candidate), job=make_approved_job(), actor="a test", channel=Channel.TEXT
    )


def choose(interview: Interview, channel: Channel, **options: Any) -> None:
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.choose_channel(channel, actor="a test", **options)


def test_job_is_by_phone_unless_set(api: APIClient) -> None:
    job = api.post("/api/v1/jobs/", LIMITED, format="json").json()
    assert job["channels"] == [PHONE]
    changed = api.patch(f"/api/v1/jobs/{job['id']}/", {"channels": [TEXT]}, format="json").json()
    assert changed["channels"] == [TEXT]
    for channels in ([], ["fax"], "text"):
        assert_problem(api.patch(f"/api/v1/jobs/{job['id']}/", {"channels": channels}, format="json"), 400)
    with pytest.raises(IntegrityError):
        JobDescription.objects.update(channels=[])


def test_written_interview_is_never_dialled(twilio: FakeTwilio) -> None:
    interview = plan_in_writing()
    assert (interview.channel, interview.next_attempt_at, interviews_due()) == (TEXT, None, [])
    dial_interview(interview.pk)
    leave_attempt(open_attempt(interview, TEXT).pk)
    Attempt.objects.update(ended_at=timezone.now() - timedelta(days=1))
    run_tasks(include_later=True)
    assert (interviews_due(), attempts_to_follow_up()) == ([], [])
    assert not interview.attempts.in_a_call().exists()
    with pytest.raises(InvalidTransition), lock_interview(interview) as locked:
        locked.move_next_attempt(timezone.now(), actor="a test")
    assert preview_call_again([interview]).left_out[0].code == Obstacle.CHANNEL


def test_database_refuses_call_for_written_interview() -> None:
    plan_in_writing()
    with pytest.raises(IntegrityError):
        Interview.objects.update(next_attempt_at=timezone.now())


def test_written_interview_needs_no_consent_to_calls() -> None:
    assert plan_in_writing(consents=False).status == Interview.Status.PENDING


def test_channel_must_be_allowed() -> None:
    job = make_approved_job(channels=[PHONE])
    with pytest.raises(NotPossible) as refusal:
        plan_interview(candidate=make_candidate(), job=job, actor="a test", channel=TEXT)
    assert refusal.value.code == Obstacle.CHANNEL
    interview = make_interview(job=job, full_name="Grace Hopper", phone="+14155550101")
    with pytest.raises(ChannelNotAllowed):
        open_attempt(interview, TEXT)
    with pytest.raises(ChannelNotAllowed):
        choose(interview, TEXT)
    job = make_approved_job(channels=[TEXT], title="Writer")
    assert plan_interview(candidate=make_candidate(), job=job, actor="a test").channel == TEXT


def test_interview_moves_between_channels(twilio: FakeTwilio) -> None:
    interview = make_interview()
    choose(interview, TEXT)
    assert (interview.channel, interview.next_attempt_at) == (TEXT, None)
    writer = Writer(interview)
    writer.agree()
    writer.write()
    choose(interview, PHONE)
    leave_attempt(writer.attempt.pk)
    Interview.objects.update(next_attempt_at=timezone.now())
    dial_interview(interview.pk)
    call_attempt = interview.attempts.in_a_call().get()
    assert (call_attempt.channel, call_attempt.resumed) == (PHONE, True)
    with pytest.raises(InvalidTransition):
        choose(interview, TEXT)
    chosen = interview.events.filter(kind=EventKind.INTERVIEW_CHANNEL_CHOSEN).order_by("created_at")
    assert list(chosen.values_list("data__channel", flat=True)) == [TEXT, PHONE]


def test_call_is_placed_at_chosen_time() -> None:
    interview, later = plan_in_writing(), timezone.now() + timedelta(days=1)
    choose(interview, PHONE, call_at=later)
    assert interview.next_attempt_at == later


def test_candidate_moves_by_calling(twilio: FakeTwilio) -> None:
    interview = plan_in_writing()
    writer = Writer(interview)
    writer.agree()
    attempt_id = receive_call(interview.candidate.phone, "CA" + "7" * 32)
    call_attempt = interview.attempts.in_a_call().get()
    assert (call_attempt.pk, call_attempt.resumed) == (attempt_id, True)
    writer.attempt.refresh_from_db()
    assert writer.attempt.outcome == Attempt.Outcome.LEFT


def test_promised_call_holds_interview_on_phone(twilio: FakeTwilio) -> None:
    interview = plan_in_writing()
    attempt_id = receive_call(interview.candidate.phone, "CA" + "7" * 32)
    assert isinstance(attempt_id, UUID)
    for input in (engine.PickedUp(), engine.WordsSpoken("yes"), engine.WordsSpoken("Call me tomorrow at five, please")):
        with lock_attempt(attempt_id) as attempt:
            apply_input(attempt, attempt.row.turn, ReceivedInput("reply", input))
    with lock_attempt(attempt_id) as attempt:
        attempt.end(Attempt.Outcome.HUNG_UP)
    run_tasks(include_later=True, only=FOLLOW_UP.name)
    interview.refresh_from_db()
    assert (interview.channel, interview.wait_reason) == (PHONE, WaitReason.REQUESTED_TIME)


class TestApi:
    def test_channel_is_chosen(self, api: APIClient) -> None:
        ids = {"candidate": str(make_candidate().pk), "job": str(make_approved_job().pk)}
        later = (timezone.now() + timedelta(days=1)).isoformat()
        refused = api.post("/api/v1/interviews/", ids | {"channel": "text", "scheduled_for": later}, format="json")
        assert list(assert_problem(refused, 400)["errors"]) == ["scheduled_for"]
        without_phone = ids | {"job": str(make_approved_job(channels=[TEXT]).pk), "scheduled_for": later}
        refused = api.post("/api/v1/interviews/", without_phone, format="json")
        assert list(assert_problem(refused, 400)["errors"]) == ["scheduled_for"]
        interview = api.post("/api/v1/interviews/", ids | {"channel": "text"}, format="json").json()
        assert (interview["channel"], interview["next_attempt_at"]) == ("text", None)
        address = f"/api/v1/interviews/{interview['id']}/channel/"
        moved = api.post(address, {"channel": "phone"}, format="json").json()
        assert (moved["channel"], moved["next_attempt_at"] is None) == ("phone", False)
        assert_problem(api.post(address, {"channel": "fax"}, format="json"), 400)

    def test_refusal_has_code(self, api: APIClient) -> None:
        job = make_approved_job(channels=[PHONE])
        ids = {"candidate": str(make_candidate().pk), "job": str(job.pk)}
        refused = assert_problem(api.post("/api/v1/interviews/", ids | {"channel": "room"}, format="json"), 409)
        assert refused["code"] == Obstacle.CHANNEL
        interview = make_interview(job=job, full_name="Grace Hopper", phone="+14155550101")
        for step in ("question/", "answer/", "channel/"):
            address, body = f"/api/v1/interviews/{interview.pk}/{step}", {"turn": "1.0", "choice": "agree"}
            body = {"channel": "text"} if step == "channel/" else body
            reply = api.get(address) if step == "question/" else api.post(address, body, format="json")
            assert assert_problem(reply, 409)["code"] == "channel_not_allowed"


class TestPages:
    def test_room_is_closed_where_job_allows_none(self, client: Browser) -> None:
        invitation = inviting.invite(make_interview(job=make_approved_job(channels=[PHONE])), actor="a test")
        address = reverse("portal-room", args=[invitation.token])
        assert client.get(address).status_code == 302
        entered = client.post(f"{address}enter/", headers={"X-Room-Tab": str(uuid4())})
        assert (entered.status_code, entered.json()["code"]) == (409, ChannelNotAllowed.code)

    def test_job_form_sets_channels(self, admin_client: Browser) -> None:
        job = make_approved_job(channels=[PHONE])
        form = admin_client.get(f"/admin/jobs/jobdescription/{job.pk}/edit/").context["adminform"].form
        data = {name: value for name in form.fields if (value := form[name].value()) not in (None, "", [])}
        data |= {"channels": [TEXT, PHONE], "attempt_spacing": ""}
        reply = admin_client.post(f"/admin/jobs/jobdescription/{job.pk}/edit/", data)
        assert reply.status_code == 302, reply.context["adminform"].form.errors
        job.refresh_from_db()
        assert set(job.channels) == {TEXT, PHONE}

    def test_reviewer_moves_interview(self, admin_client: Browser) -> None:
        interview = make_interview()
        address = f"/admin/interviews/interview/{interview.pk}/move_channel/"
        choices = dict(admin_client.get(address).context["form"].fields["channel"].choices)
        assert set(choices) == {ROOM, TEXT}
        admin_client.post(address, {"channel": TEXT, "confirmed": "yes"})
        interview.refresh_from_db()
        assert interview.channel == TEXT

    def test_page_shows_channels(self, admin_client: Browser) -> None:
        interview = plan_in_writing()
        writer = Writer(interview)
        writer.agree()
        reply = admin_client.get(reverse("admin:interviews_interview_change", args=[interview.pk]))
        assert [row.attempt.channel for row in reply.context["page"].attempts] == [TEXT]
        assert str(Channel.TEXT.label) in reply.content.decode()
        assert admin_client.get(f"/admin/jobs/jobdescription/{interview.job_id}/", follow=True).status_code == 200
