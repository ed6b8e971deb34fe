"""`python -m devtools.load.deliveries`: measures deliveries to webhooks, with and without receivers that fail.

Ten receivers get the same thousand events: at first all take them, then one hangs, one replies with an error and one
breaks the connection, and the worker is killed. At the end the three recover. `--quick`: a tenth of the events.
"""

import json
import signal
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from devtools.harness.deployment import Deployment, open_deployment, wait_until
from devtools.load.imports import make_csv
from devtools.load.report import describe_machine, print_section, save_report

EVENTS, QUICK_EVENTS = 1000, 100
SUBJECTS_PER_EVENT = 4
RECEIVERS = 10
FAULTS = ("hang", "error", "break")
TIMEOUT = 900
HANG_SECONDS = 15

LOOPBACK = {"WEBHOOK_PRIVATE_NETWORKS": "127.0.0.0/8"}

ADD_EVENTS = """
INSERT INTO candidates_candidateevent
    (id, created_at, updated_at, candidate_id, kind, actor, reason, awaits_publication)
SELECT gen_random_uuid(), now() + number * interval '1 ms', now(), candidate.id, 'candidate.erased', 'bench', '', true
FROM candidates_candidate candidate CROSS JOIN generate_series(1, 4) number
RETURNING id
"""


class Receiver(ThreadingHTTPServer):
    """Takes messages, or fails in one way. `times`: of the first arrival of each message. `by_subject`: their order."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fault = ""
        self.ended = Event()
        self.lock = Lock()
        self.times: dict[str, float] = {}
        self.by_subject: dict[str, list[str]] = defaultdict(list)
        self.repeated = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def take(self, message_id: str, subject: str) -> None:
        with self.lock:
            if message_id in self.times:
                self.repeated += 1
                return
            self.times[message_id] = time.monotonic()
            self.by_subject[subject].append(message_id)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A killed worker breaks its connections."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fault = self.server.fault
        if fault == "hang":
            self.server.ended.wait(HANG_SECONDS)
        if fault in ("hang", "break"):
            self.connection.close()
            return
        if not fault:
            self.server.take(self.headers["webhook-id"], body["data"]["candidate"])
        self.send_response(500 if fault else 204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """The report counts."""


def publish(deployment: Deployment, receivers: list[Receiver], total: int, *, waits_for: list[Receiver]) -> list[float]:
    """Add the events. Returns for each of these receivers the seconds from the first message of all to its last."""
    before = time.monotonic()
    deployment.query_rows(ADD_EVENTS)
    wait_until(lambda: all(len(receiver.times) == total for receiver in waits_for), TIMEOUT, "the deliveries")
    first = min(moment for receiver in receivers for moment in receiver.times.values() if moment > before)
    return [max(receiver.times.values()) - first for receiver in waits_for]


def measure_deliveries(events: int) -> dict[str, Any]:
    with ExitStack() as stack:
        receivers = [stack.enter_context(Receiver()) for _ in range(RECEIVERS)]
        for receiver in receivers:
            Thread(target=receiver.serve_forever, daemon=True).start()
            stack.callback(receiver.shutdown)
        deployment = stack.enter_context(open_deployment(speed=0, settings=LOOPBACK))
        deployment.start_web()
        deployment.start_worker()
        add_candidates(deployment, events // SUBJECTS_PER_EVENT)
        for receiver in receivers:
            deployment.call_api("POST", "webhooks/", {"url": receiver.url, "events": ["candidate.erased"]})
        all_healthy = publish(deployment, receivers, events, waits_for=receivers)
        failing, healthy = receivers[: len(FAULTS)], receivers[len(FAULTS) :]
        for receiver, fault in zip(failing, FAULTS, strict=True):
            receiver.fault = fault
        beside_failing = publish(deployment, receivers, 2 * events, waits_for=healthy)
        restart_worker(deployment)
        for receiver in failing:
            receiver.fault = ""
            receiver.ended.set()
        wait_until(lambda: all(len(each.times) == 2 * events for each in failing), TIMEOUT, "the rest")
        positions = position_of_messages(deployment)
    return {
        "events": 2 * events,
        "messages": sum(len(receiver.times) for receiver in receivers),
        "lost": sum(2 * events - len(receiver.times) for receiver in receivers),
        "out_of_order": sum(count_disorder(receiver, positions) for receiver in receivers),
        "repeated": sum(receiver.repeated for receiver in receivers),
        "all_healthy_s": round(max(all_healthy), 1),
        "healthy_beside_failing_s": round(max(beside_failing), 1),
        "messages_per_second": round(RECEIVERS * events / max(all_healthy)),
    }


def add_candidates(deployment: Deployment, count: int) -> None:
    path = f"imports/{deployment.upload_file('imports/', 'new.csv', make_csv(count))['id']}/"
    wait_until(lambda: deployment.call_api("GET", path)["ended_at"], TIMEOUT, "the import", interval=0.5)


def restart_worker(deployment: Deployment) -> None:
    deployment.stop_process("worker")
    deployment.start_worker()


def position_of_messages(deployment: Deployment) -> dict[str, int]:
    rows = deployment.query_rows("SELECT message_id::text, id FROM webhooks_publicevent")
    return {str(message_id): int(position) for message_id, position in rows}


def count_disorder(receiver: Receiver, positions: dict[str, int]) -> int:
    """The subjects whose messages came in another order than that of the feed."""
    orders = [[positions[message] for message in messages] for messages in receiver.by_subject.values()]
    return sum(order != sorted(order) for order in orders)


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    events = QUICK_EVENTS if "--quick" in sys.argv else EVENTS
    report = {"machine": describe_machine(events=events), "deliveries": measure_deliveries(events)}
    print_section("deliveries", report["deliveries"])
    save_report(report, "bench-deliveries.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
