"""Responses of all viewsets."""

import pytest
from rest_framework.test import APIClient

JOBS = "/api/v1/jobs/"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@pytest.mark.django_db
def test_responses_forbid_caching(api: APIClient) -> None:
    job = api.post(JOBS, {"title": "Cook", "description": "Cook well."})
    responses = [
        job,
        api.get(JOBS),
        api.get(f"{JOBS}{job.json()['id']}/"),
        api.get(f"{JOBS}{UNKNOWN_ID}/"),
        APIClient().get(JOBS),
    ]
    assert [response["Cache-Control"] for response in responses] == ["no-store"] * len(responses)
