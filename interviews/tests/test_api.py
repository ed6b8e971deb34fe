"""The API of interviews and campaigns."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from candidates.models import Candidate, DoNotCall
from interviews.calling.verdicts import DialRule
from interviews.models import Attempt, Call, Campaign, Interview, InterviewResponse, WaitReason, lock_interview
from interviews.planning import Obstacle
from interviews.scoring.assessment import NOTHING_FAILED
from jobs.models import JobDescription
from screener.services.interviewer.protocol import SIMULATED_LABEL
from tests.support.factories import (
    ANSWER,
    API_ACTOR,
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
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


def plan(api: APIClient, candidate: Candidate, job: JobDescription, **fields: Any) -> Any:
    return api.post(INTERVIEWS, {"candidate": str(candidate.pk), "job": str(job.pk), **fields})


def get_part(api: APIClient, interview: Interview, name: str) -> Any:
    return api.get(f"{INTERVIEWS}{interview.pk}/{name}/")


def add_attempt(interview: Interview) -> Attempt:
    attempt = interview.attempts.create(number=interview.attempts.count() + 1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number=interview.candidate.phone, ended_at=timezone.now(), price="0.0840")
    attempt.update_fields(ended_at=timezone.now(), outcome=Attempt.Outcome.NO_ANSWER)
    return attempt


class TestPlanning:
    def test_call_is_due_at_once(self, api: APIClient) -> None:
        candidate, job = make_candidate(), make_approved_job()
        response = plan(api, candidate, job)
        body = response.json()
        assert response.status_code == 201
        assert (body["status"], body["outcome"], body["result_status"]) == ("pending", "", "none")
        assert (body["candidate"], body["job"], body["attempts"]) == (str(candidate.pk), str(job.pk), 0)
        assert body["interviewer"] == SIMULATED_LABEL
        assert body["next_attempt_at"] is not None
        assert api.get(f"{INTERVIEWS}{body['id']}/").json() == body

    def test_scheduled_call_waits(self, api: APIClient) -> None:
        later = timezone.now() + timedelta(days=2)
        body = plan(api, make_candidate(), make_approved_job(), scheduled_for=later.isoformat()).json()
        assert body["scheduled_for"] == body["next_attempt_at"]

    def test_more_time_is_kept(self, api: APIClient) -> None:
        body = plan(api, make_candidate(), make_approved_job(), more_time=True).json()
        assert (body["more_time"], Interview.objects.get().more_time) == (True, True)

    @pytest.mark.parametrize(("locale", "is_warned"), [("en-GB", False), ("fr", True)])
    def test_other_language_has_warning(self, api: APIClient, locale: str, is_warned: bool) -> None:
        body = plan(api, make_candidate(locale=locale), make_approved_job()).json()
        assert bool(body["language_warning"]) == is_warned

    def test_event_names_client(self, api: APIClient) -> None:
        plan(api, make_candidate(), make_approved_job())
        assert Interview.objects.get().events.get(kind="interview.planned").actor == API_ACTOR

    @pytest.mark.parametrize("time", ["yesterday", "2020-01-01T00:00:00Z", "0001-01-01T00:00+14:00", 7])
    def test_schedule_must_be_in_future(self, api: APIClient, time: Any) -> None:
        response = plan(api, make_candidate(), make_approved_job(), scheduled_for=time)
        assert set(response.json()["errors"]) == {"scheduled_for"}

    @pytest.mark.parametrize("pk", [None, "7", 7, UNKNOWN_ID, "", ["x"], {}])
    def test_unknown_ids_are_rejected(self, api: APIClient, pk: Any) -> None:
        response = api.post(INTERVIEWS, {"candidate": pk, "job": pk})
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {"candidate", "job"}

    def test_refusal_has_code(self, api: APIClient, settings: Any) -> None:
        def refusal(candidate: Candidate, job: JobDescription) -> str:
            response = plan(api, candidate, job)
            assert response.status_code == 409
            return str(response.json()["code"])

        DoNotCall.objects.add_number("+14155550142", source="a test")
        assert refusal(make_candidate(), make_job()) == Obstacle.QUESTIONS
        assert refusal(make_candidate(), make_approved_job(is_open=False)) == DialRule.JOB
        assert refusal(make_candidate(consents=False), make_approved_job()) == DialRule.CONSENT
        assert refusal(make_candidate(phone="+14155550142"), make_approved_job()) == DialRule.DO_NOT_CALL
        settings.WHITELISTED_NUMBERS = []
        assert refusal(make_candidate(), make_approved_job()) == DialRule.WHITELIST
        assert not Interview.objects.exists()

    def test_second_live_interview_is_refused(self, api: APIClient) -> None:
        interview = make_interview()
        response = plan(api, interview.candidate, interview.job)
        assert (response.status_code, response.json()["code"]) == (409, DialRule.OTHER_INTERVIEW)

    def test_erased_candidate_is_refused(self, api: APIClient) -> None:
        erased = make_candidate()
        erased.blank()
        assert set(plan(api, erased, make_approved_job()).json()["errors"]) == {"candidate"}


class TestList:
    @pytest.mark.parametrize("many", [2, 20])
    def test_query_count_is_constant(self, api: APIClient, many: int, django_assert_num_queries: Any) -> None:
        job = make_approved_job()
        for number in range(many):
            add_attempt(make_interview(job=job, phone=f"+141555501{number:02}"))
        with django_assert_num_queries(3):  # the key, its use, the interviews
            assert {interview["attempts"] for interview in api.get(INTERVIEWS).json()["results"]} == {1}

    def test_filters_narrow_list(self, api: APIClient) -> None:
        other, wanted = make_interview(), make_interview()
        with lock_interview(other) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="a test")
        for name, value in {
            "status": "pending",
            "result_status": "none",
            "job": str(wanted.job_id),
            "candidate": str(wanted.candidate_id),
            "created_after": wanted.created_at.isoformat(),
        }.items():
            ids = [interview["id"] for interview in api.get(INTERVIEWS, {name: value}).json()["results"]]
            assert ids == ([str(wanted.pk), str(other.pk)] if name == "result_status" else [str(wanted.pk)]), name
        assert api.get(INTERVIEWS, {"outcome": "by_hr"}).json()["results"][0]["id"] == str(other.pk)
        before = {"created_before": other.created_at.isoformat()}
        assert api.get(INTERVIEWS, before).json()["results"] == []

    def test_attention_filter(self, api: APIClient) -> None:
        waiting, other = make_interview(), make_interview()
        Interview.objects.filter(pk=waiting.pk).update(result_status="incomplete", undecided_since=timezone.now())
        for value, expected in (("true", waiting), ("false", other)):
            results = api.get(INTERVIEWS, {"needs_attention": value}).json()["results"]
            assert [interview["id"] for interview in results] == [str(expected.pk)]

    def test_person_request_needs_attention(self, api: APIClient) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.record_person_request(reason="Asked.", data={})
            locked.finish(Interview.Outcome.PERSON_REQUESTED)
        (shown,) = api.get(INTERVIEWS, {"needs_attention": "true", "outcome": "person_requested"}).json()["results"]
        assert (shown["status"], shown["person_requested_at"] is not None) == ("failed", True)

    def test_requested_time_is_shown(self, api: APIClient) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.schedule_next_attempt(timezone.now(), wait_reason=WaitReason.REQUESTED_TIME, reason="Asked.")
        assert api.get(f"{INTERVIEWS}{interview.pk}/").json()["wait_reason"] == "requested_time"

    def test_invalid_attention_filter_is_rejected(self, api: APIClient) -> None:
        answer = api.get(INTERVIEWS, {"needs_attention": "2"})
        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"needs_attention"}


class TestResponses:
    def test_planned_responses_are_listed(self, api: APIClient) -> None:
        rows = get_part(api, make_interview(), "responses").json()
        assert [row["question"] for row in rows] == [question.text for question in QUESTIONS]
        columns = ("status", "score", "feedback", "label", "criteria", "flags")
        assert [[row[column] for column in columns] for row in rows] == [["planned", None, "", "", [], []]] * 3

    def test_assessed_response_has_evidence(self, api: APIClient) -> None:
        row = get_part(api, make_assessed_interview(), "responses").json()[0]
        assert (row["position"], row["status"], row["transcript"]) == (0, "assessed", ANSWER)
        assert 0 <= row["score"] <= 10
        assert row["label"] == SIMULATED_LABEL
        quotes = [quote for criterion in row["criteria"] for quote in criterion["evidence"]]
        assert quotes
        assert all(ANSWER[quote["start"] : quote["end"]] == quote["quote"] for quote in quotes if quote["verified"])
        assert all(criterion["reason"] for criterion in row["criteria"])
        assert all(bool(quote["why_not"]) is not quote["verified"] for quote in quotes)

    def test_older_evidence_has_no_flag(self, api: APIClient) -> None:
        row = get_part(api, make_completed_interview(), "responses").json()[0]
        assert {quote["why_not"] for criterion in row["criteria"] for quote in criterion["evidence"]} == {""}

    def test_query_count_is_constant(self, api: APIClient, django_assert_num_queries: Any) -> None:
        interview = make_interview(job=make_approved_job(questions=QUESTIONS * 5))
        with django_assert_num_queries(5):  # the key, its use, the interview, its responses, their assessments
            assert len(get_part(api, interview, "responses").json()) == 15

    def test_rescoring_hides_score(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        api.post(f"{INTERVIEWS}{interview.pk}/rescore/")
        rows = get_part(api, interview, "responses").json()
        assert {row["score"] for row in rows} == {None}
        assert [len(row["earlier"]) for row in rows] == [1, 1, 1]

    def test_rescoring_keeps_earlier_assessment(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        (first, *_) = get_part(api, interview, "responses").json()
        assert first["earlier"] == []
        api.post(f"{INTERVIEWS}{interview.pk}/rescore/")
        run_tasks(only="interviews")
        (again, *_) = get_part(api, interview, "responses").json()
        (before,) = again["earlier"]
        same = ("score", "score_reason", "feedback", "criteria", "flags", "label", "model")
        assert [before[name] for name in same] == [first[name] for name in same]
        assert before["prompt_hash"]
        assert before["rubric_version"]


class TestResult:
    def test_missing_result_has_reason(self, api: APIClient) -> None:
        interview = make_interview()
        response = get_part(api, interview, "result")
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
        assert "pending" in response.json()["detail"]
        with lock_interview(interview) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="a test", reason="Filled.")
        assert "Filled." in get_part(api, interview, "result").json()["detail"]

    def test_pending_result_has_reason(self, api: APIClient) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.begin()
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.COMPLETE)
        assert "being assessed" in get_part(api, interview, "result").json()["detail"]

    def test_result_is_complete(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        body = get_part(api, interview, "result").json()
        assert (body["result_status"], body["coverage"], body["label"]) == ("ready", 1.0, SIMULATED_LABEL)
        assert 0 <= body["overall_score"] <= 10
        assert body["recommendation"] in ("hire", "consider", "reject")
        assert all(point["quote"] in ANSWER for point in body["strengths"] + body["improvements"])
        assert body["earlier"] == []

    def test_missing_score_has_no_recommendation(self, api: APIClient) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.begin()
        interview.responses.update(status=InterviewResponse.Status.AUDIO_LOST, status_reason="Lost.")
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.COMPLETE)
        run_tasks(only="interviews.conclude")
        body = get_part(api, interview, "result").json()
        assert (body["result_status"], body["overall_score"], body["recommendation"]) == ("incomplete", None, None)
        assert "Lost." in body["reasoning"]

    def test_earlier_result_stays_visible(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        first = get_part(api, interview, "result").json()
        response = api.post(f"{INTERVIEWS}{interview.pk}/rescore/")
        assert (response.status_code, response.json()["result_status"]) == (202, "pending")
        meanwhile = get_part(api, interview, "result")
        assert (meanwhile.status_code, "assessed again" in meanwhile.json()["detail"]) == (404, True)
        run_tasks(only="interviews")
        again = get_part(api, interview, "result").json()
        assert [earlier["created_at"] for earlier in again["earlier"]] == [first["created_at"]]

    def test_failed_responses_are_retried(self, api: APIClient) -> None:
        interview = make_assessed_interview()
        url = f"{INTERVIEWS}{interview.pk}/rescore/"
        refused = api.post(url, {"only_failed": True})
        assert (refused.status_code, refused.json()["detail"]) == (409, NOTHING_FAILED)
        interview.responses.filter(position=1).update(status="model_unavailable", status_reason="No key.")
        with lock_interview(interview) as locked:
            locked.set_result_status("incomplete", reason="No key.")
        assert api.post(url, {"only_failed": True}).json()["result_status"] == "pending"
        run_tasks(only="interviews")
        interview.refresh_from_db()
        assert interview.result_status == "ready"
        assert [response.assessments.count() for response in interview.responses.all()] == [1, 2, 1]

    def test_live_interview_is_not_rescored(self, api: APIClient) -> None:
        response = api.post(f"{INTERVIEWS}{make_interview().pk}/rescore/")
        assert response.status_code == 409
        assert "completed" in response.json()["detail"]


class TestHistory:
    def test_events_name_actor_and_change(self, api: APIClient) -> None:
        interview = make_interview()
        api.post(f"{INTERVIEWS}{interview.pk}/cancel/", {"reason": "Filled."})
        events = get_part(api, interview, "events").json()
        kinds = ["interview.planned", "interview.cancelled", *["response.skipped"] * len(QUESTIONS)]
        assert [event["kind"] for event in events] == kinds
        assert (events[1]["actor"], events[1]["before"], events[1]["after"], events[1]["reason"]) == (
            API_ACTOR,
            "pending",
            "cancelled",
            "Filled.",
        )

    def test_attempts_have_calls(self, api: APIClient) -> None:
        interview = make_interview()
        add_attempt(interview)
        add_attempt(interview)
        rows = get_part(api, interview, "attempts").json()
        assert [(row["number"], row["outcome"], row["call"]["price"]) for row in rows] == [
            (1, "no_answer", 0.084),
            (2, "no_answer", 0.084),
        ]


class TestCancellation:
    def test_cancellation_is_final(self, api: APIClient) -> None:
        path = f"{INTERVIEWS}{make_interview().pk}/cancel/"
        body = api.post(path).json()
        assert (body["status"], body["outcome"], body["next_attempt_at"]) == ("cancelled", "by_client", None)
        response = api.post(path)
        assert response.status_code == 409
        assert "cancelled" in response.json()["detail"]

    @pytest.mark.parametrize("reason", ["x" * 2001, "a\0b", None, []])
    def test_reason_is_limited(self, api: APIClient, reason: Any) -> None:
        response = api.post(f"{INTERVIEWS}{make_interview().pk}/cancel/", {"reason": reason})
        assert set(response.json()["errors"]) == {"reason"}
        assert Interview.objects.get().status == Interview.Status.PENDING


class TestCampaign:
    @pytest.fixture
    def campaign(self, api: APIClient) -> str:
        response = api.post(CAMPAIGNS, {"name": "Autumn", "job": str(make_approved_job().pk)})
        assert response.status_code == 201
        assert (response.json()["interviews"], response.json()["created_by"]) == (0, API_ACTOR)
        return f"{CAMPAIGNS}{response.json()['id']}/"

    def test_refused_candidates_have_reasons(self, api: APIClient, campaign: str) -> None:
        good, refusing, unknown = make_candidate(), make_candidate(consents=False), uuid4()
        ids = [str(pk) for pk in (good.pk, refusing.pk, unknown, good.pk)]
        rows = api.post(f"{campaign}add/", {"candidates": ids}).json()["results"]
        assert [row["candidate"] for row in rows] == ids[:3]
        assert (rows[0]["interview"], rows[0]["reason"]) == (str(Interview.objects.get().pk), "")
        assert (rows[1]["interview"], rows[2]["interview"]) == (None, None)
        assert "consent" in rows[1]["reason"]
        assert "no candidate" in rows[2]["reason"]
        assert api.get(campaign).json()["interviews"] == 1
        interviews = api.get(INTERVIEWS, {"campaign": campaign.split("/")[-2]}).json()["results"]
        assert [interview["candidate"] for interview in interviews] == [str(good.pk)]

    def test_status_follows_actions(self, api: APIClient) -> None:
        start = {"name": "Autumn", "job": str(make_approved_job().pk), "calls_per_hour": 60}
        assert api.post(CAMPAIGNS, start).json()["status"] == "running"
        created = api.post(CAMPAIGNS, start | {"launch": False}).json()
        assert (created["status"], created["calls_per_hour"]) == ("draft", 60)
        address = f"{CAMPAIGNS}{created['id']}/"
        later = api.post(f"{address}launch/", {"starts_at": (timezone.now() + timedelta(days=1)).isoformat()}).json()
        assert (later["status"], later["starts_at"] is None) == ("scheduled", False)
        actions = ["launch", "launch", "pause", "pause", "resume", "resume", "cancel", "cancel"]
        statuses = [api.post(f"{address}{action}/").json()["status"] for action in actions]
        assert statuses == ["running"] * 2 + ["paused"] * 2 + ["running"] * 2 + ["cancelled"] * 2
        refused = api.post(f"{address}resume/")
        assert (refused.status_code, refused.json()["code"]) == (409, "campaign_cancelled")
        assert {change["actor"] for change in api.get(address).json()["history"]} == {API_ACTOR}

    def test_estimate_says_what_it_rests_on(self, api: APIClient, campaign: str) -> None:
        api.post(f"{campaign}add/", {"candidates": [str(make_candidate().pk)]})
        estimate = api.get(f"{campaign}estimate/").json()
        assert (estimate["people"], estimate["call_seconds"]) == (
            1,
            {"number": 120.0, "basis": "assumed", "calls": 0},
        )

    def test_estimate_before_creation_stores_nothing(self, api: APIClient) -> None:
        settings = {"job": str(make_approved_job().pk), "candidates": [str(make_candidate().pk), UNKNOWN_ID]}
        estimate = api.post(f"{CAMPAIGNS}estimate/", settings | {"calls_per_hour": 60}).json()
        assert (estimate["people"], estimate["evaluated"], Campaign.objects.count()) == (1, 1, 0)
        for wrong, field in (({"job": str(make_job().pk)}, "job"), ({"calls_per_hour": 0}, "calls_per_hour")):
            assert set(api.post(f"{CAMPAIGNS}estimate/", settings | wrong).json()["errors"]) == {field}

    def test_start_can_be_scheduled(self, api: APIClient) -> None:
        start = {"name": "Autumn", "job": str(make_approved_job().pk)}
        starts_at = (timezone.now() + timedelta(days=1)).isoformat()
        assert api.post(CAMPAIGNS, start | {"starts_at": starts_at}).json()["status"] == "scheduled"
        assert api.post(CAMPAIGNS, start | {"starts_at": "2020-01-01T00:00:00Z"}).status_code == 409
        assert set(api.post(CAMPAIGNS, start | {"calls_per_hour": 0}).json()["errors"]) == {"calls_per_hour"}

    @pytest.mark.parametrize("ids", [[], "all", ["7"], [UNKNOWN_ID] * 501, None])
    def test_candidate_ids_are_limited(self, api: APIClient, campaign: str, ids: Any) -> None:
        errors = api.post(f"{campaign}add/", {"candidates": ids}).json()["errors"]
        assert {name.split(".")[0] for name in errors} == {"candidates"}

    @pytest.mark.parametrize("many", [2, 20])
    def test_query_count_is_constant(self, api: APIClient, many: int, django_assert_num_queries: Any) -> None:
        job = make_approved_job()
        for number in range(many):
            job.campaigns.create(name=f"Wave {number}")
        with django_assert_num_queries(3):  # the key, its use, the campaigns
            assert len(api.get(CAMPAIGNS).json()["results"]) == many
