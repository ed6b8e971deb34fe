"""Asking a model that costs money, and keeping account of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from pydantic import BaseModel

from screener.background.queue import release_db_connection
from screener.costs import monthly_budget
from screener.costs.model_prices import cost_of
from screener.models import ModelCall
from screener.services.errors import NotSent, PermanentError, ServiceError
from screener.services.interviewer import selection
from screener.services.interviewer.protocol import Interviewer, Reply
from screener.services.speech_synthesis.protocol import SynthesizedAudio
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.services.transcription.protocol import AnswerRecording, Transcript
from screener.services.transcription.selection import configured_transcriber
from screener.services.usage import Usage

T = TypeVar("T", bound=BaseModel)


def paid(purpose: str, ask: Callable[[Interviewer], Reply[T]], **about: Any) -> Reply[T]:
    """Ask the interviewer with no database connection held, and record what the call cost, answered or not.

    The offline rules cost nothing, so that there is nothing to record.
    """
    interviewer = selection.configured_interviewer()
    if not interviewer.billed_model:
        return ask(interviewer)
    with on_the_bill(purpose, interviewer.billed_model, **about) as bill:
        reply = ask(interviewer)
        bill.call.model, bill.call.prompt_hash = reply.model[:100], reply.prompt_hash
        bill.used(reply.usage)
    return reply


def paid_transcript(recording: AnswerRecording, **about: Any) -> Transcript:
    """Transcribe a recording with no database connection held, and record what that cost, where it costs."""
    transcriber = configured_transcriber()
    if not transcriber.billed_model:
        release_db_connection()
        return transcriber.transcribe(recording)
    with on_the_bill(ModelCall.Purpose.TRANSCRIPTION, transcriber.billed_model, **about) as bill:
        transcript = transcriber.transcribe(recording)
        bill.used(transcript.usage)
    return transcript


def paid_synthesis(text: str, **about: Any) -> SynthesizedAudio:
    """Synthesize a text with no database connection held, and record what that cost."""
    synthesizer = configured_synthesizer()
    if synthesizer is None:
        raise PermanentError("Speech synthesis is off. Set VOICE_MODEL and VOICE_API_KEY.")
    with on_the_bill(ModelCall.Purpose.SPEECH, synthesizer.billed_model, **about) as bill:
        audio = synthesizer.synthesize(text)
        bill.used(audio.usage)
    return audio


@dataclass(frozen=True)
class Bill:
    """What one call costs. `asked`: the model that was asked for; its server may know it by another name."""

    call: ModelCall
    asked: str

    def used(self, usage: Usage) -> None:
        call = self.call
        call.tokens_in, call.tokens_out = usage.tokens_in, usage.tokens_out
        call.tokens_cached, call.tokens_to_cache = usage.tokens_cached, usage.tokens_to_cache
        call.audio_seconds = usage.audio_seconds
        call.cost = cost_of(usage, call.model, self.asked)


@contextmanager
def on_the_bill(purpose: str, model: str, **about: Any) -> Iterator[Bill]:
    """One call to a model that costs: begun if there is money left, with no connection held, and written down.

    What was not asked after all is on no bill.
    """
    monthly_budget.check_budget()
    release_db_connection()
    started = monotonic()
    bill = Bill(ModelCall(purpose=purpose, model=model[:100], **about), asked=model)
    asked = True
    try:
        yield bill
    except NotSent:
        asked = False
        raise
    except ServiceError as error:
        bill.call.error = str(error)
        bill.used(error.usage)
        raise
    finally:
        if asked:
            bill.call.seconds = round(monotonic() - started, 3)
            bill.call.save()
