"""While the month's budget for models is spent, work waits; nothing of it is lost, given up, or done twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from interviews.answers.transcription import TRANSCRIBE_STEP
from interviews.calling import dialer
from interviews.models import Interview, InterviewResponse, Recording, WaitReason
from jobs.models import JobDescription
from jobs.question_sets import WRITE_STEP
from screener.background.queue import MAX_STEP_TRIES
from screener.background.steps import run_step
from screener.models import ModelCall
from screener.tasks import sweep
from tests.support.factories import ANSWER, make_interview, make_job, run_tasks
from tests.support.fake_openai import KEY, Behaviour, FakeOpenAI, completion_reply, json_reply, run_fake_openai
from tests.support.fake_twilio import FakeTwilio
from tests.support.sample_rows import WAV

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio")]
QUOTE = "I led the migration of twelve services"


def _content(handler: Any) -> dict[str, Any]:
    """What the model is asked for, by the name of its schema."""
    schema = handler.scripted.requests[-1].json["response_format"]["json_schema"]
    if schema["name"] == "compose_questions":
        return {"questions": [{"text": "Why?", "competency": "Reasons", "weight": 1, "max_seconds": 60}]}
    if schema["name"] == "summarise":
        return _filled(schema["schema"])
    keys = ("relevance", "specificity", "clarity", "professionalism")
    scores = [{"criterion": key, "score": 8, "reason": "Concrete.", "quotes": [QUOTE]} for key in keys]
    return {"criteria": scores, "feedback": "Concrete."}


def _filled(schema: dict[str, Any]) -> dict[str, Any]:
    """The least that a summary may say, whatever its fields are."""
    least = {"string": "Concrete.", "array": []}
    return {name: one["enum"][0] if "enum" in one else least[one["type"]] for name, one in schema["properties"].items()}


def judging(handler: Any) -> None:
    if "transcriptions" in handler.path:
        json_reply(200, {"text": ANSWER})(handler)
    else:
        completion_reply(json.dumps(_content(handler)))(handler)


@pytest.fixture
def in_mid_month(time_machine: Any) -> None:
    """The next one, so that days may pass and it is still the same month, and the database is not ahead of us."""
    next_month = datetime.now(UTC).replace(day=1) + timedelta(days=32)
    time_machine.move_to(next_month.replace(day=10), tick=True)


@pytest.fixture
def model(in_mid_month: None, settings: Any) -> Iterator[FakeOpenAI]:
    behaviour: Behaviour = judging
    with run_fake_openai(behaviour) as server:
        settings.OPENAI_API_KEY = settings.SPEECH_API_KEY = KEY
        settings.OPENAI_BASE_URL = settings.SPEECH_BASE_URL = server.base_url
        settings.OPENAI_TIMEOUT = server.seconds
        settings.MONTHLY_BUDGET = 10
        ModelCall.objects.create(purpose="assessment", model="gpt-6-luna", cost=Decimal(10))
        yield server


def answered() -> Interview:
    """A completed interview whose answers are recorded and not yet transcribed."""
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=interview.created_at, ended_at=timezone.now())
    interview.begin()
    for response in interview.responses.all():
        response.interview = interview
        take = Recording.objects.create(response=response, attempt=attempt, turn=response.position + 3, seconds=20)
        response.accept_recording(take)
        take.response = response
        take.mark_available(seconds=20)
        take.mark_stored(take.save_audio(WAV))
        take.enqueue_next_step()
    interview.finish(Interview.Outcome.COMPLETE)
    return interview


def pass_time(time_machine: Any, **time: float) -> None:
    """Jobs are lost, time goes by, the sweep comes."""
    ProcrastinateJob.objects.filter(status="todo")._raw_delete("default")
    time_machine.move_to(timezone.now() + timedelta(**time), tick=True)
    sweep(0)
    run_tasks()


def stand(interview: Interview) -> set[tuple[str, int]]:
    return set(interview.responses.values_list("status", "tries"))


def test_answers_wait_without_using_up_their_tries_and_go_on_by_themselves(
    model: FakeOpenAI, settings: Any, time_machine: Any
) -> None:
    interview = answered()
    run_tasks()
    for _ in range(MAX_STEP_TRIES + 2):
        pass_time(time_machine, hours=1)
    assert model.requests == []
    assert stand(interview) == {(InterviewResponse.Status.ANSWERED, 0)}
    assert not interview.results.exists()

    settings.MONTHLY_BUDGET = 1000
    for _ in range(3):
        pass_time(time_machine, hours=1)
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.READY
    assert interview.results.count() == 1
    assert [one.assessments.count() for one in interview.responses.all()] == [1, 1, 1]
    assert len(model.requests) == 3 + 3 + 1, "each answer heard and judged once, and summed up once"


def test_the_month_turns_and_work_goes_on(model: FakeOpenAI, time_machine: Any) -> None:
    interview = answered()
    run_tasks()
    assert stand(interview) == {(InterviewResponse.Status.ANSWERED, 0)}
    for _ in range(3):
        pass_time(time_machine, days=32)
    assert interview.results.count() == 1


def test_a_budget_that_is_spent_half_way_lets_the_rest_wait(
    model: FakeOpenAI, settings: Any, time_machine: Any
) -> None:
    settings.MONTHLY_BUDGET = 0
    interview = answered()
    for response in interview.responses.all():
        run_step(TRANSCRIBE_STEP, response.pk)
    settings.MONTHLY_BUDGET = 10
    run_tasks()
    assert stand(interview) == {(InterviewResponse.Status.TRANSCRIBED, 0)}
    settings.MONTHLY_BUDGET = 0
    pass_time(time_machine, hours=1)
    settings.MONTHLY_BUDGET = 10
    interview.refresh_from_db()
    assert interview.results.count() == 1


def test_a_result_waits_like_an_answer(model: FakeOpenAI, settings: Any, time_machine: Any) -> None:
    settings.MONTHLY_BUDGET = 0
    interview = answered()
    ProcrastinateJob.objects.filter(task_name="interviews.conclude")._raw_delete("default")
    run_tasks(only="interviews.transcribe")
    settings.MONTHLY_BUDGET = 10
    pass_time(time_machine, hours=1)
    interview.refresh_from_db()
    assert (interview.result_status, interview.tries) == (Interview.ResultStatus.PENDING, 0)
    settings.MONTHLY_BUDGET = 0
    pass_time(time_machine, hours=1)
    assert interview.results.count() == 1


def test_questions_wait_to_be_written(model: FakeOpenAI, settings: Any, time_machine: Any) -> None:
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
    def test_are_not_placed_while_their_answers_could_not_be_judged(
        self, model: FakeOpenAI, twilio: FakeTwilio, settings: Any
    ) -> None:
        interview = make_interview()
        run_tasks()
        interview.refresh_from_db()
        assert twilio.calls == []
        assert interview.wait_reason == WaitReason.MODEL_BUDGET
        assert interview.next_attempt_at is not None
        settings.MONTHLY_BUDGET = 1000
        Interview.objects.update(next_attempt_at=timezone.now())
        dialer.dial(interview.pk)
        assert len(twilio.calls) == 1

    def test_are_placed_again_to_whoever_is_in_the_middle_of_an_interview(
        self, model: FakeOpenAI, twilio: FakeTwilio
    ) -> None:
        interview = make_interview()
        interview.begin()
        run_tasks()
        assert len(twilio.calls) == 1

    def test_go_on_where_nothing_costs(self, model: FakeOpenAI, twilio: FakeTwilio, settings: Any) -> None:
        settings.OPENAI_API_KEY = settings.SPEECH_API_KEY = ""
        make_interview()
        run_tasks()
        assert len(twilio.calls) == 1
