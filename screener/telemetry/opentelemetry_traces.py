"""Records traces with OpenTelemetry, an optional package (requirements-otel.txt)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.conf import settings
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.re import parse_env_headers

from screener.telemetry.ids import bind_ids
from screener.telemetry.traces import Attributes, id_attributes

_root: ContextVar[SpanContext | None] = ContextVar("_root", default=None)


def root_of(answer: UUID) -> SpanContext:
    """The trace of an answer, and its first span. Hashed, because collectors take samples by the bits of the id."""
    digest = blake2b(answer.bytes, digest_size=24).digest()
    trace_id, span_id = int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:], "big")
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


class _IdGenerator(RandomIdGenerator):
    """Random ids, apart from those of the span with which an answer begins."""

    def generate_trace_id(self) -> int:
        root = _root.get()
        return root.trace_id if root else super().generate_trace_id()

    def generate_span_id(self) -> int:
        root = _root.get()
        return root.span_id if root else super().generate_span_id()


class OpenTelemetryRecorder:
    def __init__(self, processor: SpanProcessor, *, share: float = 1, service: str = "screener") -> None:
        """`share`: of the answers that are recorded, each as a whole."""
        self._provider = TracerProvider(
            sampler=TraceIdRatioBased(share),
            resource=Resource.create({"service.name": service}),
            id_generator=_IdGenerator(),
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("screener")

    def record_request(self, name: str, answer: UUID, *, started: int, begins: bool, attributes: Attributes) -> None:
        if begins:
            token = _root.set(root_of(answer))
            try:
                span = self._tracer.start_span(name, Context(), SpanKind.SERVER, attributes, start_time=started)
            finally:
                _root.reset(token)
        else:
            span = self._tracer.start_span(name, _within(answer), SpanKind.SERVER, attributes, start_time=started)
        span.end()

    @contextmanager
    def step(self, name: str, answer: UUID | None) -> Iterator[None]:
        if answer is None:
            yield
            return
        with self._span(name, SpanKind.CONSUMER, _within(answer)):
            bind_ids(trace_id=f"{root_of(answer).trace_id:032x}")
            yield

    @contextmanager
    def vendor_call(self, name: str, attributes: Attributes) -> Iterator[None]:
        if not trace.get_current_span().get_span_context().is_valid:  # the call is about no answer
            yield
            return
        with self._span(name, SpanKind.CLIENT, None):
            self.describe(attributes)
            yield

    @contextmanager
    def _span(self, name: str, kind: SpanKind, context: Context | None) -> Iterator[None]:
        """Without the messages of exceptions, which may hold anything."""
        options: dict[str, Any] = {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(name, context, kind, **options) as span:
            try:
                yield
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
            finally:
                span.set_attributes(id_attributes())

    def describe(self, attributes: Attributes) -> None:
        trace.get_current_span().set_attributes(attributes)

    def flush(self) -> None:
        self._provider.force_flush()


def _within(answer: UUID) -> Context:
    return trace.set_span_in_context(NonRecordingSpan(root_of(answer)), Context())


def configured_recorder() -> OpenTelemetryRecorder:
    """Sends traces in the background to the collector of the settings."""
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces",
        headers=parse_env_headers(settings.OTEL_EXPORTER_OTLP_HEADERS, liberal=True),
    )
    return OpenTelemetryRecorder(
        BatchSpanProcessor(exporter), share=settings.OTEL_TRACES_SAMPLER_ARG, service=settings.OTEL_SERVICE_NAME
    )
