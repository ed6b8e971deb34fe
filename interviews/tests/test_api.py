"""Interviews over the API: planned, followed, called off, scored again, read."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from candidates.models import Candidate, DoNotCall
from interviews.models import Attempt, Call, Interview, InterviewResponse
from interviews.scoring.assessment import NOTHING_FAILED
from jobs.models import JobDescription
from tests.support.factories import (
    ANSWER,
    QUESTIONS,
    make_approved_job,
    make_assessed_interview,
    make_candidate,
    make_interview,
    make_job,
    run_tasks,
)
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
INTERVIEWS, CAMPAIGNS = "/api/v1/interviews/", "/api/v1/campaigns/"
OFFLINE = "offline rules, no language model"
NOBODY = "00000000-0000-4000-8000-000000000000"


def plan(api: APIClient, candidate: Candidate, job: JobDescription, **more: Any) -> Any:
    return api.post(INTERVIEWS, {"candidate": str(candidate.pk), "job": str(job.pk), **more})


def part(api: APIClient, interview: Interview, name: str) -> Any:
    return api.get(f"{INTERVIEWS}{interview.pk}/{name}/")


def an_attempt(interview: Interview) -> Attempt:
    attempt = interview.attempts.create(number=interview.attempts.count() + 1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number=interview.candidate.phone, ended_at=timezone.now(), price="0.0840")
    attempt.update_fields(ended_at=timezone.now(), outcome=Attempt.Outcome.NO_ANSWER)
    return attempt


class TestPlanning:
    def test_calls_at_once(self, api: APIClient) -> None:
        candidate, job = make_candidate(), make_approved_job()
        response = plan(api, candidate, job)
        body = response.json()
        assert response.status_code == 201
        assert (body["status"], body["outcome"], body["result_status"]) == ("pending", "", "none")
        assert (body["candidate"], body["job"], body["attempts"]) == (str(candidate.pk), str(job.pk), 0)
        assert body["interviewer"] == OFFLINE
        assert body["next_attempt_at"] is not None
        assert api.get(f"{INTERVIEWS}{body['id']}/").json() == body

    def test_for_later_waits(self, api: APIClient) -> None:
        later = timezone.now() + timedelta(days=2)
        body = plan(api, make_candidate(), make_approved_job(), scheduled_for=later.isoformat()).json()
        assert body["scheduled_for"] == body["next_attempt_at"]

    def test_is_written_down_with_who_asked_for_it(self, api: APIClient) -> None:
        plan(api, make_candidate(), make_approved_job())
        assert Interview.objects.get().events.get(kind="interview.planned").actor == "api key a test"

    @pytest.mark.parametrize("when", ["yesterday", "2020-01-01T00:00:00Z", "0001-01-01T00:00+14:00", 7])
    def test_needs_a_time_to_come(self, api: APIClient, when: Any) -> None:
        response = plan(api, make_candidate(), make_approved_job(), scheduled_for=when)
        assert set(response.json()["errors"]) == {"scheduled_for"}

    @pytest.mark.parametrize("pk", [None, "7", 7, NOBODY, "", ["x"], {}])
    def test_needs_a_candidate_and_a_job(self, api: APIClient, pk: Any) -> None:
        response = api.post(INTERVIEWS, {"candidate": pk, "job": pk})
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {"candidate", "job"}

    def test_that_is_not_possible_says_why_and_leaves_nothing(self, api: APIClient, settings: Any) -> None:
        def refused(candidate: Candidate, job: JobDescription) -> str:
            response = plan(api, candidate, job)
            assert response.status_code == 409
            return str(response.json()["detail"])

        DoNotCall.objects.add_number("+14155550142", source="a test")
        assert "no approved questions" in refused(make_candidate(), make_job())
        assert "closed" in refused(make_candidate(), make_approved_job(is_open=False))
        assert "consent" in refused(make_candidate(consents=False), make_approved_job())
        assert "do-not-call" in refused(make_candidate(phone="+14155550142"), make_approved_job())
        settings.WHITELISTED_NUMBERS = []
        assert "whitelist" in refused(make_candidate(), make_approved_job())
        assert not Interview.objects.exists()

    def test_twice_for_the_same_job_is_refused(self, api: APIClient) -> None:
        interview = make_interview()
        response = plan(api, interview.candidate, interview.job)
        assert response.status_code == 409
        assert "already has an interview" in response.json()["detail"]

    def test_of_an_erased_candidate_is_refused(self, api: APIClient) -> None:
        erased = make_candidate(erased_at=timezone.now())
        assert set(plan(api, erased, make_approved_job()).json()["errors"]) == {"candidate"}


class TestTheList:
    @pytest.mark.parametrize("many", [2, 20])
    def test_costs_no_query_for_each_interview(self, api: APIClient, many: int, django_assert_num_queries: Any) -> None:
        job = make_approved_job()
        for _ in range(many):
            an_attempt(make_interview(job=job))
        with django_assert_num_queries(2):  # the key, the interviews
            assert {one["attempts"] for one in api.get(INTERVIEWS).json()["results"]} == {1}

    def test_is_filtered_by_what_a_client_follows(self, api: APIClient) -> None:
        other, wanted = make_interview(), make_interview()
        other.cancel(Interview.Outcome.BY_HR, actor="a test")
        for name, value in {
            "status": "pending",
            "result_status": "none",
            "job": str(wanted.job_id),
            "candidate": str(wanted.candidate_id),
            "created_after": wanted.created_at.isoformat(),
        }.items():
            found = [one["id"] for one in api.get(INTERVIEWS, {name: value}).json()["results"]]
            assert found == ([str(wanted.pk), str(other.pk)] if name == "result_status" else [str(wanted.pk)]), name
        assert api.get(INTERVIEWS, {"outcome": "by_hr"}).json()["results"][0]["id"] == str(other.pk)
        before = {"created_before": other.created_at.isoformat()}
        assert api.get(INTERVIEWS, before).json()["results"] == []

    def test_is_narrowed_to_what_needs_attention(self, api: APIClient) -> None:
        waiting, other = make_interview(), make_interview()
        Interview.objects.filter(pk=waiting.pk).update(result_status="incomplete")
        for wanted, found in (("true", waiting), ("false", other)):
            listed = api.get(INTERVIEWS, {"needs_attention": wanted}).json()["results"]
            assert [one["id"] for one in listed] == [str(found.pk)]

    def test_is_not_all_of_it_for_who_asks_for_what_is_neither_yes_nor_no(self, api: APIClient) -> None:
        answer = api.get(INTERVIEWS, {"needs_attention": "2"})
        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"needs_attention"}


class TestWhatWasSaid:
    def test_is_there_before_anything_was(self, api: APIClient) -> None:
        rows = part(api, make_interview(), "responses").json()
        assert [one["question"] for one in rows] == [one.text for one in QUESTIONS]
        assert {(one["status"], one["score"], one["feedback"], one["label"]) for one in rows} == {
            ("planned", None, "", "")
        }
        assert all(one["criteria"] == one["flags"] == [] for one in rows)

    def test_is_shown_with_its_score_and_what_that_rests_on(self, api: APIClient) -> None:
        row = part(api, make_assessed_interview(), "responses").json()[0]
        assert (row["position"], row["status"], row["transcript"]) == (0, "assessed", ANSWER)
        assert 0 <= row["score"] <= 10
        assert row["label"] == OFFLINE
        quotes = [quote for criterion in row["criteria"] for quote in criterion["evidence"]]
        assert quotes
        assert all(ANSWER[one["start"] : one["end"]] == one["quote"] for one in quotes if one["verified"])
        assert all(one["reason"] for one in row["criteria"])
        assert all(bool(one["why_not"]) is not one["verified"] for one in quotes)

    def test_is_shown_with_quotes_that_were_kept_without_the_reason_why_they_support_nothing(
        self, api: APIClient
    ) -> None:
        row = part(api, make_completed_interview(), "responses").json()[0]
        assert {one["why_not"] for criterion in row["criteria"] for one in criterion["evidence"]} == {""}

    def test_costs_the_same_for_any_number_of_questions(self, api: APIClient, django_assert_num_queries: Any) -> None:
        interview = make_interview(job=make_approved_job(questions=QUESTIONS * 5))
        with django_assert_num_queries(5):  # the key, the interview, its responses, their assessments, earlier ones
            assert len(part(api, interview, "responses").json()) == 15

    def test_has_no_score_while_it_is_scored_again(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        api.post(f"{INTERVIEWS}{interview.pk}/rescore/")
        rows = part(api, interview, "responses").json()
        assert {one["score"] for one in rows} == {None}
        assert [len(one["earlier"]) for one in rows] == [1, 1, 1]

    def test_keeps_what_was_found_before(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        (first, *_) = part(api, interview, "responses").json()
        assert first["earlier"] == []
        api.post(f"{INTERVIEWS}{interview.pk}/rescore/")
        run_tasks(only="interviews")
        (again, *_) = part(api, interview, "responses").json()
        (before,) = again["earlier"]
        same = ("score", "score_reason", "feedback", "criteria", "flags", "label", "model")
        assert [before[name] for name in same] == [first[name] for name in same]
        assert before["prompt_hash"]
        assert before["rubric_version"]


class TestTheResult:
    def test_says_why_there_is_none(self, api: APIClient) -> None:
        interview = make_interview()
        response = part(api, interview, "result")
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
        assert "pending" in response.json()["detail"]
        interview.cancel(Interview.Outcome.BY_HR, actor="a test", reason="Filled.")
        assert "there will be none: cancelled by hr. Filled." in part(api, interview, "result").json()["detail"]

    def test_says_that_it_is_on_its_way(self, api: APIClient) -> None:
        interview = make_interview()
        interview.begin()
        interview.finish(Interview.Outcome.COMPLETE)
        assert "being assessed" in part(api, interview, "result").json()["detail"]

    def test_is_what_the_answers_add_up_to(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        body = part(api, interview, "result").json()
        assert (body["result_status"], body["coverage"], body["label"]) == ("ready", 1.0, OFFLINE)
        assert 0 <= body["overall_score"] <= 10
        assert body["recommendation"] in ("hire", "consider", "reject")
        assert all(one["quote"] in ANSWER for one in body["strengths"] + body["improvements"])
        assert body["earlier"] == []

    def test_without_a_score_has_no_recommendation(self, api: APIClient) -> None:
        interview = make_interview()
        interview.begin()
        interview.responses.update(status=InterviewResponse.Status.AUDIO_LOST, status_reason="Lost.")
        interview.finish(Interview.Outcome.COMPLETE)
        run_tasks(only="interviews.conclude")
        body = part(api, interview, "result").json()
        assert (body["result_status"], body["overall_score"], body["recommendation"]) == ("incomplete", None, None)
        assert "Lost." in body["reasoning"]

    def test_stays_visible_when_it_is_computed_again(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        first = part(api, interview, "result").json()
        response = api.post(f"{INTERVIEWS}{interview.pk}/rescore/")
        assert (response.status_code, response.json()["result_status"]) == (202, "pending")
        meanwhile = part(api, interview, "result")
        assert (meanwhile.status_code, "assessed again" in meanwhile.json()["detail"]) == (404, True)
        run_tasks(only="interviews")
        again = part(api, interview, "result").json()
        assert [one["created_at"] for one in again["earlier"]] == [first["created_at"]]

    def test_that_failed_is_computed_again_from_what_failed(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        again = f"{INTERVIEWS}{interview.pk}/rescore/"
        refused = api.post(again, {"only_failed": True})
        assert (refused.status_code, refused.json()["detail"]) == (409, NOTHING_FAILED)
        interview.responses.filter(position=1).update(status="model_unavailable", status_reason="No key.")
        interview.set_result_status("incomplete", reason="No key.")
        assert api.post(again, {"only_failed": True}).json()["result_status"] == "pending"
        run_tasks(only="interviews")
        interview.refresh_from_db()
        assert interview.result_status == "ready"
        assert [one.assessments.count() for one in interview.responses.all()] == [1, 2, 1]

    def test_is_not_computed_again_before_the_interview_is_over(self, api: APIClient) -> None:
        response = api.post(f"{INTERVIEWS}{make_interview().pk}/rescore/")
        assert response.status_code == 409
        assert "completed" in response.json()["detail"]


class TestTheHistory:
    def test_tells_who_did_what(self, api: APIClient) -> None:
        interview = make_interview()
        api.post(f"{INTERVIEWS}{interview.pk}/cancel/", {"reason": "The position was filled."})
        events = part(api, interview, "events").json()
        kinds = ["interview.planned", "interview.cancelled", *["response.skipped"] * len(QUESTIONS)]
        assert [one["kind"] for one in events] == kinds
        assert (events[1]["actor"], events[1]["before"], events[1]["after"], events[1]["reason"]) == (
            "api key a test",
            "pending",
            "cancelled",
            "The position was filled.",
        )

    def test_names_each_attempt_with_its_call(self, api: APIClient) -> None:
        interview = make_interview()
        an_attempt(interview)
        an_attempt(interview)
        rows = part(api, interview, "attempts").json()
        assert [(one["number"], one["outcome"], one["call"]["price"]) for one in rows] == [
            (1, "no_answer", 0.084),
            (2, "no_answer", 0.084),
        ]


class TestCancelling:
    def test_is_final_and_says_who_did_it(self, api: APIClient) -> None:
        path = f"{INTERVIEWS}{make_interview().pk}/cancel/"
        body = api.post(path).json()
        assert (body["status"], body["outcome"], body["next_attempt_at"]) == ("cancelled", "by_client", None)
        response = api.post(path)
        assert response.status_code == 409
        assert "cancelled" in response.json()["detail"]

    @pytest.mark.parametrize("reason", ["x" * 2001, "a\0b", None, []])
    def test_takes_a_bounded_reason(self, api: APIClient, reason: Any) -> None:
        response = api.post(f"{INTERVIEWS}{make_interview().pk}/cancel/", {"reason": reason})
        assert set(response.json()["errors"]) == {"reason"}
        assert Interview.objects.get().status == Interview.Status.PENDING


class TestACampaign:
    @pytest.fixture
    def campaign(self, api: APIClient) -> str:
        response = api.post(CAMPAIGNS, {"name": "Autumn", "job": str(make_approved_job().pk)})
        assert response.status_code == 201
        assert (response.json()["interviews"], response.json()["created_by"]) == (0, "api key a test")
        return f"{CAMPAIGNS}{response.json()['id']}/"

    def test_calls_whom_it_can_and_says_why_not_the_others(self, api: APIClient, campaign: str) -> None:
        good, refusing, unknown = make_candidate(), make_candidate(consents=False), uuid4()
        ids = [str(pk) for pk in (good.pk, refusing.pk, unknown, good.pk)]
        rows = api.post(f"{campaign}add/", {"candidates": ids}).json()["results"]
        assert [one["candidate"] for one in rows] == ids[:3]
        assert (rows[0]["interview"], rows[0]["reason"]) == (str(Interview.objects.get().pk), "")
        assert (rows[1]["interview"], rows[2]["interview"]) == (None, None)
        assert "consent" in rows[1]["reason"]
        assert "no candidate" in rows[2]["reason"]
        assert api.get(campaign).json()["interviews"] == 1
        found = api.get(INTERVIEWS, {"campaign": campaign.split("/")[-2]}).json()["results"]
        assert [one["candidate"] for one in found] == [str(good.pk)]

    @pytest.mark.parametrize("ids", [[], "all", ["7"], [NOBODY] * 501, None])
    def test_takes_a_bounded_number_of_ids(self, api: APIClient, campaign: str, ids: Any) -> None:
        errors = api.post(f"{campaign}add/", {"candidates": ids}).json()["errors"]
        assert {name.split(".")[0] for name in errors} == {"candidates"}

    @pytest.mark.parametrize("many", [2, 20])
    def test_costs_no_query_of_its_own_in_a_list(
        self, api: APIClient, many: int, django_assert_num_queries: Any
    ) -> None:
        job = make_approved_job()
        for number in range(many):
            job.campaigns.create(name=f"Wave {number}")
        with django_assert_num_queries(2):  # the key, the campaigns
            assert len(api.get(CAMPAIGNS).json()["results"]) == many
