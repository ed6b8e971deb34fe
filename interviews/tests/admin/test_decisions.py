"""What waits for a person: found, tried again, decided."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from interviews.decisions import decide
from interviews.models import Decision, EventKind, Interview
from interviews.scoring.assessment import NOTHING_FAILED, RETRY_REASON
from tests.support.admin_client import admin_url, get_page, make_staff_client, submit_form
from tests.support.factories import make_interview
from tests.support.sample_rows import add_result, make_completed_interview


def one_that_waits(reason: str = "Question 2: the key was refused.", **candidate: Any) -> Interview:
    """Its second answer has no score by our doing."""
    interview = make_completed_interview(**candidate)
    interview.responses.filter(position=1).update(status="model_unavailable", status_reason=reason)
    interview.responses.get(position=1).assessments.update(is_current=False)
    add_result(interview, score=None, reason=reason)
    return interview


class TestWhatNeedsAttention:
    def test_is_listed_with_the_reason(self, admin_client: Client) -> None:
        one_that_waits("Question 2: <b>no key</b>.")
        make_completed_interview(full_name="Grace Hopper", phone="+14155550102")
        page = get_page(admin_client, reverse("admin:interviews_interview_changelist"), attention="yes")
        assert "Question 2: &lt;b&gt;no key&lt;/b&gt;." in page
        assert "Ada Lovelace" in page
        assert "Grace Hopper" not in page

    def test_is_what_the_first_page_counts_and_names(self, admin_client: Client) -> None:
        one_that_waits()
        page = get_page(admin_client, reverse("admin:index"))
        assert '?attention=yes"><span class="s-score">1</span><span>Needs attention</span>' in page
        assert 'Ada Lovelace</bdi> for <bdi>Support engineer</bdi></a>: <span dir="auto">Question 2: the key' in page

    def test_is_done_with_once_somebody_has_decided_knowing_it(self, admin_client: Client, reviewer: User) -> None:
        interview = one_that_waits()
        decide(
            interview, by=reviewer, verdict="reject", reason="Heard it.", seen=interview.results.get(is_current=True)
        )
        assert not Interview.objects.needing_attention().exists()
        add_result(interview, score=None, reason="Something else is missing now.")
        assert Interview.objects.needing_attention().get() == interview


class TestWhatIsToDecide:
    def test_is_what_the_first_page_counts_and_names_with_what_is_recommended(self, admin_client: Client) -> None:
        make_completed_interview()
        page = get_page(admin_client, reverse("admin:index"))
        assert '?decision=none"><span class="s-score">1</span><span>To decide</span>' in page
        assert re.search(r"Hire </span> 7\.50 <a [^>]*><bdi>Ada Lovelace</bdi> for <bdi>Support engineer", page)
        assert "Nothing else waits for a person." in page

    def test_names_first_who_has_waited_longest(self, admin_client: Client) -> None:
        make_completed_interview(full_name="Grace Hopper", phone="+14155550102")
        make_completed_interview()
        page = get_page(admin_client, reverse("admin:index"))
        assert page.index("Grace Hopper") < page.index("Ada Lovelace")

    def test_is_a_list_which_a_decision_leaves(self, admin_client: Client, reviewer: User) -> None:
        decided = make_completed_interview()
        make_completed_interview(full_name="Grace Hopper", phone="+14155550102")
        decide(decided, by=reviewer, verdict="reject", reason="Wants to live elsewhere.", seen=decided.results.get())
        listed = reverse("admin:interviews_interview_changelist")
        found = {name: get_page(admin_client, listed, decision=name) for name in ("none", "reject", "hire")}
        assert {name: "Ada Lovelace" in page for name, page in found.items()} == {
            "none": False,
            "reject": True,
            "hire": False,
        }
        assert "Grace Hopper" in found["none"]
        assert "Ada Lovelace" not in get_page(admin_client, reverse("admin:index"))

    def test_shows_what_was_decided_last_on_list_and_page(self, admin_client: Client, reviewer: User) -> None:
        interview = make_completed_interview()
        seen = interview.results.get()
        decide(interview, by=reviewer, verdict="reject", reason="Too far away.", seen=seen)
        decide(interview, by=reviewer, verdict="consider", reason="Would move.", seen=seen)
        assert "Decided: Consider" in get_page(admin_client, admin_url(interview))
        listed = reverse("admin:interviews_interview_changelist")
        assert "Ada Lovelace" in get_page(admin_client, listed, decision="consider")
        assert "Ada Lovelace" not in get_page(admin_client, listed, decision="reject")

    def test_leaves_out_what_has_no_recommendation(self, admin_client: Client) -> None:
        one_that_waits()
        make_interview(full_name="Grace Hopper", phone="+14155550102")
        assert not Interview.objects.to_decide().exists()


class TestTryingAgain:
    def test_takes_up_what_failed_and_nothing_else(self, admin_client: Client) -> None:
        interview = one_that_waits()
        assert "What failed is being tried again." in submit_form(admin_client, admin_url(interview, "try_again"))
        assert [one.status for one in interview.responses.all()] == ["assessed", "transcribed", "assessed"]
        interview.refresh_from_db()
        assert interview.result_status == "pending"

    def test_of_many_leaves_alone_what_needs_nobody(self, admin_client: Client) -> None:
        waiting, done = one_that_waits(), make_completed_interview(phone="+14155550102")
        chosen = {"action": "try_again_all", "_selected_action": [waiting.pk, done.pk]}
        page = submit_form(admin_client, reverse("admin:interviews_interview_changelist"), **chosen)
        assert "What failed in 1 of 2 interviews is being tried again." in page
        assert [Interview.objects.get(pk=one.pk).result_status for one in (waiting, done)] == ["pending", "ready"]
        event = waiting.events.get(kind=EventKind.RESULT_REOPENED)
        assert (event.actor, event.reason) == ("hanna", RETRY_REASON)

    def test_of_many_is_for_those_who_may_change_them(self, db: None) -> None:
        waiting = one_that_waits()
        chosen = {"action": "try_again_all", "_selected_action": [waiting.pk]}
        submit_form(make_staff_client("view_interview"), reverse("admin:interviews_interview_changelist"), **chosen)
        assert Interview.objects.get().result_status == "incomplete"

    def test_where_nothing_failed_says_so(self, admin_client: Client) -> None:
        assert NOTHING_FAILED in submit_form(admin_client, admin_url(make_completed_interview(), "try_again"))


class TestDeciding:
    def seen(self, interview: Interview) -> dict[str, Any]:
        return {"seen": interview.results.get(is_current=True).pk}

    def test_keeps_who_what_and_the_result_before_them(self, admin_client: Client, reviewer: User) -> None:
        interview = make_completed_interview()
        page = submit_form(admin_client, admin_url(interview, "decide"), verdict="hire", **self.seen(interview))
        assert "Your decision is recorded: hire." in page
        assert "as recommended (7.50 of 10)" in page
        decision = Decision.objects.get()
        assert (decision.decided_by, decision.verdict) == (reviewer, "hire")
        assert decision.result == interview.results.get(is_current=True)
        assert interview.events.get(kind=EventKind.DECISION_HIRE).actor == "hanna"

    def test_leads_to_who_has_waited_longest_for_the_same_job(self, admin_client: Client) -> None:
        of_another_job = make_completed_interview(full_name="Grace Hopper", phone="+14155550102")
        interview = make_completed_interview()
        assert "Next to decide" not in get_page(admin_client, admin_url(interview))
        page = submit_form(admin_client, admin_url(interview, "decide"), verdict="hire", **self.seen(interview))
        assert f'Next to decide: <a class="text-link" href="{admin_url(of_another_job)}">' in page
        of_this_job = make_completed_interview(job=interview.job, full_name="Alan Turing", phone="+14155550103")
        assert f'Next to decide: <a class="text-link" href="{admin_url(of_this_job)}">' in get_page(
            admin_client, admin_url(interview)
        )

    def test_shows_what_is_recommended_and_chooses_nothing(self, admin_client: Client) -> None:
        page = get_page(admin_client, admin_url(make_completed_interview(), "decide"))
        assert "Recommended: hire, at 7.50 of 10, by offline rules, no language model." in page
        assert 'name="verdict" value="hire"' in page
        assert not re.search(r'name="verdict"[^>]* checked[ >]', page)

    def test_otherwise_than_recommended_needs_a_reason(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        address = admin_url(interview, "decide")
        page = submit_form(admin_client, address, verdict="reject", reason="  ", **self.seen(interview))
        assert "The program recommends hire. Say why you decide otherwise." in page
        assert not Decision.objects.exists()
        page = submit_form(admin_client, address, verdict="reject", reason="No SQL.", **self.seen(interview))
        assert "overruling the recommendation to hire" in page

    def test_without_a_recommendation_needs_a_reason(self, admin_client: Client) -> None:
        interview = make_interview()
        interview.finish(Interview.Outcome.UNREACHED)
        page = submit_form(admin_client, admin_url(interview, "decide"), verdict="reject")
        assert "There is no recommendation to follow. Say what your decision rests on." in page
        assert "with no result before them" in submit_form(
            admin_client, admin_url(interview, "decide"), verdict="reject", reason="Unreachable."
        )

    def test_is_refused_on_a_result_that_is_no_longer_the_current_one(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        stale = self.seen(interview)
        add_result(interview, score="7.90")
        page = submit_form(admin_client, admin_url(interview, "decide"), verdict="hire", **stale)
        assert "The result has changed since you opened this page." in page
        assert not Decision.objects.exists()

    def test_waits_for_an_assessment_that_is_under_way(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        seen = self.seen(interview)
        submit_form(admin_client, admin_url(interview, "rescore"))
        assert "Decide once the result is there." in submit_form(
            admin_client, admin_url(interview, "decide"), verdict="hire", **seen
        )

    def test_on_a_live_interview_is_too_early(self, admin_client: Client) -> None:
        page = submit_form(admin_client, admin_url(make_interview(), "decide"), verdict="hire", reason="x")
        assert "This interview is not over yet." in page
