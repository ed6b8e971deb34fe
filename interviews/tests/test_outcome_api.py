"""Scores, decisions and recordings by API."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from rest_framework.test import APIClient

from interviews.decisions import record_decision
from interviews.models import Decision, Interview, InterviewEvent
from screener.models import RoleKey
from tests.support.api_problems import assert_problem
from tests.support.factories import make_api_client, make_api_key, make_interview
from tests.support.role_accounts import make_role_user
from tests.support.sample_rows import WAV, add_result, make_completed_interview

pytestmark = pytest.mark.django_db
INTERVIEWS = "/api/v1/interviews/"


@pytest.fixture
def interview() -> Interview:
    return make_completed_interview()


@pytest.fixture
def hanna() -> User:
    return User.objects.create_superuser("hanna")


def read_time(api: APIClient, interview: Interview) -> str:
    return str(api.get(f"{INTERVIEWS}{interview.pk}/result/").json()["created_at"])


def listed(api: APIClient, **filters: Any) -> set[str]:
    response = api.get(INTERVIEWS, filters)
    assert response.status_code == 200, response.json()
    return {row["id"] for row in response.json()["results"]}


class TestLists:
    def test_rows_carry_score_and_decision(self, api: APIClient, interview: Interview, hanna: User) -> None:
        row = api.get(f"{INTERVIEWS}{interview.pk}/").json()
        assert (row["overall_score"], row["recommendation"], row["decision"]) == (7.5, "hire", None)
        record_decision(interview, by=hanna, verdict="reject", reason="A better one.", seen=interview.results.get())
        assert api.get(INTERVIEWS).json()["results"][0]["decision"] == "reject"

    def test_filters_find_by_results(self, api: APIClient, interview: Interview, hanna: User) -> None:
        make_interview(phone="+14155550111")
        found = {str(interview.pk)}
        assert listed(api, min_score="7.5") == listed(api, recommendation="hire") == listed(api, max_score="8") == found
        assert listed(api, min_score="7.6") == listed(api, decision="hire") == set()
        record_decision(interview, by=hanna, verdict="hire", reason="", seen=interview.results.get())
        assert listed(api, decision="hire") == found
        assert_problem(api.get(INTERVIEWS, {"min_score": "eleven"}), 400)

    def test_updated_after_finds_new_events(self, api: APIClient, interview: Interview) -> None:
        InterviewEvent.objects.update(created_at=timezone.now() - timedelta(days=1))
        since = timezone.now() - timedelta(minutes=1)
        assert listed(api, updated_after=since.isoformat()) == set()
        add_result(interview, score="4.00")
        assert listed(api, updated_after=since.isoformat()) == {str(interview.pk)}

    def test_scores_need_the_scope(self, interview: Interview) -> None:
        client = make_api_client(make_api_key(scopes=["interviews:read"]))
        row = client.get(f"{INTERVIEWS}{interview.pk}/").json()
        assert {row["overall_score"], row["recommendation"], row["decision"]} == {None}
        for name, value in {"min_score": "5", "recommendation": "hire", "decision": "hire"}.items():
            assert_problem(client.get(INTERVIEWS, {name: value}), 403)


class TestDecisions:
    def decide(self, api: APIClient, interview: Interview, **fields: Any) -> Any:
        return api.post(f"{INTERVIEWS}{interview.pk}/decisions/", {"verdict": "hire", "decided_by": "hanna"} | fields)

    def test_decision_of_person_is_recorded(self, api: APIClient, interview: Interview, hanna: User) -> None:
        made = self.decide(api, interview, result_created_at=read_time(api, interview))
        assert made.status_code == 201
        assert api.get(f"{INTERVIEWS}{interview.pk}/decisions/").json() == [made.json()]
        decision = Decision.objects.get()
        assert (decision.decided_by, decision.verdict, decision.result) == (hanna, "hire", interview.results.get())
        event = interview.events.get(data__decision=str(decision.pk))
        assert (event.actor, event.data["via"].startswith("api key ")) == ("hanna", True)

    def test_newer_result_is_read_first(self, api: APIClient, interview: Interview, hanna: User) -> None:
        before = read_time(api, interview)
        add_result(interview, score="3.00")
        assert_problem(self.decide(api, interview, result_created_at=before), 409)
        assert_problem(self.decide(api, interview), 409)
        assert not Decision.objects.exists()

    def test_only_people_who_may_decide_do(self, api: APIClient, interview: Interview) -> None:
        for user in (make_role_user(RoleKey.AUDITOR), make_role_user(RoleKey.HIRING_MANAGER)):
            refused = self.decide(api, interview, decided_by=user.username, result_created_at=read_time(api, interview))
            assert "decided_by" in assert_problem(refused, 400)["errors"]
        assert_problem(self.decide(api, interview, decided_by="nobody"), 400)

    def test_other_decision_needs_reason(self, api: APIClient, interview: Interview, hanna: User) -> None:
        seen = {"verdict": "reject", "result_created_at": read_time(api, interview)}
        assert_problem(self.decide(api, interview, **seen), 409)
        assert self.decide(api, interview, **seen, reason="The visa takes too long.").status_code == 201


def test_resume_is_served_as_it_was_sent(interview: Interview) -> None:
    address = f"/api/v1/candidates/{interview.candidate.pk}/resume-file/"
    client = make_api_client(make_api_key(scopes=["files:read"]))
    assert_problem(client.get(address), 404)
    interview.candidate.resume.save("cv.pdf", ContentFile(b"%PDF-1.7"))
    served = client.get(address)
    assert (b"".join(served), served["Content-Type"]) == (b"%PDF-1.7", "application/octet-stream")


class TestAudio:
    def test_answer_is_served_with_ranges(self, interview: Interview) -> None:
        client = make_api_client(make_api_key(scopes=["files:read"]))
        address = f"{INTERVIEWS}{interview.pk}/responses/0/audio/"
        assert b"".join(client.get(address)) == WAV
        part = client.get(address, headers={"Range": "bytes=4-9"})
        assert (part.status_code, b"".join(part)) == (206, WAV[4:10])

    def test_missing_audio_is_named(self, api: APIClient, interview: Interview) -> None:
        assert_problem(api.get(f"{INTERVIEWS}{interview.pk}/responses/9/audio/"), 404)
        assert_problem(api.get(f"{INTERVIEWS}{make_interview(phone='+14155550112').pk}/responses/0/audio/"), 404)
