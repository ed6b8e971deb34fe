"""The model goes away in the middle of many interviews, and comes back: each has a result, no number is made up."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from interviews.models import Assessment, Attempt, Interview, InterviewResponse, InterviewResult
from screener.models import ModelCall
from screener.tasks import sweep
from tests.support.admin_client import submit_form
from tests.support.factories import ANSWER, QUESTIONS, make_approved_job, make_transcribed_interview, run_tasks
from tests.support.fake_openai import Behaviour, FakeOpenAI, disconnect, error_reply, fake_language_model
from tests.support.model_replies import reply_by_schema

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio")]
INTERVIEWS = 12
BEFORE = 13
"""How many jobs are done before the model goes away, an assessment and a result in turn: the last one has no result."""
Status = InterviewResponse.Status


@pytest.fixture
def model() -> Iterator[FakeOpenAI]:
    """One server for the whole test. What it says, the test changes."""
    with fake_language_model(reply_by_schema) as server:
        yield server


@pytest.fixture
def begun(model: FakeOpenAI) -> FakeOpenAI:
    """Twelve interviews, half of them with their results. From here on the model may go away."""
    job = make_approved_job(questions=QUESTIONS[:1])
    for number in range(INTERVIEWS):
        make_transcribed_interview(f"{ANSWER} That was in year {number}.", job=job, phone=f"+1415555{number:04}")
    Attempt.objects.update(ended_at=timezone.now())
    run_tasks(only="interviews.dial")
    run_tasks(limit=BEFORE)
    assert 0 < InterviewResult.objects.count() < Assessment.objects.count() < INTERVIEWS
    return model


def answered(server: FakeOpenAI) -> list[bytes]:
    """What it was asked so far, which it answered. It forgets that."""
    asked = [request.body for request in server.requests]
    server.requests.clear()
    return asked


def pass_time(time_machine: Any, **time: float) -> None:
    """Jobs are lost, time goes by, the sweep comes."""
    ProcrastinateJob.objects.filter(status="todo")._raw_delete("default")
    time_machine.move_to(timezone.now() + timedelta(**time), tick=True)
    sweep(0)
    run_tasks()


def assert_nothing_is_made_up() -> None:
    """Whatever number there is comes from the model, which says 8; what has none says why."""
    assert set(Assessment.objects.values_list("score", flat=True)) == {Decimal(8)}
    for result in InterviewResult.objects.exclude(overall_score=8):
        assert (result.overall_score, result.recommendation) == (None, "")
        assert result.reasoning


def assert_all_is_done(asked: list[bytes]) -> None:
    """Each has its result, and what was answered once was not asked again."""
    assert_nothing_is_made_up()
    assert Interview.objects.filter(result_status=Interview.ResultStatus.READY).count() == INTERVIEWS
    results = InterviewResult.objects.filter(is_current=True)
    assert set(results.values_list("overall_score", "coverage", "recommendation")) == {(Decimal(8), Decimal(1), "hire")}
    assert results.count() == INTERVIEWS
    assert Assessment.objects.filter(is_current=True).count() == Assessment.objects.count() == INTERVIEWS
    assert len(asked) == len(set(asked)) == 2 * INTERVIEWS
    paid = ModelCall.objects.filter(error="")
    assert paid.filter(purpose="assessment").count() == paid.filter(purpose="summary").count() == INTERVIEWS


@pytest.mark.parametrize("outage", [disconnect, error_reply(500)], ids=["it hangs up", "it is in trouble"])
def test_a_model_that_is_down_is_waited_for(begun: FakeOpenAI, time_machine: Any, outage: Behaviour) -> None:
    assessed, asked = Assessment.objects.count(), answered(begun)
    begun.replies = [outage]
    run_tasks()
    for _ in range(2):
        pass_time(time_machine, minutes=40)
    assert_nothing_is_made_up()
    assert Assessment.objects.count() == assessed
    waiting = InterviewResponse.objects.exclude(status=Status.ASSESSED)
    assert set(waiting.values_list("status", flat=True)) == {Status.TRANSCRIBED}
    assert 0 < len(answered(begun)) == ModelCall.objects.exclude(error="").count() < 3 * waiting.count()

    begun.replies = [reply_by_schema]
    pass_time(time_machine, minutes=40)
    assert_all_is_done(asked + answered(begun))


def test_a_key_that_was_revoked_shows_as_that_until_somebody_has_it_tried_again(
    begun: FakeOpenAI, admin_client: Client
) -> None:
    assessed, asked = Assessment.objects.count(), answered(begun)
    begun.replies = [error_reply(401, code="invalid_api_key")]
    run_tasks()
    assert_nothing_is_made_up()
    assert Assessment.objects.count() == assessed
    settled = InterviewResponse.objects.exclude(status=Status.ASSESSED)
    assert set(settled.values_list("status", flat=True)) == {Status.MODEL_UNAVAILABLE}
    assert all("Check OPENAI_API_KEY" in one.status_reason for one in settled)
    waiting = list(Interview.objects.needing_attention())
    assert 0 < len(waiting) == INTERVIEWS - Interview.objects.filter(result_status="ready").count()

    answered(begun)
    begun.replies = [reply_by_schema]
    chosen = {"action": "try_again_all", "_selected_action": [one.pk for one in waiting]}
    page = submit_form(admin_client, reverse("admin:interviews_interview_changelist"), **chosen)
    assert f"What failed in {len(waiting)} of {len(waiting)} interviews is being tried again." in page
    run_tasks()
    assert_all_is_done(asked + answered(begun))
    assert not Interview.objects.needing_attention().exists()
