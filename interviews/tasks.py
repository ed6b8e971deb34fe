"""Doors for the worker. Each task is idempotent and carries an id; what is still to do stands on the row."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from interviews.answers import pipeline
from interviews.calling import capacity, dialer
from interviews.scoring import assessment, result
from screener.background.queue import Backoff, defer

log = logging.getLogger(__name__)


@app.task(name="interviews.dial", queue="calls", retry=Backoff())
def dial(interview_id: str) -> None:
    dialer.dial(UUID(interview_id))


@app.task(name="interviews.fill_line", queue="calls", retry=Backoff())
def fill_line() -> None:
    capacity.fill_lines()


@app.task(name="interviews.follow_up", queue="calls", retry=Backoff())
def follow_up(attempt_id: str) -> None:
    dialer.follow_up(UUID(attempt_id))


@app.task(name="interviews.hang_up", queue="calls", retry=Backoff())
def hang_up(attempt_id: str) -> None:
    dialer.hang_up(UUID(attempt_id))


@app.task(name="interviews.ask_about", queue="calls", retry=Backoff())
def ask_about(attempt_id: str) -> None:
    dialer.ask_about(UUID(attempt_id))


@app.task(name="interviews.learn_price", queue="rest", retry=Backoff())
def learn_price(attempt_id: str) -> None:
    dialer.learn_price(UUID(attempt_id))


@app.task(name="interviews.fetch_audio", queue="answers", retry=Backoff())
def fetch_audio(recording_id: str) -> None:
    """Each step of an answer goes on to the next at once: a job between them costs more than the step itself.

    Whatever ends in between is found by the sweep.
    """
    if answer := pipeline.fetch_audio(UUID(recording_id)):
        transcribe(str(answer))


@app.task(name="interviews.forget_at_carrier", queue="rest", retry=Backoff())
def forget_at_carrier(recording_id: str) -> None:
    pipeline.forget_at_carrier(UUID(recording_id))


@app.task(name="interviews.transcribe", queue="answers", retry=Backoff())
def transcribe(response_id: str) -> None:
    pipeline.transcribe(UUID(response_id))
    assess(response_id)


@app.task(name="interviews.assess", queue="answers", retry=Backoff())
def assess(response_id: str) -> None:
    assessment.assess(UUID(response_id))


@app.task(name="interviews.conclude", queue="answers", retry=Backoff())
def conclude(interview_id: str) -> None:
    result.conclude(UUID(interview_id))


SWEEPS: dict[str, tuple[str, Callable[[], Iterable[UUID]]]] = {
    "interviews.dial": ("interview_id", dialer.due),
    "interviews.follow_up": ("attempt_id", dialer.to_follow_up),
    "interviews.ask_about": ("attempt_id", dialer.without_news),
    "interviews.learn_price": ("attempt_id", dialer.without_price),
    "interviews.fetch_audio": ("recording_id", pipeline.takes_to_fetch),
    "interviews.forget_at_carrier": ("recording_id", pipeline.takes_to_forget),
    "interviews.transcribe": ("response_id", pipeline.answers_to_transcribe),
    "interviews.assess": ("response_id", assessment.answers_to_assess),
    "interviews.conclude": ("interview_id", result.interviews_to_conclude),
}


@app.periodic(cron="* * * * * */10")
@app.task(name="interviews.sweep", queue="rest")
def sweep(timestamp: int) -> None:
    """Find what a crash, a lost callback or a vendor's bad hour left undone, and hand it to its task again."""
    sweeps: list[Callable[[], None]] = [_expect_no_more_news, _give_up, capacity.fill_lines]
    sweeps += [partial(_hand_out, task, name, find) for task, (name, find) in SWEEPS.items()]
    for one in sweeps:
        try:
            one()
        except Exception:
            log.exception("sweep: one of them failed; the others go on")


def _hand_out(task: str, name: str, find: Callable[[], Iterable[UUID]]) -> None:
    """What a job waits for already is left to it: under load a row waits for longer than it takes to seem lost."""
    lost = {str(pk) for pk in find()}
    due = ProcrastinateJob.objects.filter(task_name=task, status="todo").exclude(scheduled_at__gt=timezone.now())
    found = lost - set(due.filter(**{f"args__{name}__in": list(lost)}).values_list(f"args__{name}", flat=True))
    for pk in found:
        defer(task, delay=0, **{name: pk})
    if found:
        log.info("sweep: %d to %s", len(found), task)


def _expect_no_more_news() -> None:
    for pk in pipeline.takes_without_news():
        pipeline.expect_no_more_news(pk)


def _give_up() -> None:
    for model, pk in pipeline.worked_on_in_vain():
        pipeline.give_up(model, pk)
