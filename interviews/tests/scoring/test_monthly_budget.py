"""Work waits while the monthly budget is spent. No work is lost, given up or done twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from devtools.model_simulator.server import ModelSimulator
from interviews.answers.transcription import TRANSCRIBE_STEP
from interviews.calling import dialer
from interviews.models import Interview, InterviewResponse, LockedRecording, Recording, WaitReason, lock_interview
from jobs.models import JobDescription
from jobs.question_sets import WRITE_STEP
from screener.background.steps import run_step
from screener.models import ModelCall
from tests.support.factories import ANSWER, make_interview, make_job, run_tasks
from tests.support.fake_openai import KEY, run_fake_openai
from tests.support.fake_twilio import FakeTwilio
from tests.support.passing_time import pass_time
from tests.support.sample_rows import WAV

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio")]


@pytest.fixture
def mid_month(time_machine: Any) -> None:
    """The middle of next month: days may pass within the month, and the clock of the database is not ahead."""
    next_month = datetime.now(UTC).replace(day=1) + timedelta(days=32)
    time_machine.move_to(next_month.replace(day=10), tick=True)


@pytest.fixture
def model(mid_month: None, settings: Any) -> Iterator[ModelSimulator]:
    with run_fake_openai(judges_all=True, transcript=ANSWER) as server:
        settings.OPENAI_API_KEY = settings.SPEECH_API_KEY = KEY
        settings.OPENAI_BASE_URL = settings.SPEECH_BASE_URL = server.base_url
        settings.OPENAI_TIMEOUT = server.client_timeout
        settings.MONTHLY_BUDGET = 10
        ModelCall.objects.create(purpose="assessment", model="gpt-6-luna", cost=Decimal(10))
        yield server


def make_answered_interview() -> Interview:
    """A completed interview whose recordings are stored and not yet transcribed."""
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=interview.created_at, ended_at=timezone.now())
    with lock_interview(interview) as locked:
        locked.begin()
        for response in interview.responses.all():
            row = Recording.objects.create(response=response, attempt=attempt, turn=response.position + 3, seconds=20)
            recording = LockedRecording(row, locked)
            recording.accept_as_answer()
            recording.mark_available(seconds=20)
            recording.mark_stored(row.save_audio(WAV))
            recording.enqueue_next_step()
        locked.finish(Interview.Outcome.COMPLETE)
    return interview


def statuses_and_tries(interview: Interview) -> set[tuple[str, int]]:
    return set(interview.responses.values_list("status", "tries"))


def test_waiting_uses_no_tries(model: ModelSimulator, settings: Any, time_machine: Any) -> None:
    interview = make_answered_interview()
    run_tasks()
    for _ in range(3):
        pass_time(time_machine, hours=1)
    assert model.requests == []
    assert statuses_and_tries(interview) == {(InterviewResponse.Status.ANSWERED, 0)}
    assert not interview.results.exists()

    settings.MONTHLY_BUDGET = 1000
    for _ in range(3):
        pass_time(time_machine, hours=1)
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.READY
    assert interview.results.count() == 1
    assert [response.assessments.count() for response in interview.responses.all()] == [1, 1, 1]
    assert len(model.requests) == 3 + 3 + 1  # Transcribe and assess three responses, and summarise.


def test_new_month_resumes_work(model: ModelSimulator, time_machine: Any) -> None:
    interview = make_answered_interview()
    run_tasks()
    assert statuses_and_tries(interview) == {(InterviewResponse.Status.ANSWERED, 0)}
    for _ in range(3):
        pass_time(time_machine, days=32)
    assert interview.results.count() == 1


def test_budget_spent_midway_pauses_work(model: ModelSimulator, settings: Any, time_machine: Any) -> None:
    settings.MONTHLY_BUDGET = 0
    interview = make_answered_interview()
    for response in interview.responses.all():
        run_step(TRANSCRIBE_STEP, response.pk)
    settings.MONTHLY_BUDGET = 10
    run_tasks()
    assert statuses_and_tries(interview) == {(InterviewResponse.Status.TRANSCRIBED, 0)}
    settings.MONTHLY_BUDGET = 0
    pass_time(time_machine, hours=1)
    settings.MONTHLY_BUDGET = 10
    interview.refresh_from_db()
    assert interview.results.count() == 1


def test_conclusion_waits(model: ModelSimulator, settings: Any, time_machine: Any) -> None:
    settings.MONTHLY_BUDGET = 0
    interview = make_answered_interview()
    ProcrastinateJob.objects.filter(task_name="interviews.conclude")._raw_delete("default")
    run_tasks(only="interviews.transcribe")
    settings.MONTHLY_BUDGET = 10
    pass_time(time_machine, hours=1)
    interview.refresh_from_db()
    assert (interview.result_status, interview.tries) == (Interview.ResultStatus.PENDING, 0)
    settings.MONTHLY_BUDGET = 0
    pass_time(time_machine, hours=1)
    assert interview.results.count() == 1


def test_question_writing_waits(model: ModelSimulator, settings: Any, time_machine: Any) -> None:
    job = make_job()
    job.request_questions()
    run_tasks()
    job.refresh_from_db()
    assert (job.questions_status, job.tries) == (JobDescription.QuestionsStatus.PENDING, 0)
    settings.MONTHLY_BUDGET = 1000
    time_machine.move_to(timezone.now() + timedelta(hours=1), tick=True)
    run_step(WRITE_STEP, job.pk)
    job.refresh_from_db()
    assert job.questions_status == JobDescription.QuestionsStatus.READY
    assert job.question_sets.count() == 1


class TestCalls:
    def test_no_call_while_budget_is_spent(self, model: ModelSimulator, twilio: FakeTwilio, settings: Any) -> None:
        interview = make_interview()
        run_tasks()
        interview.refresh_from_db()
        assert twilio.calls == []
        assert interview.wait_reason == WaitReason.MODEL_BUDGET
        assert interview.next_attempt_at is not None
        settings.MONTHLY_BUDGET = 1000
        Interview.objects.update(next_attempt_at=timezone.now())
        dialer.dial_interview(interview.pk)
        assert len(twilio.calls) == 1

    def test_begun_interview_is_still_called(self, model: ModelSimulator, twilio: FakeTwilio) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.begin()
        run_tasks()
        assert len(twilio.calls) == 1

    def test_free_services_need_no_budget(self, model: ModelSimulator, twilio: FakeTwilio, settings: Any) -> None:
        settings.OPENAI_API_KEY = settings.SPEECH_API_KEY = ""
        make_interview()
        run_tasks()
        assert len(twilio.calls) == 1
