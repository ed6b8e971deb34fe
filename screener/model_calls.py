"""Asking a model that costs money, and keeping account of it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils import timezone
from pydantic import BaseModel

from screener.models import ModelCall
from screener.queue import give_back_connection
from screener.services import language_model
from screener.services.errors import PermanentError, TransientError
from screener.services.interviewer import Interviewer, Reply

T = TypeVar("T", bound=BaseModel)


def paid(purpose: str, ask: Callable[[Interviewer], Reply[T]], **about: Any) -> Reply[T]:
    """Ask the interviewer with no database connection held, and record what the call cost, answered or not."""
    give_back_connection()
    interviewer = language_model.interviewer()
    started = timezone.now()
    try:
        reply = ask(interviewer)
    except (TransientError, PermanentError) as error:
        seconds = (timezone.now() - started).total_seconds()
        ModelCall.objects.create(purpose=purpose, model=interviewer.label, error=str(error), seconds=seconds, **about)
        raise
    ModelCall.objects.create(
        purpose=purpose,
        model=reply.model[:100],
        prompt_hash=reply.prompt_hash,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        seconds=reply.seconds,
        **about,
    )
    return reply
