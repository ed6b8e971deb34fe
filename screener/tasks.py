"""Housekeeping that belongs to no app."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from screener import login_throttle, spoken
from screener.models import IdempotentRequest, ModelNotice
from screener.queue import Backoff, defer, give_back_connection
from screener.services import retirement

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
    """Keep what the servers say of their models' ends for the admin's first page.

    Of a server that does not answer, what it said before stands.
    """
    give_back_connection()
    for accounts in retirement.servers():
        try:
            notices = retirement.notices(accounts, timezone.now().date())
        except retirement.NotAsked as error:
            log.warning("%s", error)
            continue
        with transaction.atomic():
            ModelNotice.objects.filter(setting__in=[f"{one.prefix}_MODEL" for one in accounts]).delete()
            for notice in notices:
                log.warning("%s", notice.message)
                ModelNotice.objects.create(setting=notice.setting, model=notice.model, message=notice.message)


@app.task(name="screener.speak", queue="rest", retry=Backoff())
def speak(line_id: str) -> None:
    spoken.speak(UUID(line_id))


@app.periodic(cron="* * * * * */10")
@app.task(name="screener.sweep", queue="rest")
def sweep(timestamp: int) -> None:
    """Find the sentences that a crash left unspoken, or a vendor's bad hour; unless some wait for their turn anyway."""
    due = ProcrastinateJob.objects.filter(task_name="screener.speak", status="todo")
    if not due.exclude(scheduled_at__gt=timezone.now()).exists():
        for line_id in spoken.left_behind():
            defer("screener.speak", line_id=line_id)
