"""Traces with OpenTelemetry, into memory: one for each answer, however its work is interrupted."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from django.test import Client
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext

from devtools.model_simulator.replies import error_reply, json_reply
from interviews.models import InterviewResponse
from interviews.task_handles import ASSESS
from screener.background.sweeps import SWEEPS
from screener.telemetry import traces
from screener.telemetry.opentelemetry_traces import OpenTelemetryRecorder, root_of
from tests.support.factories import lose_tasks, make_interview, run_tasks
from tests.support.fake_openai import fake_language_model, fake_transcription
from tests.support.fake_twilio import FakeTwilio
from tests.support.sounds import make_tone
from tests.support.twilio_driver import Phone, give_consent, place_attempt

HOUR = timedelta(hours=1)
ANSWER = "I led the migration of twelve services to Kubernetes."

pytestmark = pytest.mark.django_db


@pytest.fixture
def exporter(settings: Any) -> Iterator[InMemorySpanExporter]:
    """Records as a process does whose settings name a collector."""
    memory = InMemorySpanExporter()
    settings.MIDDLEWARE = ["screener.telemetry.traces.traced_requests", *settings.MIDDLEWARE]
    traces.record_with(OpenTelemetryRecorder(SimpleSpanProcessor(memory)))
    yield memory
    traces.record_with(None)


def test_answer_has_one_trace(exporter: InMemorySpanExporter, twilio: FakeTwilio, client: Client) -> None:
    """Scoring fails, its job is lost, and the sweep begins another: the trace goes on."""
    twilio.audio = make_tone(2)
    interview = make_interview(full_name="Ada Lovelace", phone="+14155550100")
    phone = Phone(place_attempt(interview), client)
    give_consent(phone)
    phone.record_answer()
    response = interview.responses.get(position=0)
    with fake_transcription(json_reply(200, {"text": ANSWER})), fake_language_model(error_reply(500)):
        run_tasks()
    lose_tasks()
    InterviewResponse.objects.filter(pk=response.pk).update(retry_at=None, updated_at=interview.created_at - HOUR)
    next(sweep for sweep in SWEEPS if sweep.name == ASSESS.name).run()
    with fake_language_model():
        run_tasks()

    spans = exporter.get_finished_spans()
    contexts = [cast(SpanContext, span.get_span_context()) for span in spans]
    names = {context.span_id: short_name(span) for context, span in zip(contexts, spans, strict=True)}
    assert [(short_name(span), span.parent and names[span.parent.span_id]) for span in spans] == [
        ("take", None),
        ("recording", "take"),
        ("audio of phone", "fetch_audio"),
        ("fetch_audio", "take"),
        ("transcription", "transcribe_answer"),
        ("transcribe_answer", "take"),
        ("assessment", "score_response"),
        ("score_response", "take"),
        ("assessment", "score_response"),
        ("score_response", "take"),
    ]
    assert {context.trace_id for context in contexts} == {root_of(response.pk).trace_id}
    endings = [(span.attributes or {}).get("ending") for span in spans if short_name(span) == "score_response"]
    assert endings == ["retried", "done"]
    texts = json.dumps([[span.name, dict(span.attributes or {}), len(span.events)] for span in spans])
    assert str(interview.pk) in texts
    assert not [secret for secret in ("Ada", "Lovelace", "4155550100", "Kubernetes") if secret in texts]


def short_name(span: ReadableSpan) -> str:
    return re.split(r"[/.]", span.name.replace("<str:kind>", "take"))[-1]


def test_nothing_is_recorded_by_default() -> None:
    assert traces._recorder is None
    assert traces.step("name", lambda: pytest.fail("the answer was looked up")) is traces.vendor_call("name")
