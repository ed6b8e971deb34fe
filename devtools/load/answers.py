"""`python -m devtools.load.answers`: measures the time of an answer from 'recording available' to 'assessed'.

Recordings become available at 20 per second, regardless of progress. The remote systems (the carrier's audio, the
transcription, the language model) respond at once, so that the measured time is the application's own.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from devtools.harness.deployment import Deployment, open_deployment, wait_until
from devtools.load.calls import ASSESSMENTS_SQL, create_calls, percentiles, send_webhooks, signing_account
from devtools.load.report import describe_machine, format_table, print_line, save_report
from devtools.load.webhook_load import CALLBACK, QUESTIONS, LoadPlan, SignedWebhook, script_call
from devtools.phone_simulator.calls.audio import synthesize_wav

RATE = 20
RECORDING_SECONDS = 20
WARM_UP_ANSWERS = 40
"""Answers before the measured ones. After them every process has connections to the remote systems."""
SETTLE_TIMEOUT = 300
CONVERSATION_WIDTH = 8
TRANSCRIBED = {"SPEECH_API_KEY": "of an experiment"}
"""The simulated model transcribes the recordings, and not the carrier."""

DURATIONS_SQL = """
SELECT extract(epoch FROM assessment.created_at - event.created_at)::float
FROM interviews_assessment assessment
JOIN interviews_recording recording ON recording.response_id = assessment.response_id
JOIN webhooks_twilioevent event ON event.attempt_id = recording.attempt_id AND event.turn = recording.turn
WHERE event.kind = 'recording'
ORDER BY event.created_at
"""
WORKER_RUNNING_SQL = "SELECT 1 FROM procrastinate_workers"


class _MediaHandler(BaseHTTPRequestHandler):
    """Serves the same audio for every recording, and accepts every deletion."""

    protocol_version = "HTTP/1.1"
    audio = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "audio/x-wav")
        self.send_header("Content-Length", str(len(self.audio)))
        self.end_headers()
        self.wfile.write(self.audio)

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Log no requests."""


@contextmanager
def fake_media_server() -> Iterator[str]:
    """Run a server for the audio of recordings. Yields its URL."""
    audio = synthesize_wav("", RECORDING_SECONDS, 0, use_speech=False)
    handler = type("Handler", (_MediaHandler,), {"audio": audio})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def script_conversations(deployment: Deployment, calls: int) -> tuple[list[list[SignedWebhook]], list[SignedWebhook]]:
    """Return the conversations of new calls, and separately the recording callbacks, to be sent later."""
    account = signing_account(deployment)
    scripts = [script_call(attempt, account) for attempt in create_calls(deployment, calls=calls)]
    conversations = [[webhook for webhook in script if webhook.kind != CALLBACK] for script in scripts]
    callbacks = [webhook for script in scripts for webhook in script if webhook.path.endswith("/recording")]
    return conversations, callbacks


def send_conversations(deployment: Deployment, conversations: list[list[SignedWebhook]]) -> None:
    send_webhooks(LoadPlan(deployment.url, conversations, rate=0, width=CONVERSATION_WIDTH))


def send_callbacks(deployment: Deployment, callbacks: list[SignedWebhook], rate: float) -> None:
    send_webhooks(LoadPlan(deployment.url, [[callback] for callback in callbacks], rate=rate, width=1))


def assess_recordings(deployment: Deployment, callbacks: list[SignedWebhook]) -> None:
    """Report the recordings at the rate of this measurement, and wait until all are assessed."""
    target = deployment.query_rows(ASSESSMENTS_SQL)[0][0] + len(callbacks)
    send_callbacks(deployment, callbacks, RATE)

    def is_assessed() -> bool:
        return bool(deployment.query_rows(ASSESSMENTS_SQL)[0][0] == target)

    wait_until(is_assessed, SETTLE_TIMEOUT, "the last assessment", interval=0.5)


def measure_answers(answers: int) -> dict[str, Any]:
    """Measure at a steady rate, after a warm-up that hides the start of the worker."""
    with (
        fake_media_server() as media_url,
        open_deployment(speed=0, settings=TRANSCRIBED | {"TWILIO_API_URL": media_url}) as deployment,
    ):
        deployment.model.latency = 0
        deployment.start_web()
        conversations, callbacks = script_conversations(deployment, calls=(WARM_UP_ANSWERS + answers) // QUESTIONS)
        send_conversations(deployment, conversations)
        deployment.start_worker()
        wait_until(lambda: deployment.query_rows(WORKER_RUNNING_SQL), 60, "the worker")
        assess_recordings(deployment, callbacks[:WARM_UP_ANSWERS])
        cpu_before = deployment.cpu_seconds("worker")
        assess_recordings(deployment, callbacks[WARM_UP_ANSWERS:])
        durations = [seconds for (seconds,) in deployment.query_rows(DURATIONS_SQL)][WARM_UP_ANSWERS:]
        cpu_seconds = deployment.cpu_seconds("worker") - cpu_before
    return {
        "answers": len(durations),
        "per_second": RATE,
        "available_to_assessed_ms": percentiles(durations),
        "worker_cpu_ms_per_answer": round(cpu_seconds / len(durations) * 1000, 1),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="devtools.load.answers", description="Measures the time of answers.")
    parser.add_argument("--quick", action="store_true", help="a small run, to check that it works")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    report = {"machine": describe_machine(), "answers": measure_answers(300 if options.quick else 1500)}
    print_line(format_table(report))
    save_report(report, "bench-answers.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
