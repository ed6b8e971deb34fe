"""The model fails while many interviews are scored, and recovers: each gets a result, and no score is invented."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devtools.model_simulator.interviewer import UNIFORM_SCORE
from devtools.model_simulator.replies import Behaviour, disconnect, error_reply
from devtools.model_simulator.server import ModelSimulator
from interviews.models import Assessment, Attempt, Interview, InterviewResponse, InterviewResult
from screener.models import ModelCall
from tests.support.admin_client import submit_form
from tests.support.factories import ANSWER, QUESTIONS, make_approved_job, make_transcribed_interview, run_tasks
from tests.support.fake_openai import fake_language_model
from tests.support.passing_time import pass_time

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio")]
INTERVIEWS = 12
TASKS_BEFORE = 13
"""Tasks run before the outage: assessments and results in turn, so that the last assessed interview has no result."""
Status = InterviewResponse.Status


@pytest.fixture
def model() -> Iterator[ModelSimulator]:
    """One server for the whole test, which changes its replies."""
    with fake_language_model() as server:
        yield server


@pytest.fixture
def begun(model: ModelSimulator) -> ModelSimulator:
    """The model, after about half of the interviews have their results."""
    job = make_approved_job(questions=QUESTIONS[:1])
    for number in range(INTERVIEWS):
        make_transcribed_interview(f"{ANSWER} That was in year {number}.", job=job, phone=f"+1415555{number:04}")
    Attempt.objects.update(ended_at=timezone.now())
    run_tasks(only="interviews.dial")
    run_tasks(limit=TASKS_BEFORE)
    assert 0 < InterviewResult.objects.count() < Assessment.objects.count() < INTERVIEWS
    return model


def take_requests(server: ModelSimulator) -> list[bytes]:
    """Return the requests so far, and forget them."""
    bodies = [request.body for request in server.requests]
    server.requests.clear()
    return bodies


def assert_no_invented_scores() -> None:
    """Every score is that of the model. A result without a score gives a reason."""
    assert set(Assessment.objects.values_list("score", flat=True)) == {Decimal(UNIFORM_SCORE)}
    for result in InterviewResult.objects.exclude(overall_score=UNIFORM_SCORE):
        assert (result.overall_score, result.recommendation) == (None, "")
        assert result.reasoning


def assert_all_scored(requests: list[bytes]) -> None:
    """Every interview has its result, and no request that succeeded was sent again."""
    assert_no_invented_scores()
    assert Interview.objects.filter(result_status=Interview.ResultStatus.READY).count() == INTERVIEWS
    results = InterviewResult.objects.filter(is_current=True)
    assert set(results.values_list("overall_score", "coverage", "recommendation")) == {
        (Decimal(UNIFORM_SCORE), Decimal(1), "hire")
    }
    assert results.count() == INTERVIEWS
    assert Assessment.objects.filter(is_current=True).count() == Assessment.objects.count() == INTERVIEWS
    assert len(requests) == len(set(requests)) == 2 * INTERVIEWS
    paid = ModelCall.objects.filter(error="")
    assert paid.filter(purpose="assessment").count() == paid.filter(purpose="summary").count() == INTERVIEWS


@pytest.mark.parametrize("outage", [disconnect, error_reply(500)], ids=["disconnects", "fails"])
def test_scoring_waits_for_model(begun: ModelSimulator, time_machine: Any, outage: Behaviour) -> None:
    assessed, requests = Assessment.objects.count(), take_requests(begun)
    begun.script = [outage]
    run_tasks()
    for _ in range(2):
        pass_time(time_machine, minutes=40)
    assert_no_invented_scores()
    assert Assessment.objects.count() == assessed
    waiting = InterviewResponse.objects.exclude(status=Status.ASSESSED)
    assert set(waiting.values_list("status", flat=True)) == {Status.TRANSCRIBED}
    assert 0 < len(take_requests(begun)) == ModelCall.objects.exclude(error="").count() < 3 * waiting.count()

    begun.script = []
    pass_time(time_machine, minutes=40)
    assert_all_scored(requests + take_requests(begun))


def test_revoked_key_needs_retry_by_staff(begun: ModelSimulator, admin_client: Client) -> None:
    assessed, requests = Assessment.objects.count(), take_requests(begun)
    begun.script = [error_reply(401, code="invalid_api_key")]
    run_tasks()
    assert_no_invented_scores()
    assert Assessment.objects.count() == assessed
    settled = InterviewResponse.objects.exclude(status=Status.ASSESSED)
    assert set(settled.values_list("status", flat=True)) == {Status.MODEL_UNAVAILABLE}
    assert all("OPENAI_API_KEY" in response.status_reason for response in settled)
    waiting = list(Interview.objects.needing_attention())
    assert 0 < len(waiting) == INTERVIEWS - Interview.objects.filter(result_status="ready").count()

    take_requests(begun)
    begun.script = []
    chosen = {"action": "try_again_all", "_selected_action": [interview.pk for interview in waiting]}
    submit_form(admin_client, reverse("admin:interviews_interview_changelist"), **chosen)
    run_tasks()
    assert_all_scored(requests + take_requests(begun))
    assert not Interview.objects.needing_attention().exists()
