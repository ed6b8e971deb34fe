"""Work for reviewers: interviews that need attention, retries and decisions."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from interviews.admin.forms import DecideForm
from interviews.admin.interview import NEXT_BUTTON
from interviews.decisions import (
    BEING_ASSESSED,
    DIFFERENT_DECISION,
    NO_RECOMMENDATION,
    NOT_OVER,
    RESULT_CHANGED,
    record_decision,
)
from interviews.models import Decision, EventKind, Interview, lock_interview
from interviews.scoring.assessment import NOTHING_FAILED, RETRY_REASON
from tests.support.admin_client import admin_url, get_page, make_staff_client, submit_form
from tests.support.factories import make_interview
from tests.support.sample_rows import add_result, make_completed_interview

LIST = reverse("admin:interviews_interview_changelist")


def make_incomplete_interview(reason: str = "Question 2: the key was refused.", **candidate: Any) -> Interview:
    """The second response could not be assessed."""
    interview = make_completed_interview(**candidate)
    interview.responses.filter(position=1).update(status="model_unavailable", status_reason=reason)
    interview.responses.get(position=1).assessments.update(is_current=False)
    add_result(interview, score=None, reason=reason)
    return interview


def test_scores_are_rounded(admin_client: Client) -> None:
    interview = make_completed_interview()
    add_result(interview, score="8.46")
    assert re.search(r'"field-score[^>]*>8\.5<', get_page(admin_client, LIST))
    interview.viewer = User(is_superuser=True)  # type: ignore[attr-defined]
    assert "8.5" in str(DecideForm(subject=interview).fields["verdict"].help_text)


class TestAttention:
    def test_list_shows_reason(self, admin_client: Client) -> None:
        reason = "Question 2: <b>no key</b>."
        make_incomplete_interview(reason)
        make_completed_interview(full_name="Grace Hopper", phone="+14155550102")
        page = get_page(admin_client, LIST, attention="yes")
        assert escape(reason) in page
        assert "Ada Lovelace" in page
        assert "Grace Hopper" not in page

    def test_decision_on_current_result_settles_it(self, admin_client: Client, reviewer: User) -> None:
        interview = make_incomplete_interview()
        record_decision(
            interview,
            by=reviewer,
            verdict="reject",
            reason="Weak answers.",
            seen=interview.results.get(is_current=True),
        )
        assert not Interview.objects.needing_attention().exists()
        add_result(interview, score=None, reason="Something else is missing now.")
        assert Interview.objects.needing_attention().get() == interview


class TestInterviewsToDecide:
    def test_decided_interview_leaves_list(self, admin_client: Client, reviewer: User) -> None:
        decided = make_completed_interview()
        make_completed_interview(full_name="Grace Hopper", phone="+14155550102")
        record_decision(
            decided, by=reviewer, verdict="reject", reason="Wants to live elsewhere.", seen=decided.results.get()
        )
        pages = {name: get_page(admin_client, LIST, decision=name) for name in ("none", "reject", "hire")}
        assert {name: "Ada Lovelace" in page for name, page in pages.items()} == {
            "none": False,
            "reject": True,
            "hire": False,
        }
        assert "Grace Hopper" in pages["none"]

    def test_last_decision_is_shown(self, admin_client: Client, reviewer: User) -> None:
        interview = make_completed_interview()
        seen = interview.results.get()
        record_decision(interview, by=reviewer, verdict="reject", reason="Too far away.", seen=seen)
        record_decision(interview, by=reviewer, verdict="consider", reason="Would move.", seen=seen)
        assert "Decided: Consider" in get_page(admin_client, admin_url(interview))
        assert "Ada Lovelace" in get_page(admin_client, LIST, decision="consider")
        assert "Ada Lovelace" not in get_page(admin_client, LIST, decision="reject")

    def test_interview_without_recommendation_is_left_out(self, admin_client: Client) -> None:
        make_incomplete_interview()
        make_interview(full_name="Grace Hopper", phone="+14155550102")
        assert not Interview.objects.to_decide().exists()


class TestRetry:
    def test_only_failed_responses_are_retried(self, admin_client: Client) -> None:
        interview = make_incomplete_interview()
        submit_form(admin_client, admin_url(interview, "try_again"))
        assert [response.status for response in interview.responses.all()] == ["assessed", "transcribed", "assessed"]
        interview.refresh_from_db()
        assert interview.result_status == "pending"

    def test_bulk_action_skips_finished_interviews(self, admin_client: Client) -> None:
        waiting, done = make_incomplete_interview(), make_completed_interview(phone="+14155550102")
        data = {"action": "try_again_all", "_selected_action": [waiting.pk, done.pk]}
        page = submit_form(admin_client, LIST, **data)
        assert "1 of 2" in page
        statuses = [Interview.objects.get(pk=interview.pk).result_status for interview in (waiting, done)]
        assert statuses == ["pending", "ready"]
        event = waiting.events.get(kind=EventKind.RESULT_REOPENED)
        assert (event.actor, event.reason) == ("hanna", RETRY_REASON)

    def test_bulk_action_needs_permission(self, db: None) -> None:
        waiting = make_incomplete_interview()
        data = {"action": "try_again_all", "_selected_action": [waiting.pk]}
        submit_form(make_staff_client("view_interview"), LIST, **data)
        assert Interview.objects.get().result_status == "incomplete"

    def test_nothing_to_retry_is_rejected(self, admin_client: Client) -> None:
        assert str(NOTHING_FAILED) in submit_form(admin_client, admin_url(make_completed_interview(), "try_again"))


def current_result(interview: Interview) -> dict[str, Any]:
    return {"seen": interview.results.get(is_current=True).pk}


class TestDecision:
    def test_decision_is_recorded(self, admin_client: Client, reviewer: User) -> None:
        interview = make_completed_interview()
        submit_form(admin_client, admin_url(interview, "decide"), verdict="hire", **current_result(interview))
        decision = Decision.objects.get()
        assert (decision.decided_by, decision.verdict) == (reviewer, "hire")
        assert decision.result == interview.results.get(is_current=True)
        assert interview.events.get(kind=EventKind.DECISION_HIRE).actor == "hanna"

    def test_next_interview_is_of_same_job(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        assert "data-next-to-decide" not in get_page(admin_client, admin_url(interview))
        other = make_completed_interview(full_name="Grace Hopper", phone="+14155550102")
        assert f'data-next-to-decide href="{admin_url(other)}"' in get_page(admin_client, admin_url(interview))
        same = make_completed_interview(job=interview.job, full_name="Alan Turing", phone="+14155550103")
        form = {"verdict": "hire", NEXT_BUTTON: "yes", **current_result(interview)}
        saved = admin_client.post(admin_url(interview, "decide"), form)
        assert saved.headers["Location"] == admin_url(same)

    def test_form_preselects_nothing(self, admin_client: Client) -> None:
        page = get_page(admin_client, admin_url(make_completed_interview(), "decide"))
        assert "Recommended: hire" in page
        assert 'name="verdict" value="hire"' in page
        assert not re.search(r'name="verdict"[^>]* checked[ >]', page)

    def test_different_decision_needs_reason(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        address = admin_url(interview, "decide")
        page = submit_form(admin_client, address, verdict="reject", reason="  ", **current_result(interview))
        assert DIFFERENT_DECISION in page
        assert not Decision.objects.exists()
        submit_form(admin_client, address, verdict="reject", reason="No SQL.", **current_result(interview))
        assert Decision.objects.get().reason == "No SQL."

    def test_decision_without_recommendation_needs_reason(self, admin_client: Client) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.UNREACHED)
        page = submit_form(admin_client, admin_url(interview, "decide"), verdict="reject")
        assert NO_RECOMMENDATION in page
        assert "without a result" in submit_form(
            admin_client, admin_url(interview, "decide"), verdict="reject", reason="Unreachable."
        )

    def test_stale_result_is_rejected(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        stale = current_result(interview)
        add_result(interview, score="7.90")
        page = submit_form(admin_client, admin_url(interview, "decide"), verdict="hire", **stale)
        assert RESULT_CHANGED in page
        assert not Decision.objects.exists()

    def test_pending_result_is_rejected(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        result = current_result(interview)
        submit_form(admin_client, admin_url(interview, "rescore"))
        assert BEING_ASSESSED in submit_form(admin_client, admin_url(interview, "decide"), verdict="hire", **result)

    def test_live_interview_is_rejected(self, admin_client: Client) -> None:
        page = submit_form(admin_client, admin_url(make_interview(), "decide"), verdict="hire", reason="x")
        assert NOT_OVER in page
