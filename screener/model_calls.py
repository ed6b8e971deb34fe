"""Asking a model that costs money, and keeping account of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import Any, TypeVar

from pydantic import BaseModel

from screener import budget
from screener.models import ModelCall
from screener.prices import cost_of
from screener.queue import give_back_connection
from screener.services import language_model, speech
from screener.services.errors import ServiceError
from screener.services.interviewer import Interviewer, Reply
from screener.services.usage import Usage

T = TypeVar("T", bound=BaseModel)


def paid(purpose: str, ask: Callable[[Interviewer], Reply[T]], **about: Any) -> Reply[T]:
    """Ask the interviewer with no database connection held, and record what the call cost, answered or not.

    The offline rules cost nothing, so that there is nothing to record.
    """
    interviewer = language_model.interviewer()
    if not interviewer.paid_model:
        return ask(interviewer)
    asked = interviewer.paid_model
    with _on_the_bill(purpose, asked, **about) as call:
        reply = ask(interviewer)
        call.model, call.prompt_hash = reply.model[:100], reply.prompt_hash
        _fill_in(call, reply.usage, asked)
    return reply


def paid_transcript(audio: bytes, language: str, *, seconds: float | None, **about: Any) -> speech.Transcript:
    """The words of a recording by the model that is configured. `seconds`: its length, should the reply not tell it."""
    with _on_the_bill(ModelCall.Purpose.TRANSCRIPTION, speech.model(), **about) as call:
        found = speech.transcribe(audio, "answer.wav", language)
        heard = found.usage.audio_seconds
        _fill_in(call, replace(found.usage, audio_seconds=seconds if heard is None else heard), call.model)
    return found


@contextmanager
def _on_the_bill(purpose: str, model: str, **about: Any) -> Iterator[ModelCall]:
    """What is asked in here is written down with its cost, if there is money left to ask at all."""
    budget.check()
    give_back_connection()
    started = monotonic()
    call = ModelCall(purpose=purpose, model=model[:100], **about)
    failure = None
    try:
        yield call
    except ServiceError as error:
        failure = error
        call.error = str(error)
        _fill_in(call, error.usage, model)
    call.seconds = round(monotonic() - started, 3)
    call.save()
    if failure:
        raise failure


def _fill_in(call: ModelCall, usage: Usage, asked: str) -> None:
    """A server may call a model otherwise than we ask for it; a price for either name will do."""
    call.tokens_in, call.tokens_out = usage.tokens_in, usage.tokens_out
    call.tokens_cached, call.tokens_to_cache = usage.tokens_cached, usage.tokens_to_cache
    call.audio_seconds = usage.audio_seconds
    call.cost = cost_of(usage, call.model, asked)
