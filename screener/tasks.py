"""Housekeeping that belongs to no app."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from screener.models import IdempotentRequest

KEPT_FOR = timedelta(days=1)


@app.periodic(cron="17 * * * *")
@app.task(name="screener.forget_answers", queue="rest")
def forget_answers(timestamp: int) -> None:
    """Answers kept for repeated requests hold personal data, so they are kept no longer than clients need them."""
    IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
