"""Pagination and filters of lists."""

import pytest
from rest_framework.test import APIClient

from screener.api.filters import EMPTY_FILTER
from tests.support.api_problems import assert_problem
from tests.support.factories import make_job

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs/"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


class TestPagination:
    def test_pages_stay_correct_while_rows_are_added(self, api: APIClient) -> None:
        created = [str(make_job(title=f"Job {number}").pk) for number in range(7)]
        page = api.get(JOBS, {"page_size": 3}).json()
        assert page["previous"] is None
        make_job(title="Late")
        listed = [job["id"] for job in page["results"]]
        while page["next"]:
            page = api.get(page["next"]).json()
            listed += [job["id"] for job in page["results"]]
        assert listed == created[::-1]
        assert api.get(page["previous"]).json()["results"][-1]["id"] == created[1]

    @pytest.mark.parametrize("size", ["0", "-1", "101", "9" * 5000, "ten", "", "\uff11\uff10"])
    def test_invalid_page_size_is_rejected(self, api: APIClient, size: str) -> None:
        assert "page_size" in assert_problem(api.get(JOBS, {"page_size": size}), 400)["errors"]

    @pytest.mark.parametrize(
        "cursor", ["x", "é", "cD0AAAA=", "cD15ZXN0ZXJkYXk=", "cD0yMDI2LTExLTIx", "bz05OTk5OTk5OTk5OQ=="]
    )
    def test_invalid_cursor_is_rejected(self, api: APIClient, cursor: str) -> None:
        make_job()
        response = api.get(JOBS, {"cursor": cursor})
        assert response.status_code == 200 or "cursor" in assert_problem(response, 400)["errors"]


class TestFilters:
    @pytest.mark.parametrize(
        ("path", "name", "value"),
        [
            ("interviews", "job", "7"),
            ("interviews", "status", "bogus"),
            ("interviews", "created_after", "yesterday"),
            ("question-sets", "job", "a\0b"),
            ("candidates", "resume_status", "bogus"),
            ("jobs", "is_open", "perhaps"),
            ("candidates", "external_id", "a\0b"),
        ],
    )
    def test_invalid_value_is_rejected(self, api: APIClient, path: str, name: str, value: str) -> None:
        assert name in assert_problem(api.get(f"/api/v1/{path}/", {name: value}), 400)["errors"]

    @pytest.mark.parametrize("empty", ["", " ", "\u3000"])
    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("interviews", "job"),
            ("interviews", "outcome"),
            ("interviews", "created_after"),
            ("question-sets", "job"),
            ("candidates", "email"),
            ("jobs", "is_open"),
        ],
    )
    def test_empty_value_is_rejected(self, api: APIClient, path: str, name: str, empty: str) -> None:
        problem = assert_problem(api.get(f"/api/v1/{path}/", {name: empty}), 400)
        assert problem["errors"] == {name: [EMPTY_FILTER]}

    @pytest.mark.parametrize("query", ["is_open=true&is_open=", "is_open=&is_open=true"])
    def test_one_empty_value_of_several_is_rejected(self, api: APIClient, query: str) -> None:
        assert_problem(api.get(f"{JOBS}?{query}"), 400)

    def test_unknown_filter_is_rejected(self, api: APIClient) -> None:
        problem = assert_problem(api.get(f"/api/v1/interviews/?jobb={UNKNOWN_ID}"), 400)
        assert "job, max_score" in problem["errors"]["jobb"][0]

    def test_filter_of_unfiltered_list_is_rejected(self, api: APIClient) -> None:
        problem = assert_problem(api.get(f"/api/v1/campaigns/?job={UNKNOWN_ID}"), 400)
        assert problem["errors"].keys() == {"job"}

    def test_other_parameters_are_accepted(self, api: APIClient) -> None:
        assert api.get(f"{JOBS}?page_size=5&format=json&is_open=true").status_code == 200
