"""Periodic tasks of the project: housekeeping and the sweep."""

import logging
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from screener.background.queue import release_db_connection
from screener.background.sweeps import SWEEP_SECONDS, bind_steps, run_sweeps
from screener.checks import check_model_retirement
from screener.models import IdempotentRequest
from screener.sign_in import login_throttle
from screener.sign_in.sessions.limits import delete_ended_sessions
from screener.tts.prompt_cache import SYNTHESIZE, SYNTHESIZE_STEP

log = logging.getLogger(__name__)

RESPONSE_RETENTION = timedelta(days=1)


@app.periodic(cron="17 * * * *")
@app.task(name="screener.forget_answers", queue="rest")
def delete_expired_responses(timestamp: int) -> None:
    """Delete stored responses of idempotent requests, expired login failures and ended sessions: personal data."""
    IdempotentRequest.objects.filter(created_at__lt=timezone.now() - RESPONSE_RETENTION).delete()
    login_throttle.delete_expired_failures()
    delete_ended_sessions()


@app.periodic(cron="40 5 * * *")
@app.task(name="screener.ask_what_retires", queue="rest")
def log_model_retirements(timestamp: int) -> None:
    """Log configured models that are near their shutdown date, as `manage.py check --deploy` does."""
    release_db_connection()
    for warning in check_model_retirement(None):
        log.warning("%s %s", warning.msg, warning.hint)


bind_steps(SYNTHESIZE, (SYNTHESIZE_STEP,))


@app.periodic(cron=f"* * * * * */{SWEEP_SECONDS}")
@app.task(name="screener.sweep", queue="sweeps", aliases=["interviews.sweep", "jobs.sweep", "candidates.sweep"])
def sweep(timestamp: int) -> None:
    """Runs the sweeps of all apps. The aliases are in queues of earlier versions, which had a sweep per app."""
    run_sweeps(timestamp)
