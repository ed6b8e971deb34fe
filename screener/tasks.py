"""Housekeeping that belongs to no app."""

import logging
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from screener.background.queue import release_db_connection
from screener.checks import models_stay
from screener.models import IdempotentRequest
from screener.tts import prompt_cache
from screener.web import login_throttle

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)


@app.periodic(cron="17 * * * *")
@app.task(name="screener.forget_answers", queue="rest")
def forget_answers(timestamp: int) -> None:
    """Answers kept for repeated requests hold personal data, so they are kept no longer than clients need them."""
    IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    login_throttle.delete_expired_failures()


@app.periodic(cron="40 5 * * *")
@app.task(name="screener.ask_what_retires", queue="rest")
def ask_what_retires(timestamp: int) -> None:
    """Log each day what `manage.py check --deploy` warns of: configured models near their shutdown date."""
    release_db_connection()
    for warning in models_stay(None):
        log.warning("%s %s", warning.msg, warning.hint)


prompt_cache.SYNTHESIZE.bind(prompt_cache.speak)


@app.periodic(cron="* * * * * */10")
@app.task(name="screener.sweep", queue="rest")
def sweep(timestamp: int) -> None:
    """Find the sentences that a crash left unspoken, or a vendor's bad hour; unless some wait for their turn anyway."""
    due = ProcrastinateJob.objects.filter(task_name="screener.speak", status="todo")
    if not due.exclude(scheduled_at__gt=timezone.now()).exists():
        for line_id in prompt_cache.abandoned():
            prompt_cache.SYNTHESIZE.defer(line_id)
