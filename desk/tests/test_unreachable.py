"""Candidates whom no attempt has reached, and calling them again through the dial rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from candidates.models import DoNotCall
from interviews.calling.verdicts import DialRule
from interviews.decisions import record_decision
from interviews.intake.call_again import call_again, preview_call_again
from interviews.models import Attempt, EventKind, Interview, WaitReason, lock_interview
from interviews.planning import Obstacle
from jobs.models import JobDescription
from screener.models import RoleKey
from tests.support.admin_client import make_staff_client
from tests.support.factories import make_approved_job, make_interview
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
LIST, AGAIN = reverse("desk-unreachable"), reverse("desk-call-again")
OK, DENIED = 200, 403
MOST_QUERIES = 12
Outcome = Attempt.Outcome


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_approved_job()


def add_attempt(interview: Interview, outcome: Outcome = Outcome.NO_ANSWER) -> Attempt:
    number = interview.attempts.count() + 1
    now = timezone.now()
    return interview.attempts.create(number=number, send_before=now, ended_at=now, outcome=outcome)


def make_tried(job: JobDescription, number: int = 1, outcome: Outcome = Outcome.NO_ANSWER) -> Interview:
    interview = make_interview(job=job, full_name=f"Candidate {number:02}", phone=f"+1415555{number:04}")
    add_attempt(interview, outcome)
    return interview


def make_unreached(job: JobDescription, number: int = 1, outcome: Outcome = Outcome.NO_ANSWER) -> Interview:
    interview = make_tried(job, number, outcome)
    with lock_interview(interview) as locked:
        locked.finish(Interview.Outcome.UNREACHED)
    return interview


def load(*interviews: Interview) -> list[Interview]:
    ids = [interview.pk for interview in interviews]
    return list(Interview.objects.filter(pk__in=ids).select_related("candidate", "job"))


def left_out(*interviews: Interview, at: datetime | None = None) -> list[Any]:
    return [entry.code for entry in preview_call_again(load(*interviews), at=at).left_out]


def rows_of(client: Client, **query: Any) -> list[Interview]:
    answer = client.get(LIST, query)
    assert answer.status_code == OK
    return [row.interview for row in answer.context["page"].rows]


class TestList:
    def test_shows_unreached_and_tried(self, admin_client: Client, job: JobDescription) -> None:
        unreached, tried = make_unreached(job, 1), make_tried(job, 2)
        make_interview(job=job, phone="+14155550103")
        make_completed_interview(job=job, phone="+14155550104")
        assert rows_of(admin_client) == [unreached]
        assert rows_of(admin_client, state="trying") == [tried]

    def test_decision_takes_off_list(self, admin_client: Client, job: JobDescription, reviewer: Any) -> None:
        unreached = make_unreached(job)
        record_decision(unreached, by=reviewer, verdict="reject", reason="Never answers.", seen=None)
        assert rows_of(admin_client) == []

    def test_later_interview_takes_off_list(self, admin_client: Client, job: JobDescription) -> None:
        unreached = make_unreached(job)
        call_again(load(unreached), actor="hanna")
        assert rows_of(admin_client) == []

    def test_filters_are_addresses(self, admin_client: Client, job: JobDescription) -> None:
        busy = make_unreached(job, 1, Outcome.BUSY)
        other = make_unreached(make_approved_job(title="Another"), 2)
        add_attempt(other, Outcome.VOICEMAIL)
        assert rows_of(admin_client, job=str(job.pk)) == [busy]
        assert rows_of(admin_client, last="voicemail") == [other]
        assert rows_of(admin_client, q="date 01") == [busy]
        assert set(rows_of(admin_client, last="nonsense", job="x", page="-1", state="x")) == {busy, other}

    def test_row_names_attempts_and_next_call(self, admin_client: Client, job: JobDescription, settings: Any) -> None:
        settings.CALLING_HOURS = "00:00-24:00"
        unreached = make_unreached(job)
        add_attempt(unreached, Outcome.BUSY)
        row = admin_client.get(LIST).context["page"].rows[0]
        assert [attempt.outcome for attempt in row.attempts] == [Outcome.BUSY, Outcome.NO_ANSWER]
        assert row.is_due
        assert row.shows_contact

    def test_member_sees_own_jobs_without_contact(self, job: JobDescription) -> None:
        own = make_unreached(job)
        make_unreached(make_approved_job(title="Another"), 2)
        answer = login_client(make_role_user(RoleKey.HIRING_MANAGER, job)).get(LIST)
        assert [row.interview for row in answer.context["page"].rows] == [own]
        page = answer.content.decode()
        assert own.candidate.email not in page
        assert f"{AGAIN}?i=" not in page

    def test_query_count_is_constant(self, admin_client: Client, job: JobDescription) -> None:
        counts = []
        for number in range(1, 8):
            make_unreached(job, number)
            if number in (1, 7):
                with CaptureQueriesContext(connection) as queries:
                    rows_of(admin_client)
                counts.append(len(queries))
        assert counts[0] == counts[1] <= MOST_QUERIES


class TestGate:
    @pytest.mark.parametrize("kind", DoNotCall.Kind.values)
    def test_no_stays_no(self, job: JobDescription, kind: str) -> None:
        for interview in (make_unreached(job, 1), make_tried(job, 2)):
            phone = interview.candidate.phone
            DoNotCall.objects.add_number(phone, kind=kind, source="a test", candidate=interview.candidate)
            done = call_again(load(interview), actor="hanna")
            assert (len(done.called), len(done.left_out)) == (0, 1)
        assert Interview.objects.count() == 2

    def test_completed_interview_needs_reason(self, job: JobDescription) -> None:
        assert left_out(make_completed_interview(job=job)) == [DialRule.INTERVIEWED]

    def test_closed_job_is_left_out(self, job: JobDescription) -> None:
        unreached = make_unreached(job)
        job.update_fields(is_open=False)
        assert left_out(unreached) == [DialRule.JOB]

    def test_call_in_progress_is_left_alone(self, job: JobDescription) -> None:
        tried = make_tried(job)
        tried.attempts.create(number=2, send_before=timezone.now())
        assert left_out(tried) == [DialRule.NUMBER_BUSY]

    def test_earlier_interview_is_left_out(self, job: JobDescription) -> None:
        unreached = make_unreached(job)
        call_again(load(unreached), actor="hanna")
        assert left_out(unreached) == [DialRule.OTHER_INTERVIEW]

    def test_promised_time_is_kept(self, job: JobDescription) -> None:
        tried, promised = make_tried(job), timezone.now() + timedelta(hours=3)
        with lock_interview(tried) as locked:
            locked.schedule_next_attempt(promised, wait_reason=WaitReason.REQUESTED_TIME)
        assert left_out(tried) == [WaitReason.REQUESTED_TIME]
        assert left_out(tried, at=promised + timedelta(hours=1)) == []

    def test_promise_made_meanwhile_is_kept(self, job: JobDescription) -> None:
        tried, promised = make_tried(job), timezone.now() + timedelta(hours=3)
        rows = load(tried)
        with lock_interview(tried) as locked:
            locked.schedule_next_attempt(promised, wait_reason=WaitReason.REQUESTED_TIME)
        done = call_again(rows, actor="hanna")
        assert [entry.code for entry in done.left_out] == [WaitReason.REQUESTED_TIME]
        tried.refresh_from_db()
        assert tried.next_attempt_at == promised

    def test_one_number_is_called_once(self, job: JobDescription) -> None:
        first = make_unreached(job)
        second = make_unreached(make_approved_job(title="Another"))
        assert left_out(first, second) == [Obstacle.SAME_NUMBER]

    def test_calling_hours_are_told(self, job: JobDescription, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        unreached = make_unreached(job)
        unreached.candidate.update_fields(timezone="Europe/Berlin")
        night = datetime(2031, 7, 4, 1, tzinfo=UTC)
        call = preview_call_again(load(unreached), at=night).called[0]
        assert call.expected_at == datetime(2031, 7, 4, 6, tzinfo=UTC)


class TestPage:
    def test_get_calls_no_one(self, admin_client: Client, job: JobDescription) -> None:
        unreached = make_unreached(job)
        preview = admin_client.get(AGAIN, {"i": str(unreached.pk)}).context["preview"]
        assert [(call.interview, call.is_new) for call in preview.called] == [(unreached, True)]
        assert Interview.objects.get() == unreached

    def test_post_calls_several(self, admin_client: Client, job: JobDescription) -> None:
        unreached, tried = make_unreached(job, 1), make_tried(job, 2)
        with lock_interview(tried) as locked:
            locked.schedule_next_attempt(timezone.now() + timedelta(days=1), wait_reason=WaitReason.ATTEMPT_SPACING)
        answer = admin_client.post(AGAIN, {"i": [unreached.pk, tried.pk], "next": LIST})
        assert answer.headers["Location"] == LIST
        new = Interview.objects.exclude(pk__in=[unreached.pk, tried.pk]).get()
        assert new.candidate == unreached.candidate
        tried.refresh_from_db()
        assert tried.next_attempt_at
        assert tried.next_attempt_at <= timezone.now()
        assert tried.events.get(kind=EventKind.INTERVIEW_RESCHEDULED).actor == "hanna"

    def test_time_is_in_zone_of_reader(self, admin_client: Client, job: JobDescription) -> None:
        tried = make_tried(job)
        form = {"i": tried.pk, "when": "at", "call_at": "2031-07-04T10:00", "reader_zone": "Europe/Berlin"}
        admin_client.post(AGAIN, form)
        tried.refresh_from_db()
        assert (tried.next_attempt_at, tried.wait_reason) == (datetime(2031, 7, 4, 8, tzinfo=UTC), WaitReason.SCHEDULED)

    def test_bad_time_keeps_selection(self, admin_client: Client, job: JobDescription) -> None:
        tried = make_tried(job)
        answer = admin_client.post(AGAIN, {"i": tried.pk, "when": "at", "call_at": "2020-01-01T10:00"})
        assert set(answer.context["form"].errors) == {"call_at"}
        assert len(answer.context["preview"].called) == 1

    @pytest.mark.parametrize("hostile", ["", "x", "\x00", "<script>", "//evil.example"])
    def test_hostile_input_is_harmless(self, admin_client: Client, hostile: str) -> None:
        assert admin_client.get(AGAIN, {"i": hostile, "next": hostile}).context["next"] == LIST
        assert admin_client.get(LIST, {"q": hostile, "job": hostile, "page": hostile}).status_code == OK

    def test_pages_need_permission(self, job: JobDescription) -> None:
        assert make_staff_client("add_interview", "view_interview").get(AGAIN).status_code == DENIED
        assert make_staff_client("view_candidate").get(LIST).status_code == DENIED
        unreached = make_unreached(job)
        stranger = make_role_user(RoleKey.HIRING_MANAGER)
        assert rows_of(login_client(stranger)) == []
        assert Interview.objects.get() == unreached
