"""Reminders, thanks, and the message about a decision: when each is sent, and which gives way."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from interviews.decisions import record_decision
from interviews.invitations import inviting
from interviews.invitations.links import invitation_url
from interviews.messages.delivery import REMIND_AFTER
from interviews.messages.outcome import send_outcome
from interviews.messages.texts import load_wording
from interviews.models import CandidateMessage, Decision, Interview, MessageKind, MessageProblem, lock_interview
from interviews.models.invitations.candidate_message import MOST_MESSAGES
from interviews.models.result import Recommendation
from jobs.models import JobDescription
from screener.background.sweeps import run_sweeps
from screener.models import InvalidTransition, RoleKey
from tests.support.candidate_messages import NOON, invite, send_messages
from tests.support.factories import make_approved_job, make_interview
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
Status = CandidateMessage.Status


@pytest.fixture(autouse=True)
def daytime(time_machine: Any) -> None:
    time_machine.move_to(NOON)  # it goes on: the later decision counts


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job(sends_reminders=True, sends_thanks=True)


@pytest.fixture
def interview(job: JobDescription) -> Interview:
    return make_interview(job=job)


@pytest.fixture
def recruiter() -> User:
    return make_role_user(RoleKey.RECRUITER)


def pass_time(time_machine: Any, wait: timedelta) -> None:
    time_machine.move_to(timezone.now() + wait, tick=False)
    run_sweeps(0)
    send_messages()


def states(interview: Interview) -> dict[str, tuple[str, str]]:
    return {message.kind: (message.status, message.problem) for message in interview.messages.all()}


def begin(interview: Interview) -> None:
    with lock_interview(interview) as locked:
        locked.begin()


def complete(interview: Interview) -> None:
    begin(interview)
    with lock_interview(interview) as locked:
        locked.finish(Interview.Outcome.COMPLETE)


def decide(interview: Interview, by: User, verdict: str = "reject") -> Decision:
    seen = interview.results.filter(is_current=True).first()
    return record_decision(interview, by=by, verdict=verdict, reason="x", seen=seen)


class TestReminder:
    def test_candidate_is_reminded_once(self, interview: Interview, time_machine: Any) -> None:
        invitation = invite(interview)
        send_messages()
        pass_time(time_machine, REMIND_AFTER - timedelta(minutes=1))
        assert len(outbox.outbox) == 1
        for _ in range(3):
            pass_time(time_machine, timedelta(days=1))
        assert len(outbox.outbox) == 2
        assert invitation_url(invitation) in str(outbox.outbox[1].body)
        assert invitation_url(invitation, page="portal-never") in outbox.outbox[1].extra_headers["List-Unsubscribe"]

    def test_candidate_who_began_is_not_reminded(self, interview: Interview, time_machine: Any) -> None:
        invite(interview)
        send_messages()
        begin(interview)
        pass_time(time_machine, REMIND_AFTER)
        assert states(interview)[MessageKind.REMINDER] == (Status.NOT_SENT, MessageProblem.NOT_NEEDED)

    def test_job_has_reminders_off(self, interview: Interview) -> None:
        interview.job.update_fields(sends_reminders=False)
        invite(interview)
        send_messages()
        assert states(interview).keys() == {MessageKind.INVITATION}

    def test_reminder_gives_way(self, interview: Interview) -> None:
        invitation = invite(interview)
        send_messages()
        inviting.renew(invitation, actor="hanna", send=True)
        send_messages()
        assert states(interview)[MessageKind.REMINDER] == (Status.NOT_SENT, MessageProblem.REPLACED)
        assert len(outbox.outbox) == 2


class TestThanks:
    def test_completed_interview_is_thanked_for(self, interview: Interview) -> None:
        invite(interview)
        send_messages()
        complete(interview)
        send_messages()
        assert states(interview)[MessageKind.THANK_YOU] == (Status.SENT, "")
        assert load_wording()["en"]["thank_you.link"] in str(outbox.outbox[1].body)

    def test_no_thanks_without_setting_or_answers(self, interview: Interview, job: JobDescription) -> None:
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.UNREACHED)
        JobDescription.objects.update(sends_thanks=False)
        other = make_interview(job=JobDescription.objects.get(), phone="+14155550101")
        complete(other)
        assert not CandidateMessage.objects.exists()


class TestOutcome:
    @pytest.mark.parametrize("verdict", Recommendation.values)
    def test_candidate_is_told(self, job: JobDescription, recruiter: User, verdict: str) -> None:
        interview = make_completed_interview(job=job, full_name="Ada Lovelace")
        decision = decide(interview, recruiter, verdict)
        send_messages()
        assert MessageKind.OUTCOME not in states(interview)
        send_outcome(interview, decision_id=decision.pk, actor="hanna")
        send_messages()
        opening = load_wording()["en"][f"outcome.{verdict}.opening"].split("{")[0]
        assert opening in str(outbox.outbox[-1].body)
        with pytest.raises(InvalidTransition):
            send_outcome(interview, decision_id=decision.pk, actor="hanna")

    def test_changed_decision_is_not_told(self, job: JobDescription, recruiter: User) -> None:
        interview = make_completed_interview(job=job)
        decision = decide(interview, recruiter)
        send_outcome(interview, decision_id=decision.pk, actor="hanna")
        later = decide(interview, recruiter, "hire")
        send_messages()
        assert states(interview)[MessageKind.OUTCOME] == (Status.NOT_SENT, MessageProblem.OUTDATED)
        with pytest.raises(InvalidTransition):
            send_outcome(interview, decision_id=decision.pk, actor="hanna")
        send_outcome(interview, decision_id=later.pk, actor="hanna")
        send_messages()
        assert interview.messages.get(decision=later).status == Status.SENT

    def test_outcome_is_last_of_three(self, interview: Interview, recruiter: User) -> None:
        invitation = invite(interview)
        inviting.renew(invitation, actor="hanna", send=True)
        send_messages()
        complete(interview)
        send_messages()
        assert states(interview)[MessageKind.THANK_YOU] == (Status.NOT_SENT, MessageProblem.LIMIT)
        Interview.objects.update(result_status=Interview.ResultStatus.NEEDS_REVIEW)
        decision = decide(interview, recruiter)
        send_outcome(interview, decision_id=decision.pk, actor="hanna")
        send_messages()
        assert CandidateMessage.objects.counted().count() == len(outbox.outbox) == MOST_MESSAGES
        other = decide(interview, recruiter, "hire")
        with pytest.raises(InvalidTransition):
            send_outcome(interview, decision_id=other.pk, actor="hanna")

    def test_staff_read_before_they_send(self, job: JobDescription, recruiter: User) -> None:
        interview = make_completed_interview(job=job)
        client, address = login_client(recruiter), reverse("desk-outcome", args=[interview.pk])
        assert client.get(address).context["mail"] is None
        decision = decide(interview, recruiter)
        assert client.get(address).context["mail"].subject in client.get(address).content.decode()
        assert MessageKind.OUTCOME not in states(interview)
        client.post(address, {"decision": str(decision.pk)})
        assert CandidateMessage.objects.get(kind=MessageKind.OUTCOME).decision == decision
        assert client.get(address).context["is_told"]
        assert client.post(address, {"decision": "x"}).status_code == 422

    def test_other_roles_send_nothing(self, job: JobDescription, recruiter: User) -> None:
        interview = make_completed_interview(job=job)
        decision = decide(interview, recruiter)
        for key in (RoleKey.HIRING_MANAGER, RoleKey.AUDITOR):
            client = login_client(make_role_user(key, job))
            answer = client.post(reverse("desk-outcome", args=[interview.pk]), {"decision": str(decision.pk)})
            assert answer.status_code == 403
        assert MessageKind.OUTCOME not in states(interview)

    def test_blind_reviewer_sees_no_outcome(self, job: JobDescription, recruiter: User) -> None:
        job.update_fields(blind_review=True)
        interview = make_completed_interview(job=job)
        send_outcome(interview, decision_id=decide(interview, recruiter).pk, actor="hanna")
        page = reverse("admin:interviews_interview_change", args=[interview.pk])
        manager = login_client(make_role_user(RoleKey.HIRING_MANAGER, job))
        shown = [client.get(page).context["page"].messages for client in (manager, login_client(recruiter))]
        assert [MessageKind.OUTCOME in {message.kind for message in messages} for messages in shown] == [False, True]
