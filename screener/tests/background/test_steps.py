"""Steps: saved, retried, postponed, given up or discarded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from interviews.pipeline import PIPELINE
from jobs.question_sets import WRITE_STEP
from screener.background.leases import Lease, row_lock
from screener.background.queue import MAX_STEP_TRIES
from screener.background.steps import Step, TriesExhausted, give_up_exhausted, run_step, run_steps
from screener.models import SpokenLine
from screener.services.errors import NotSent, PermanentError, ServiceError, TransientError
from screener.tts.prompt_cache import SYNTHESIZE_STEP

PRODUCT_STEPS = [*(steps[0] for steps in PIPELINE.values()), WRITE_STEP, SYNTHESIZE_STEP]
DOWN = TransientError("Down.", retry_after=900)
REFUSED = PermanentError("Refused.")
NOT_SENT = NotSent("The budget is spent.", wait=timedelta(minutes=10))


@pytest.fixture
def line(db: None) -> SpokenLine:
    return SpokenLine.objects.create(key="one", text="Hello.", language="en", model="voice-1", voice="jane")


class Recorder:
    """A step on prompts whose work raises `error` or returns a name, and the calls of its other functions."""

    def __init__(self, error: ServiceError | None = None, meanwhile: Callable[[], object] | None = None) -> None:
        self.error, self.meanwhile = error, meanwhile
        self.given_up: list[ServiceError] = []
        self.discarded: list[str] = []
        self.postponed: list[NotSent] = []
        self.runs = 0

    def work(self, lease: Lease[SpokenLine]) -> str:
        self.runs += 1
        if self.meanwhile:
            self.meanwhile()
        if self.error:
            raise self.error
        return "speech/hello.mp3"

    def save(self, line: SpokenLine, name: str) -> UUID | None:
        line.release(file=name)
        return line.pk

    def give_up(self, line: SpokenLine, error: ServiceError) -> None:
        self.given_up.append(error)
        line.release(error=str(error))

    def step(self, **fields: Any) -> Step[SpokenLine, SpokenLine, str]:
        return Step(
            ready=lambda: SpokenLine.objects.filter(file=""),
            work=self.work,
            lock=row_lock(SpokenLine.objects.all()),
            save=self.save,
            give_up=self.give_up,
            discard=self.discarded.append,
            on_postponed=lambda pk, error: self.postponed.append(error),
            **fields,
        )


def due_in(line: SpokenLine) -> timedelta:
    line.refresh_from_db()
    assert line.lease is None
    assert line.retry_at is not None
    return line.retry_at - timezone.now()


def test_result_is_saved_once(line: SpokenLine) -> None:
    recorder = Recorder()
    assert run_step(recorder.step(), line.pk) == line.pk
    assert run_step(recorder.step(), line.pk) is None
    line.refresh_from_db()
    assert (recorder.runs, line.file.name, line.lease, line.tries) == (1, "speech/hello.mp3", None, 0)


def test_transient_error_is_retried_when_server_says(line: SpokenLine) -> None:
    recorder = Recorder(DOWN)
    assert run_step(recorder.step(error_field="error"), line.pk) is None
    assert timedelta(minutes=14) < due_in(line) <= timedelta(minutes=15)
    assert (line.tries, line.error, recorder.given_up) == (1, str(DOWN), [])


def test_transient_error_is_given_up_at_last(line: SpokenLine) -> None:
    SpokenLine.objects.update(tries=MAX_STEP_TRIES - 1)
    recorder = Recorder(DOWN)
    run_step(recorder.step(), line.pk)
    assert recorder.given_up == [DOWN]


def test_permanent_error_is_given_up_at_once(line: SpokenLine) -> None:
    recorder = Recorder(REFUSED)
    run_step(recorder.step(), line.pk)
    line.refresh_from_db()
    assert (recorder.given_up, line.error, line.lease) == ([REFUSED], str(REFUSED), None)


def test_step_limits_its_own_tries(line: SpokenLine) -> None:
    recorder = Recorder(REFUSED)
    step = recorder.step(max_tries=lambda error: 2)
    run_step(step, line.pk)
    assert (due_in(line) > timedelta(0), recorder.given_up) == (True, [])
    SpokenLine.objects.update(retry_at=None)
    run_step(step, line.pk)
    assert recorder.given_up == [REFUSED]


def test_unsent_request_is_postponed_and_not_counted(line: SpokenLine) -> None:
    recorder = Recorder(NOT_SENT)
    run_step(recorder.step(error_field="error"), line.pk)
    assert timedelta(minutes=9) < due_in(line) <= timedelta(minutes=10)
    assert (line.tries, line.error, recorder.postponed) == (0, "", [NOT_SENT])


@pytest.mark.parametrize("error", [None, DOWN, REFUSED, NOT_SENT])
def test_nothing_is_written_after_lost_lease(line: SpokenLine, error: ServiceError | None) -> None:
    token = uuid4()
    recorder = Recorder(error, meanwhile=lambda: SpokenLine.objects.update(lease=token))
    assert run_step(recorder.step(error_field="error"), line.pk) is None
    line.refresh_from_db()
    assert (line.lease, line.retry_at, line.file.name, line.error) == (token, None, "", "")
    assert recorder.given_up == []
    assert recorder.discarded == ([] if error else ["speech/hello.mp3"])


def test_unexpected_error_keeps_lease(line: SpokenLine) -> None:
    """The row is free again once the lease has run out, and the try is counted."""

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_step(Recorder(meanwhile=fail).step(), line.pk)
    line.refresh_from_db()
    assert (bool(line.lease), line.tries) == (True, 1)


def test_exhausted_step_is_given_up_untried(line: SpokenLine) -> None:
    recorder = Recorder()
    give_up_exhausted(recorder.step(), line.pk)
    assert recorder.given_up == []
    SpokenLine.objects.update(tries=MAX_STEP_TRIES)
    give_up_exhausted(recorder.step(), line.pk)
    assert [type(error) for error in recorder.given_up] == [TriesExhausted]
    assert recorder.runs == 0


@pytest.mark.parametrize(("error", "runs"), [(None, 1), (DOWN, 0)])
def test_next_step_needs_saved_row(line: SpokenLine, error: ServiceError | None, runs: int) -> None:
    following = Recorder()
    step = following.step()
    object.__setattr__(step, "ready", SpokenLine.objects.all)
    run_steps((Recorder(error).step(), step), line.pk)
    assert following.runs == runs


@pytest.mark.django_db
@pytest.mark.parametrize("step", PRODUCT_STEPS, ids=lambda step: step.work.__name__)
def test_claim_checks_its_filter_on_locked_row(step: Step[Any, Any, Any], settings: Any) -> None:
    """A filter inside `id IN (SELECT …)` is not checked again after the wait for another worker's claim."""
    settings.VOICE_API_KEY, settings.VOICE_MODEL = "sk-test", "voice-1"
    with CaptureQueriesContext(connection) as queries:
        step.ready().claim(uuid4(), seconds=1)
    (query,) = queries
    assert '"id" IN (SELECT' not in query["sql"]
