"""Metering: records each billed model call with its usage, cost, duration and error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from pydantic import BaseModel

from screener.background.queue import release_db_connection
from screener.costs import monthly_budget
from screener.costs.model_prices import cost_of
from screener.metrics.instruments import MODEL_CALL_SECONDS, MODEL_DOLLARS, MODEL_TOKENS
from screener.models import ModelCall
from screener.services.errors import NotSent, PermanentError, ServiceError
from screener.services.interviewer import selection
from screener.services.interviewer.protocol import Interviewer, Reply
from screener.services.speech_synthesis.protocol import SynthesizedAudio
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.services.transcription.protocol import AnswerRecording, Transcript
from screener.services.transcription.selection import transcriber_for
from screener.services.usage import Usage
from screener.telemetry import traces
from screener.telemetry.ids import bind_ids

T = TypeVar("T", bound=BaseModel)


def metered_interviewer_call(
    purpose: str, call_interviewer: Callable[[Interviewer], Reply[T]], **owner: Any
) -> Reply[T]:
    """Call the interviewer with no database connection held, and record the call, also when it fails.

    Where no model is configured nothing is recorded.
    """
    interviewer = selection.configured_interviewer()
    if not interviewer.billed_model:
        return call_interviewer(interviewer)
    with metered_call(purpose, interviewer.billed_model, **owner) as metered:
        reply = call_interviewer(interviewer)
        metered.call.model, metered.call.prompt_hash = reply.model[:100], reply.prompt_hash
        metered.record_usage(reply.usage)
    return reply


def metered_transcription(recording: AnswerRecording, **owner: Any) -> Transcript:
    """Transcribe a recording with no database connection held, and record the call where it is billed."""
    transcriber = transcriber_for(recording)
    if not transcriber.billed_model:
        release_db_connection()
        return transcriber.transcribe(recording)
    with metered_call(ModelCall.Purpose.TRANSCRIPTION, transcriber.billed_model, **owner) as metered:
        transcript = transcriber.transcribe(recording)
        metered.record_usage(transcript.usage)
    return transcript


def metered_synthesis(text: str, language: str, **owner: Any) -> SynthesizedAudio:
    """Synthesize a text with no database connection held, and record the call where it is billed."""
    synthesizer = configured_synthesizer()
    if synthesizer is None:
        raise PermanentError("Speech synthesis is off. Set VOICE_MODEL and VOICE_API_KEY.")
    if not synthesizer.billed_model:
        release_db_connection()
        return synthesizer.synthesize(text, language)
    with metered_call(ModelCall.Purpose.SPEECH, synthesizer.billed_model, **owner) as metered:
        audio = synthesizer.synthesize(text, language)
        metered.record_usage(audio.usage)
    return audio


@dataclass(frozen=True)
class MeteredCall:
    """A billed call in progress. Its server may report another name than the requested model."""

    call: ModelCall
    requested_model: str

    def record_usage(self, usage: Usage) -> None:
        call = self.call
        call.tokens_in, call.tokens_out = usage.tokens_in, usage.tokens_out
        call.tokens_cached, call.tokens_to_cache = usage.tokens_cached, usage.tokens_to_cache
        call.audio_seconds = usage.audio_seconds
        call.cost = cost_of(usage, call.model, self.requested_model)


@contextmanager
def metered_call(purpose: str, model: str, **owner: Any) -> Iterator[MeteredCall]:
    """Check the budget, release the database connection, and record the call afterwards.

    Requests that were never sent are not recorded. `owner`: the ids of the interview and the job.
    """
    bind_ids(**owner)
    monthly_budget.check_budget()
    release_db_connection()
    started = monotonic()
    metered = MeteredCall(ModelCall(purpose=purpose, model=model[:100], **owner), requested_model=model)
    is_sent = True
    try:
        with traces.vendor_call(purpose, **{"gen_ai.request.model": model}):
            yield metered
            traces.describe(**_trace_attributes(metered.call))
    except ServiceError as error:
        is_sent = not isinstance(error, NotSent)
        metered.call.error = str(error)
        metered.record_usage(error.usage)
        raise
    finally:
        if is_sent:
            metered.call.seconds = round(monotonic() - started, 3)
            metered.call.save()
            _measure(metered.call)


def _trace_attributes(call: ModelCall) -> dict[str, Any]:
    """In the names of OpenTelemetry's conventions for generative models."""
    return {
        "gen_ai.response.model": call.model,
        "gen_ai.usage.input_tokens": call.tokens_in,
        "gen_ai.usage.output_tokens": call.tokens_out,
    }


def _measure(call: ModelCall) -> None:
    MODEL_CALL_SECONDS.labels(call.purpose, call.model, "failed" if call.error else "done").observe(call.seconds)
    MODEL_TOKENS.labels(call.purpose, call.model, "in").inc(call.tokens_in or 0)
    MODEL_TOKENS.labels(call.purpose, call.model, "out").inc(call.tokens_out or 0)
    MODEL_DOLLARS.labels(call.purpose, call.model).inc(float(call.cost or 0))
