"""`python -m devtools.load.answers`: how long an answer waits for us, from 'recording available' to 'assessed'.

Recordings become available at 20 per second, whatever becomes of them. Whoever is remote (the carrier's audio, the
transcription, the language model) answers at once, so that what is measured is our own time and nobody else's.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from devtools.harness.deployment import House, eventually, opened, procfile
from devtools.load.calls import percentiles, prepare, send_all
from devtools.load.report import keep, machine, say, table
from devtools.load.webhook_load import QUESTIONS, Account, Plan, Step, script
from devtools.phone_simulator.calls.audio import synthesize_wav

RATE = 20
SECONDS = 20
WARMING_UP = 40
"""Answers before those that are measured: every process has begun its work, and knows the way to the vendors."""
SETTLE_WITHIN = 300

WAITED = """
SELECT extract(epoch FROM assessment.created_at - event.created_at)::float
FROM interviews_assessment assessment
JOIN interviews_recording take ON take.response_id = assessment.response_id
JOIN webhooks_twilioevent event ON event.attempt_id = take.attempt_id AND event.turn = take.turn
WHERE event.kind = 'recording'
ORDER BY event.created_at
"""


class _Carrier(BaseHTTPRequestHandler):
    """Has the audio of every recording, and forgets whatever it is told to."""

    protocol_version = "HTTP/1.1"
    sound = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "audio/x-wav")
        self.send_header("Content-Length", str(len(self.sound)))
        self.end_headers()
        self.wfile.write(self.sound)

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing: how long it took is what matters."""


@contextmanager
def carrier() -> Iterator[str]:
    handler = type("Handler", (_Carrier,), {"sound": synthesize_wav("", SECONDS, 0, use_speech=False)})
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


def is_available(step: Step) -> bool:
    return step.path.endswith("/recording")


def conversations(house: House, calls: int) -> tuple[list[list[Step]], list[Step]]:
    """What is said in so many calls, and the news of each recording, which comes when we want it to."""
    account = Account(house.simulator.account_sid, house.simulator.auth_token, house.url)
    every = [script(attempt, account) for attempt in prepare(house, calls=calls)]
    said = [[step for step in call if step.kind != "news"] for call in every]
    return said, [step for call in every for step in call if is_available(step)]


def become_available(house: House, recordings: list[Step]) -> None:
    """Tell of these recordings at the rate of this measurement, and wait until the last one is assessed."""
    count = "SELECT count(*) FROM interviews_assessment"
    before = house.rows(count)[0][0]
    send_all(Plan(house.url, [[step] for step in recordings], rate=RATE, width=1))
    done = before + len(recordings)
    eventually(lambda: house.rows(count)[0][0] == done, SETTLE_WITHIN, "the last assessment", pause=0.5)


def measure(answers: int) -> dict[str, Any]:
    """What is waited for is measured at a steady pace; how a worker starts is another matter."""
    keys = {"OPENAI_API_KEY": "of an experiment", "SPEECH_API_KEY": "of an experiment"}
    with carrier() as media, opened(speed=0, TWILIO_API_URL=media, **keys) as house:
        house.model.thinking = 0
        house.start_web()
        said, available = conversations(house, calls=(WARMING_UP + answers) // QUESTIONS)
        send_all(Plan(house.url, said, rate=0, width=8))
        house.start("worker", procfile("worker"))
        eventually(lambda: house.rows("SELECT 1 FROM procrastinate_workers"), 60, "the worker")
        become_available(house, available[:WARMING_UP])
        used = house.cpu_seconds("worker")
        become_available(house, available[WARMING_UP:])
        waited = [seconds for (seconds,) in house.rows(WAITED)][WARMING_UP:]
        return {
            "answers": len(waited),
            "per_second": RATE,
            "available_to_assessed_ms": percentiles(waited),
            "processor_ms_per_answer": round((house.cpu_seconds("worker") - used) / len(waited) * 1000, 1),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="devtools.load.answers", description="Measures the way of an answer.")
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it works")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = {"machine": machine(), "answers": measure(300 if options.quick else 1500)}
    say(table(found))
    keep(found, "bench-answers.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
