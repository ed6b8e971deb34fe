"""What a key may do: scopes, the rights of its maker, jobs, networks, rates and daily limits."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from drf_spectacular.generators import EndpointEnumerator

from interviews.models import Interview
from screener.models import ApiKey, ApiKeyUse, RoleKey
from screener.models.keys.scopes import ALL_SCOPES, READING_SCOPES, Preset, Resource
from tests.support.api_problems import assert_problem
from tests.support.factories import (
    make_api_client,
    make_api_key,
    make_approved_job,
    make_candidate,
    make_interview,
)
from tests.support.role_accounts import make_role_user
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
JOBS, INTERVIEWS = "/api/v1/jobs/", "/api/v1/interviews/"


def operations() -> list[tuple[str, str]]:
    """Each path of the API with its methods, ids filled in."""
    found = []
    for path, _regex, method, _view in EndpointEnumerator().get_api_endpoints():
        if path.startswith("/api/v1/"):
            parts = [
                str(uuid4()) if part.startswith("{") else part for part in path.replace("{position}", "1").split("/")
            ]
            found.append((method, "/".join(parts)))
    return found


def test_key_without_scopes_does_nothing() -> None:
    client = make_api_client(make_api_key(scopes=[]))
    statuses = {(method, path): getattr(client, method.lower())(path).status_code for method, path in operations()}
    assert len(statuses) > 60
    assert {operation for operation, status in statuses.items() if status != 403} == set()


def test_each_scope_opens_its_part_alone() -> None:
    opened: dict[str, set[str]] = {}
    for scope in (f"{resource}:read" for resource in Resource):
        client = make_api_client(make_api_key(scopes=[scope]))
        reading = {path for method, path in operations() if method == "GET"}
        opened[scope] = {path.split("/")[3] for path in reading if client.get(path).status_code != 403}
    assert opened == {
        "jobs:read": {"jobs", "question-sets"},
        "bank:read": {"bank-questions", "templates"},
        "candidates:read": {"candidates", "candidate-events"},
        "imports:read": {"imports"},
        "interviews:read": {"interviews", "personal-questions"},
        "campaigns:read": {"campaigns"},
        "results:read": {"interviews"},
        "files:read": {"candidates", "interviews"},
        "do-not-call:read": {"do-not-call"},
        "events:read": {"events"},
        "webhooks:read": {"webhooks"},
        "data-rights:read": {"candidates"},
        "settings:read": {"config"},
    }


def test_reading_scopes_change_nothing() -> None:
    client = make_api_client(make_api_key(scopes=READING_SCOPES))
    changes = [(method, path) for method, path in operations() if method != "GET"]
    allowed = [(method, path) for method, path in changes if getattr(client, method.lower())(path).status_code != 403]
    assert allowed == []


def test_results_need_their_own_scope() -> None:
    interview = make_completed_interview()
    client = make_api_client(make_api_key(scopes=["interviews:write"]))
    assert client.get(f"{INTERVIEWS}{interview.pk}/").status_code == 200
    for part in ("result", "responses", "report.json", "notes"):
        problem = assert_problem(client.get(f"{INTERVIEWS}{interview.pk}/{part}{'' if '.' in part else '/'}"), 403)
        assert "results:read" in problem["detail"]


class TestMaker:
    def test_key_has_no_more_rights_than_its_maker(self) -> None:
        maker = make_role_user(RoleKey.ADMINISTRATOR)
        client = make_api_client(make_api_key(made_by=maker))
        job = {"title": "Cook", "description": "Cook well."}
        assert client.post(JOBS, job).status_code == 201
        maker.groups.clear()
        assert_problem(client.post(JOBS, job), 403)
        assert_problem(client.get(JOBS), 403)

    def test_key_sees_jobs_of_its_maker(self) -> None:
        own, other = make_interview(), make_interview()
        manager = make_role_user(RoleKey.HIRING_MANAGER, own.job)
        client = make_api_client(make_api_key(made_by=manager))
        assert [row["id"] for row in client.get(INTERVIEWS).json()["results"]] == [str(own.pk)]
        assert_problem(client.get(f"{INTERVIEWS}{other.pk}/"), 404)

    def test_key_ends_when_its_maker_leaves(self) -> None:
        maker = User.objects.create_superuser("olga")
        client = make_api_client(make_api_key(made_by=maker))
        assert client.get(JOBS).status_code == 200
        User.objects.update(is_active=False)
        assert_problem(client.get(JOBS), 401)


class TestJobs:
    def test_key_sees_its_jobs_alone(self) -> None:
        own, other = make_completed_interview(), make_completed_interview(phone="+14155550177")
        client = make_api_client(make_api_key(job_ids=[own.job.pk]))
        assert [row["id"] for row in client.get(JOBS).json()["results"]] == [str(own.job.pk)]
        assert [row["id"] for row in client.get("/api/v1/candidates/").json()["results"]] == [str(own.candidate.pk)]
        assert client.get(f"{INTERVIEWS}{own.pk}/result/").status_code == 200
        assert_problem(client.get(f"{INTERVIEWS}{other.pk}/result/"), 404)

    def test_key_plans_for_its_jobs_alone(self) -> None:
        own, other, candidate = make_approved_job(), make_approved_job(), make_candidate()
        client = make_api_client(make_api_key(job_ids=[own.pk]))
        refused = client.post(INTERVIEWS, {"candidate": str(candidate.pk), "job": str(other.pk)})
        assert "job" in assert_problem(refused, 400)["errors"]
        planned = client.post(INTERVIEWS, {"candidate": str(candidate.pk), "job": str(own.pk)})
        assert planned.status_code == 201

    def test_campaign_takes_no_candidates_of_other_jobs(self) -> None:
        own, other = make_approved_job(), make_interview()
        client = make_api_client(make_api_key(job_ids=[own.pk]))
        campaign = client.post("/api/v1/campaigns/", {"name": "A", "job": str(own.pk)}).json()["id"]
        added = client.post(f"/api/v1/campaigns/{campaign}/add/", {"candidates": [str(other.candidate.pk)]})
        assert_problem(added, 400)

    def test_what_belongs_to_no_job_is_closed(self) -> None:
        client = make_api_client(make_api_key(job_ids=[uuid4()]))
        for path in ("events", "webhooks", "imports", "do-not-call", "config"):
            assert_problem(client.get(f"/api/v1/{path}/"), 403)

    def test_maker_limits_the_jobs_of_the_key(self) -> None:
        own, other = make_interview(), make_interview()
        manager = make_role_user(RoleKey.HIRING_MANAGER, own.job)
        client = make_api_client(make_api_key(made_by=manager, job_ids=[other.job.pk]))
        assert client.get(INTERVIEWS).json()["results"] == []


@pytest.mark.parametrize(
    ("networks", "forwarded", "proxies", "is_allowed"),
    [
        (["192.0.2.0/24"], "192.0.2.7", 1, True),
        (["192.0.2.0/24", "198.51.100.9/32"], "203.0.113.1", 1, False),
        (["192.0.2.0/24"], "192.0.2.7, 203.0.113.1", 1, False),  # only the proxy's own entry counts
        (["192.0.2.0/24"], "192.0.2.7", 0, False),  # nobody is trusted, so the header is not read
        (["127.0.0.0/8"], "192.0.2.7", 0, True),
        (["2001:db8:1:2::/64"], "2001:db8:1:2::5", 1, True),
    ],
)
def test_key_is_bound_to_networks(
    settings: Any, networks: list[str], forwarded: str, proxies: int, is_allowed: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    response = make_api_client(make_api_key(networks=networks)).get(JOBS, headers={"X-Forwarded-For": forwarded})
    assert response.status_code == (200 if is_allowed else 403)


class TestRate:
    def test_requests_above_the_rate_are_refused(self, time_machine: Any) -> None:
        time_machine.move_to("2026-12-01T10:00:20Z", tick=False)
        client = make_api_client(make_api_key(requests_per_minute=2))
        first, second, third = (client.get(JOBS) for _ in range(3))
        assert (first["RateLimit"], second["RateLimit"]) == ('"minute";r=1;t=40', '"minute";r=0;t=40')
        assert first["RateLimit-Policy"] == '"minute";q=2;w=60'
        assert_problem(third, 429)
        assert third["Retry-After"] == "40"
        assert make_api_client().get(JOBS).status_code == 200, "other keys have their own rate"
        time_machine.shift(40)
        assert client.get(JOBS).status_code == 200

    def test_use_is_counted(self) -> None:
        key = make_api_key(requests_per_minute=1)
        for _ in range(3):
            make_api_client(key).get(JOBS)
        use = ApiKeyUse.objects.get(owner=key.partition(".")[0])
        assert (use.requests, use.refused) == (3, 2)


class TestDailyLimits:
    def test_interviews_above_the_limit_are_not_planned(self) -> None:
        job, candidates = make_approved_job(), [make_candidate(phone=f"+1415555013{n}") for n in range(3)]
        client = make_api_client(make_api_key(interviews_per_day=2))
        campaign = client.post("/api/v1/campaigns/", {"name": "A", "job": str(job.pk)}).json()["id"]
        ids = [str(candidate.pk) for candidate in candidates]
        refused = client.post(f"/api/v1/campaigns/{campaign}/add/", {"candidates": ids})
        assert_problem(refused, 429)
        assert int(refused["Retry-After"]) > 0
        assert not Interview.objects.exists()
        assert client.post(f"/api/v1/campaigns/{campaign}/add/", {"candidates": ids[:1]}).status_code == 200
        assert client.post(INTERVIEWS, {"candidate": ids[1], "job": str(job.pk)}).status_code == 201
        assert_problem(client.post(INTERVIEWS, {"candidate": ids[2], "job": str(job.pk)}), 429)
        assert Interview.objects.count() == 2

    def test_tasks_for_models_are_limited(self) -> None:
        interview = make_completed_interview()
        client = make_api_client(make_api_key(model_tasks_per_day=1))
        assert client.post(f"{INTERVIEWS}{interview.pk}/rescore/", {}).status_code == 202
        assert_problem(client.post(f"{JOBS}{interview.job.pk}/generate-questions/", {}), 429)

    def test_setting_holds_for_keys_without_own_limit(self, settings: Any) -> None:
        settings.API_KEY_MODEL_TASKS_PER_DAY = 1
        interview = make_completed_interview()
        client = make_api_client()
        assert client.post(f"{INTERVIEWS}{interview.pk}/rescore/", {}).status_code == 202
        assert_problem(client.post(f"{JOBS}{interview.job.pk}/generate-questions/", {}), 429)


def test_presets_and_permissions_know_all_scopes() -> None:
    assert set(Preset.EVERYTHING.scopes) == set(ALL_SCOPES)
    for preset in Preset:
        ApiKey(name="A", scopes=list(preset.scopes), id="a", prefix="a", hashed_key="a").full_clean()
