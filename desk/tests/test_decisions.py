"""One decision on several candidates, and two people who decide at once."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from interviews.decisions import DecidedMeanwhile, record_decision
from interviews.models import Decision, EventKind, Interview, InterviewResult
from jobs.models import JobDescription
from screener.models import RoleKey
from tests.support.admin_client import admin_url, get_page, make_staff_client
from tests.support.factories import make_approved_job, make_interview
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import add_result, make_completed_interview

REASON = "All three fit the night shift."


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_approved_job()


@pytest.fixture
def interviews(job: JobDescription) -> list[Interview]:
    people = (("Ada", "+14155550101"), ("Grace", "+14155550102"))
    return [make_completed_interview(job=job, full_name=name, phone=phone) for name, phone in people]


@pytest.fixture
def colleague(db: None) -> User:
    return User.objects.create_user("tom", is_staff=True)


def decide_url(job: JobDescription) -> str:
    return reverse("desk-job-decide", args=[job.pk])


def seen_on(client: Client, interviews: list[Interview]) -> list[str]:
    """The hidden values of the form for these interviews."""
    response = client.get(decide_url(interviews[0].job), {"i": [str(interview.pk) for interview in interviews]})
    return [choice.seen for choice in response.context["page"].choices]


def send(client: Client, interviews: list[Interview], seen: list[str], **fields: Any) -> Any:
    chosen = {"i": [str(interview.pk) for interview in interviews], "seen": seen}
    return client.post(decide_url(interviews[0].job), {"verdict": "hire", "reason": ""} | chosen | fields)


class TestSeveral:
    def test_one_reason_for_all(self, admin_client: Client, interviews: list[Interview], reviewer: User) -> None:
        seen = seen_on(admin_client, interviews)
        back = f"{admin_url(interviews[0].job)}?decision=none"
        response = send(admin_client, interviews, seen, verdict="reject", reason=REASON, next=back)
        assert response["Location"] == back
        for interview in interviews:
            decision = interview.decisions.get()
            assert (decision.verdict, decision.reason, decision.decided_by) == ("reject", REASON, reviewer)
            assert decision.result == interview.results.get(is_current=True)
            assert interview.events.filter(kind=EventKind.DECISION_REJECT).count() == 1

    def test_overruling_needs_reason_for_any(self, admin_client: Client, interviews: list[Interview]) -> None:
        seen = seen_on(admin_client, interviews)
        InterviewResult.objects.filter(interview=interviews[0]).update(recommendation="reject")
        response = send(admin_client, interviews, seen)
        assert "reason" in response.context["form"].errors
        assert not Decision.objects.exists()

    def test_newer_result_stops_its_interview_only(self, admin_client: Client, interviews: list[Interview]) -> None:
        seen = seen_on(admin_client, interviews)
        add_result(interviews[0])
        response = send(admin_client, interviews, seen)
        (rest,) = response.context["page"].choices
        assert rest.row.interview == interviews[0]
        assert rest.refusal
        assert [decision.interview for decision in Decision.objects.all()] == [interviews[1]]

    def test_interview_under_way_is_left_out(self, admin_client: Client, job: JobDescription) -> None:
        planned = make_interview(job=job)
        page = admin_client.get(decide_url(job), {"i": str(planned.pk)}).context["page"]
        assert (page.choices, [row.interview for row in page.too_early]) == ([], [planned])
        assert send(admin_client, [planned], []).context["form"].errors
        assert not Decision.objects.exists()

    def test_interview_of_other_job_is_ignored(self, admin_client: Client, interviews: list[Interview]) -> None:
        other = make_completed_interview(job=make_approved_job(title="Other"), phone="+14155550103")
        page = admin_client.get(decide_url(interviews[0].job), {"i": [str(other.pk), "\0", "x"]}).context["page"]
        assert (page.choices, page.too_early) == ([], [])

    def test_reading_decides_nothing(self, admin_client: Client, interviews: list[Interview]) -> None:
        seen = seen_on(admin_client, interviews)
        query = {"i": [str(row.pk) for row in interviews], "seen": seen, "verdict": "hire"}
        assert admin_client.get(decide_url(interviews[0].job), query).status_code == 200
        assert not Decision.objects.exists()

    def test_permission_is_needed(self, interviews: list[Interview]) -> None:
        client = make_staff_client("view_interview", "view_jobdescription")
        assert client.get(decide_url(interviews[0].job)).status_code == 403


class TestTwoPeople:
    def test_second_sees_first_decision(
        self, admin_client: Client, interviews: list[Interview], colleague: User
    ) -> None:
        seen = seen_on(admin_client, interviews)
        first = record_decision(
            interviews[0], by=colleague, verdict="reject", reason="Moved away.", seen=interviews[0].results.get()
        )
        response = send(admin_client, interviews, seen)
        (rest,) = response.context["page"].choices
        assert rest.row.decision == first
        assert first.reason in response.content.decode()
        assert interviews[0].decisions.get() == first
        again = send(admin_client, interviews[:1], [rest.seen])
        assert again.status_code == 302
        assert interviews[0].decisions.count() == 2

    def test_form_of_one_interview_shows_it_too(
        self, admin_client: Client, interviews: list[Interview], colleague: User
    ) -> None:
        interview = interviews[0]
        result = interview.results.get()
        form = {"verdict": "hire", "reason": "", "seen": str(result.pk), "previous": ""}
        first = record_decision(interview, by=colleague, verdict="reject", reason="Moved away.", seen=result)
        page = admin_client.post(admin_url(interview, "decide"), form).content.decode()
        assert first.reason in page
        assert f'value="{first.pk}"' in page
        assert interview.decisions.get() == first
        admin_client.post(admin_url(interview, "decide"), form | {"previous": str(first.pk)})
        assert interview.decisions.count() == 2

    def test_unseen_decision_is_refused(self, interviews: list[Interview], colleague: User, reviewer: User) -> None:
        interview, result = interviews[0], interviews[0].results.get()
        first = record_decision(interview, by=colleague, verdict="hire", reason="", seen=result, previous=None)
        with pytest.raises(DecidedMeanwhile) as refusal:
            record_decision(interview, by=reviewer, verdict="hire", reason="", seen=result, previous=None)
        assert refusal.value.decision == first
        record_decision(interview, by=reviewer, verdict="hire", reason="", seen=result, previous=first)

    def test_blind_reviewer_does_not_see_it(self, interviews: list[Interview], colleague: User) -> None:
        interview, job = interviews[0], interviews[0].job
        job.update_fields(blind_review=True)
        manager = login_client(make_role_user(RoleKey.HIRING_MANAGER, job))
        seen = seen_on(manager, [interview])
        form = {"verdict": "hire", "reason": "Good.", "seen": str(interview.results.get().pk), "previous": ""}
        first = record_decision(
            interview, by=colleague, verdict="reject", reason="Moved away.", seen=interview.results.get()
        )
        pages = [
            send(manager, [interview], seen, reason="Good."),
            manager.post(admin_url(interview, "decide"), form),
            manager.get(decide_url(job), {"i": str(interview.pk)}),
        ]
        assert [page.status_code for page in pages] == [200, 200, 200]
        assert [first.reason in page.content.decode() for page in pages] == [False, False, False]
        assert interview.decisions.get() == first
        assert send(manager, [interview], seen_on(manager, [interview]), reason="Good.").status_code == 302


class TestCall:
    def test_preview_leads_to_campaign(self, admin_client: Client, interviews: list[Interview]) -> None:
        unreached = make_interview(job=interviews[0].job, full_name="Radia", phone="+14155550107")
        Interview.objects.filter(pk=unreached.pk).update(status="failed", outcome="unreached")
        address = reverse("desk-job-call", args=[unreached.job_id])
        response = admin_client.get(address, {"i": [str(unreached.pk), str(interviews[0].pk)]})
        preview = response.context["preview"]
        assert preview.called == [unreached.candidate]
        assert [entry.candidate for entry in preview.left_out] == [interviews[0].candidate]
        form = {
            "job": str(unreached.job_id),
            "name": response.context["name"],
            "candidates": str(unreached.candidate_id),
        }
        admin_client.post(reverse("admin:interviews_campaign_add"), form)
        assert unreached.candidate.interviews.count() == 2
        assert str(unreached.pk) not in get_page(admin_client, admin_url(unreached.job))
