"""The functions of this app's tasks. Each is idempotent; what is left to do is read from the row."""

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
from interviews.task_handles import (
    ASSESS,
    CONCLUDE,
    DELETE_AT_CARRIER,
    DIAL,
    FETCH_AUDIO,
    FETCH_PRICE,
    FILL_LINES,
    FOLLOW_UP,
    HANG_UP,
    RECONCILE,
    TRANSCRIBE,
)
from screener.background.queue import RowTaskHandle

log = logging.getLogger(__name__)


DIAL.bind(dialer.dial)
FILL_LINES.bind(capacity.fill_lines)
FOLLOW_UP.bind(dialer.follow_up)
HANG_UP.bind(dialer.hang_up)
RECONCILE.bind(dialer.ask_about)
FETCH_PRICE.bind(dialer.learn_price)
DELETE_AT_CARRIER.bind(pipeline.forget_at_carrier)
CONCLUDE.bind(result.conclude)


def fetch_audio(recording_id: UUID) -> None:
    """Each step of an answer goes on to the next at once: a job between them costs more than the step itself.

    Whatever ends in between is found by the sweep.
    """
    if response_id := pipeline.fetch_audio(recording_id):
        transcribe(response_id)


def transcribe(response_id: UUID) -> None:
    pipeline.transcribe(response_id)
    assessment.assess(response_id)


FETCH_AUDIO.bind(fetch_audio)
TRANSCRIBE.bind(transcribe)
ASSESS.bind(assessment.assess)

SWEEPS: dict[RowTaskHandle, Callable[[], Iterable[UUID]]] = {
    DIAL: dialer.due,
    FOLLOW_UP: dialer.to_follow_up,
    RECONCILE: dialer.without_news,
    FETCH_PRICE: dialer.without_price,
    FETCH_AUDIO: pipeline.takes_to_fetch,
    DELETE_AT_CARRIER: pipeline.takes_to_forget,
    TRANSCRIBE: pipeline.answers_to_transcribe,
    ASSESS: assessment.answers_to_assess,
    CONCLUDE: result.interviews_to_conclude,
}


@app.periodic(cron="* * * * * */10")
@app.task(name="interviews.sweep", queue="rest")
def sweep(timestamp: int) -> None:
    """Find what a crash, a lost callback or a vendor's bad hour left undone, and hand it to its task again."""
    sweeps: list[Callable[[], None]] = [_expect_no_more_news, _give_up, capacity.fill_lines]
    sweeps += [partial(_hand_out, task, find) for task, find in SWEEPS.items()]
    for one in sweeps:
        try:
            one()
        except Exception:
            log.exception("sweep: one of them failed; the others go on")


def _hand_out(task: RowTaskHandle, find: Callable[[], Iterable[UUID]]) -> None:
    """Rows for which a job is due already are left to it: under load a row waits longer than it takes to seem lost."""
    abandoned = {str(pk) for pk in find()}
    due = ProcrastinateJob.objects.filter(task_name=task.name, status="todo").exclude(scheduled_at__gt=timezone.now())
    id_of = f"args__{task.argument}"
    lost = abandoned - set(due.filter(**{f"{id_of}__in": list(abandoned)}).values_list(id_of, flat=True))
    for pk in lost:
        task.defer(UUID(pk))
    if lost:
        log.info("sweep: %d to %s", len(lost), task.name)


def _expect_no_more_news() -> None:
    for pk in pipeline.takes_without_news():
        pipeline.expect_no_more_news(pk)


def _give_up() -> None:
    for model, pk in pipeline.worked_on_in_vain():
        pipeline.give_up(model, pk)
