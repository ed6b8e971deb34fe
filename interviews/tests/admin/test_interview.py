"""The page of an interview, its actions, and the form that plans one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.forms import Field
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from interviews.calling.person.rules import NO_CONSENT
from interviews.flags import Flag
from interviews.models import Attempt, Call, EventKind, Interview, lock_interview
from interviews.records import Evidence
from interviews.scoring import assessment
from interviews.scoring.score_verification import INCOMPLETE_SCORES
from screener.services.interviewer.protocol import SIMULATED_LABEL
from tests.support.admin_client import admin_url, get_page, make_staff_client, submit_form
from tests.support.factories import QUESTIONS, make_approved_job, make_candidate, make_interview, make_job, run_tasks
from tests.support.sample_rows import QUOTE, add_result, make_completed_interview

REQUIRED = str(Field.default_error_messages["required"])
NO_ANSWERS = "The interview ended before any question was answered."


class TestPage:
    def test_result_is_shown(self, admin_client: Client) -> None:
        page = get_page(admin_client, admin_url(make_completed_interview()))
        for expected in (
            '<strong class="d-number" data-score>7.5</strong>',
            "100% of the questions (by weight)",
            "Hire from 7.0, consider from 5.0",
            "Concrete, with figures.",
            f"by <bdi>{SIMULATED_LABEL}</bdi>",
            f'<span data-criteria="1">{QUOTE}</span>',
            Flag.QUOTE_NOT_FOUND.label,
            "Tell me about teamwork.",
            "Interview completed",
        ):
            assert str(expected) in page

    def test_recordings_are_playable(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        page = get_page(admin_client, admin_url(interview))
        for response in interview.responses.all():
            address = reverse("admin:interviews_recording_audio", args=[response.recordings.get().pk])
            assert f'src="{address}" aria-label="Question {response.position + 1},' in page

    def test_missing_score_is_no_number(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        reason = "Question 2: the recording was lost."
        add_result(interview, score=None, reason=reason)
        now, before = get_page(admin_client, admin_url(interview)).split("Earlier results (1)")
        assert reason in now
        assert "data-score>" not in now
        assert "data-score>" in before

    def test_lost_audio_is_explained(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        response = interview.responses.get(position=1)
        reason = "The carrier lost the recording."
        response.update_fields(status="audio_lost", status_reason=reason)
        page = get_page(admin_client, admin_url(interview))
        assert f"data-problem>{reason}</p>" in page

    def test_questions_of_failed_interview_are_listed(self, admin_client: Client) -> None:
        interview = make_interview()
        assert NO_ANSWERS not in get_page(admin_client, admin_url(interview))
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.WRONG_PERSON)
        page = get_page(admin_client, admin_url(interview))
        assert NO_ANSWERS in page
        assert QUESTIONS[2].text in page
        assert 'id="question-1"' not in page
        assert "Skipped" not in page

    def test_earlier_results_are_shown(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        add_result(interview, score="7.90", reason="Better than we thought.")
        now, before = get_page(admin_client, admin_url(interview)).split("Earlier results (1)")
        assert "data-score>7.9</strong>" in now
        assert "Concrete, with figures." not in now
        for expected in (
            "data-score>7.5</strong>",
            "Concrete, with figures.",
            f'title="“{QUOTE}”"',
            "100% of the questions (by weight)",
        ):
            assert str(expected) in before

    def test_earlier_assessments_are_shown(self, admin_client: Client) -> None:
        interview = make_completed_interview(job=make_approved_job(questions=QUESTIONS[:1]))
        response = interview.responses.get()
        first = response.assessments.get()
        assessment.rescore_interview(interview, actor="hr")
        assert "Earlier assessments (1)" in get_page(admin_client, admin_url(interview))
        run_tasks()
        assert response.assessments.count() == 2
        before = get_page(admin_client, admin_url(interview)).split("Earlier assessments (1)")[1]
        for expected in (
            f"{first.created_at:%Y-%m-%d %H:%M} UTC</time>: 7.5",
            f"“{QUOTE}”</blockquote>",
            Flag.QUOTE_NOT_FOUND.label,
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "rubric 1.",
        ):
            assert str(expected) in before

    def test_unverified_quote_shows_its_problem(self, admin_client: Client) -> None:
        cases: list[tuple[dict[str, Any], int | None, Any]] = [
            ({"why_not": Flag.QUOTE_NOT_FOUND}, None, Flag.QUOTE_NOT_FOUND.label),
            ({"why_not": Flag.QUOTE_SAYS_NOTHING}, 0, Flag.QUOTE_SAYS_NOTHING.label),
            ({"why_not": Flag.QUOTE_TALKS_TO_THE_SCORER}, 0, Flag.QUOTE_TALKS_TO_THE_SCORER.label),
            ({}, None, Flag.QUOTE_NOT_FOUND.label),
            ({}, 0, "supports no score"),
        ]
        interview = make_completed_interview(job=make_approved_job(questions=QUESTIONS[:1]))
        response = interview.responses.get()
        (first, *_) = response.assessments.get().criteria
        for stored, start, problem in cases:
            evidence = Evidence(quote="Last year", verified=False, start=start, end=start, **stored)
            criteria = [first.model_copy(update={"evidence": [evidence]})]
            earlier = response.assessments.create(is_current=False, criteria=criteria)
            before = get_page(admin_client, admin_url(interview)).split("Earlier assessments (1)")[1]
            assert f"{problem}</span></blockquote>" in before, (stored, start)
            earlier.delete()

    def test_rejected_scores_are_shown(self, admin_client: Client) -> None:
        interview = make_completed_interview(job=make_approved_job(questions=QUESTIONS[:1]))
        interview.responses.get().assessments.create(
            is_current=False,
            criteria=[],
            flags=[Flag.ASKED_AGAIN, Flag.CRITERIA_MISSING],
            reason=INCOMPLETE_SCORES,
            rubric_version="1",
            model="m",
            label="m",
        )
        before = get_page(admin_client, admin_url(interview)).split("Earlier assessments (1)")[1]
        assert f"UTC</time>: no score.</strong> {INCOMPLETE_SCORES}" in before
        assert f"{Flag.ASKED_AGAIN.label}; {Flag.CRITERIA_MISSING.label}." in before

    def test_next_call_and_failure_are_explained(self, admin_client: Client) -> None:
        wait_reason, outcome_reason = "Outside calling hours.", "Three calls without an answer."
        waiting = make_interview()
        with lock_interview(waiting) as locked:
            locked.schedule_next_attempt(waiting.created_at, reason=wait_reason)
        assert wait_reason in get_page(admin_client, admin_url(waiting))
        with lock_interview(waiting) as locked:
            locked.finish(Interview.Outcome.UNREACHED, reason=outcome_reason)
        assert outcome_reason in get_page(admin_client, admin_url(waiting))

    def test_live_attempt_shows_its_status(self, admin_client: Client) -> None:
        interview = make_interview()
        attempt = interview.attempts.create(number=1, send_before=timezone.now())
        Call.objects.create(attempt=attempt, number="+14155550100")
        assert str(Attempt.Status.PENDING.label) in get_page(admin_client, admin_url(interview))
        attempt.update_fields(answered_at=timezone.now())
        assert str(Attempt.Status.IN_PROGRESS.label) in get_page(admin_client, admin_url(interview))

    def test_history_is_in_order(self, admin_client: Client) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.cancel("by_hr", actor="hanna", reason="Position filled.")
        page = get_page(admin_client, admin_url(interview))
        assert page.index("Interview planned") < page.index("Interview cancelled")

    def test_query_count_is_constant(self, admin_client: Client) -> None:
        few = make_completed_interview(job=make_approved_job(questions=QUESTIONS[:1]))
        many = make_completed_interview(job=make_approved_job(questions=QUESTIONS * 4), phone="+14155550102")
        counts = []
        for interview in (few, few, many):  # The first request also fills caches of Django.
            with CaptureQueriesContext(connection) as queries:
                get_page(admin_client, admin_url(interview))
            counts.append(len(queries))
        assert counts[1] == counts[2]


def test_list_shows_time_in_utc(admin_client: Client) -> None:
    interview = make_interview()
    listed = get_page(admin_client, reverse("admin:interviews_interview_changelist"))
    assert f"{interview.created_at:%Y-%m-%d %H:%M} UTC" in listed


class TestAction:
    def test_only_post_acts(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        before = list(interview.events.values_list("pk"))
        for name in ("decide", "try_again", "rescore", "cancel"):
            for method in (admin_client.get, admin_client.head, admin_client.options, admin_client.put):
                method(admin_url(interview, name))
            assert list(interview.events.values_list("pk")) == before, name

    def test_csrf_token_is_required(self, reviewer: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(reviewer)
        interview = make_interview()
        assert strict.post(admin_url(interview, "cancel"), {"outcome": "by_hr", "reason": "x"}).status_code == 403
        assert Interview.objects.get().is_live

    def test_buttons_depend_on_status(self, admin_client: Client) -> None:
        live, over = make_interview(), make_completed_interview(phone="+14155550102")
        shown = {
            name: admin_url(live, name) in get_page(admin_client, admin_url(live))
            for name in ("decide", "rescore", "cancel")
        }
        assert shown == {"decide": False, "rescore": False, "cancel": True}
        shown = {
            name: admin_url(over, name) in get_page(admin_client, admin_url(over))
            for name in ("decide", "rescore", "cancel")
        }
        assert shown == {"decide": True, "rescore": True, "cancel": False}

    def test_permission_is_required(self, db: None) -> None:
        interview = make_completed_interview()
        changer = make_staff_client("view_interview", "change_interview")
        assert changer.get(admin_url(interview, "rescore")).status_code == 200
        assert changer.post(admin_url(interview, "decide"), {"verdict": "hire"}).status_code == 403
        assert changer.get(reverse("admin:interviews_interview_add")).status_code == 403

    def test_missing_interview_is_reported(self, admin_client: Client) -> None:
        gone = reverse("admin:interviews_interview_cancel", args=["5eed2e45-cb5c-4e02-ad3a-d7388bcca398"])
        for address in (gone, gone.replace("5eed", "no-id")):
            assertRedirects(admin_client.post(address), reverse("admin:index"))


class TestCancellation:
    def test_event_names_actor_and_reason(self, admin_client: Client) -> None:
        interview = make_interview()
        submit_form(admin_client, admin_url(interview, "cancel"), outcome="by_candidate", reason="Took another job.")
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == ("cancelled", "by_candidate")
        event = interview.events.get(kind=EventKind.INTERVIEW_CANCELLED)
        assert (event.actor, event.reason) == ("hanna", "Took another job.")

    def test_reason_is_required(self, admin_client: Client) -> None:
        assert REQUIRED in submit_form(admin_client, admin_url(make_interview(), "cancel"), outcome="by_hr")
        assert Interview.objects.get().is_live

    def test_finished_interview_is_rejected(self, admin_client: Client) -> None:
        submit_form(admin_client, admin_url(make_completed_interview(), "cancel"), outcome="by_hr", reason="x")
        assert Interview.objects.get().status == Interview.Status.COMPLETED


class TestRescoring:
    def test_result_is_reopened(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        submit_form(admin_client, admin_url(interview, "rescore"))
        interview.refresh_from_db()
        assert interview.result_status == "pending"
        assert interview.events.get(kind=EventKind.RESULT_REOPENED).actor == "hanna"
        page = get_page(admin_client, admin_url(interview))
        assert "Earlier results (1)" in page
        assert "data-score>" not in page.split("Earlier results (1)")[0]

    def test_live_interview_is_rejected(self, admin_client: Client) -> None:
        submit_form(admin_client, admin_url(make_interview(), "rescore"))
        assert Interview.objects.get().result_status == Interview.ResultStatus.NONE


class TestPlanning:
    ADD = "/admin/interviews/interview/add/"

    def test_event_names_user(self, admin_client: Client) -> None:
        candidate, job = make_candidate(), make_approved_job()
        submit_form(admin_client, self.ADD, candidate=candidate.pk, job=job.pk)
        assert Interview.objects.get().events.get(kind=EventKind.INTERVIEW_PLANNED).actor == "hanna"

    def test_call_can_be_scheduled(self, admin_client: Client) -> None:
        when = {"when": "at", "call_at": "2031-05-04T12:00", "reader_zone": "Europe/Berlin"}
        submit_form(admin_client, self.ADD, candidate=make_candidate().pk, job=make_approved_job().pk, **when)
        assert Interview.objects.get().scheduled_for == datetime(2031, 5, 4, 10, tzinfo=UTC)

    def test_candidate_page_links_to_form(self, admin_client: Client) -> None:
        candidate = make_candidate()
        button = reverse("admin:candidates_candidate_call", args=[candidate.pk])
        assert button in get_page(admin_client, reverse("admin:candidates_candidate_change", args=[candidate.pk]))
        answer = admin_client.get(button)
        assert f'<option value="{candidate.pk}" selected>' in get_page(admin_client, answer.headers["Location"])

    def test_get_plans_nothing(self, admin_client: Client) -> None:
        get_page(admin_client, self.ADD, candidate=make_candidate().pk, job=make_approved_job().pk)
        assert not Interview.objects.exists()

    @pytest.mark.parametrize("hostile", ["no id", "\x00", "<script>", "1"])
    def test_hostile_link_is_harmless(self, admin_client: Client, hostile: str) -> None:
        get_page(admin_client, self.ADD, candidate=hostile, job=hostile)

    def test_refusal_has_reason(self, admin_client: Client) -> None:
        job = make_approved_job()
        without_consent = make_candidate(consents=False, phone="+14155550102")
        page = submit_form(admin_client, self.ADD, candidate=without_consent.pk, job=job.pk)
        assert NO_CONSENT in page
        unready = make_job(title="Unready")
        answer = admin_client.post(self.ADD, {"candidate": make_candidate().pk, "job": unready.pk})
        assert "job" in answer.context["form"].errors
        assert [entry.job for entry in answer.context["unready_jobs"]] == [unready]
        assert not Interview.objects.exists()

    def test_second_live_interview_is_refused(self, admin_client: Client) -> None:
        interview = make_interview()
        submit_form(admin_client, self.ADD, candidate=interview.candidate.pk, job=interview.job.pk)
        assert Interview.objects.get() == interview

    def test_closed_job_is_no_choice(self, admin_client: Client) -> None:
        closed = make_approved_job(is_open=False)
        submit_form(admin_client, self.ADD, candidate=make_candidate().pk, job=closed.pk)
        assert not Interview.objects.exists()


@pytest.mark.parametrize("direction", ["", "-"])
def test_interviews_without_score_are_listed_last(admin_client: Client, direction: str) -> None:
    unscored = make_interview(phone="+14155550101")
    scored = make_completed_interview(phone="+14155550102")
    address = reverse("admin:interviews_interview_changelist")
    columns = admin_client.get(address).context["cl"].list_display
    changes = admin_client.get(address, {"o": f"{direction}{columns.index('score')}"}).context["cl"]
    assert list(changes.result_list) == [scored, unscored]
