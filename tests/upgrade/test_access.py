"""Clients and staff read the rows of an upgraded database."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from candidates.models import Candidate
from interviews.models import Interview
from tests.support.admin_client import page_url
from tests.support.factories import make_api_client
from tests.upgrade.conftest import interview_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("upgraded")]

API_KEY = "UcElYS21.tN3cDr2Wyv1ip5WaxPi6MvJ0orvupYgj"
IRIS = {
    "full_name": "Iris Example",
    "email": "iris@example.com",
    "phone": "+1 212 555 0190",
    "external_id": "iris",
    "consent_to_call": True,
    "consent_source": "application form",
}


class TestClient:
    @pytest.fixture
    def api(self) -> APIClient:
        return make_api_client(API_KEY)

    def test_repeated_request_gets_its_answer_again(self, api: APIClient) -> None:
        answer = api.post("/api/v1/candidates/", IRIS, headers={"Idempotency-Key": "iris-1"})
        assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (201, "true")
        assert answer.json()["id"] == str(Candidate.objects.get(external_id="iris").pk)

    def test_reads_every_kind_of_interview(self, api: APIClient) -> None:
        for interview in one_of_each_kind():
            address = f"/api/v1/interviews/{interview.pk}/"
            for part in ("", "responses/", "events/", "attempts/", "cost/"):
                assert api.get(address + part).status_code == 200
            has_result = interview.results.filter(is_current=True).exists()
            assert api.get(f"{address}result/").status_code == (200 if has_result else 404)

    def test_reads_evidence_of_score(self, api: APIClient) -> None:
        responses = api.get(f"/api/v1/interviews/{interview_of('ready-key').pk}/responses/").json()
        evidence = [quote for row in responses for criterion in row["criteria"] for quote in criterion["evidence"]]
        assert any(quote["verified"] for quote in evidence)

    def test_reads_earlier_assessments(self, api: APIClient) -> None:
        for handle in ("rescored", "asked-again", "needs-review"):
            (response,) = api.get(f"/api/v1/interviews/{interview_of(handle).pk}/responses/").json()
            assert response["earlier"]


class TestStaff:
    @pytest.fixture
    def admin_client(self, client: Client) -> Client:
        client.force_login(User.objects.get(is_superuser=True))
        return client

    def test_reads_every_kind_of_interview(self, admin_client: Client) -> None:
        for interview in one_of_each_kind():
            page = reverse("admin:interviews_interview_change", args=[interview.pk])
            assert admin_client.get(page).status_code == 200

    def test_reads_every_list(self, admin_client: Client) -> None:
        assert admin_client.get(reverse("admin:index")).status_code == 200
        for model in admin.site._registry:
            assert admin_client.get(page_url(model, "changelist"), follow=True).status_code == 200


def one_of_each_kind() -> list[Interview]:
    kinds = ("status", "outcome", "result_status")
    interviews = Interview.objects.exclude(purpose=Interview.Purpose.PRACTICE)
    return list(interviews.order_by(*kinds, "-created_at").distinct(*kinds))
