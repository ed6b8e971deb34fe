"""`python -m devtools.load.rooms`: measures webhooks while many rooms upload their sound.

Each room sends a chunk of a second each second, as the page does. Webhooks come at the rate of the bench of calls. They
are measured without rooms, with them, and with them at processes of their own, in turns: a machine that others use is
not the same for a minute. Compare the medians over the rounds.
"""

import argparse
import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from devtools.harness.deployment import (
    START_TIMEOUT,
    Deployment,
    accepts_connections,
    find_free_port,
    open_deployment,
    procfile_command,
    wait_until,
)
from devtools.load.calls import create_calls, percentiles, send_webhooks, signing_account
from devtools.load.report import describe_machine, print_line, print_section, save_report
from devtools.load.webhook_load import CALLBACK, LoadPlan, SignedWebhook, script_call

ROOMS, ROUNDS, SENDERS = 200, 5, 20
CALLS_PER_PHASE = 8
WEBHOOK_RATE = 10
"""Webhooks of 200 calls with a turn each 20 seconds."""
BEHIND_PROXY = {"TRUSTED_PROXIES": "1"}
CHUNK = bytes(range(250)) * 128
COUNT_CHUNKS = "SELECT count(*) FROM interviews_takechunk"
UPLOADS = "uploads"


class Sender:
    """Uploads the chunks of some rooms from one address, at the pace of their microphones."""

    def __init__(self, number: int, rooms: list[str]) -> None:
        self.rooms = rooms
        self.tabs = {room: str(uuid4()) for room in rooms}
        self.takes = {room: str(uuid4()) for room in rooms}
        self.address = f"192.0.2.{number}"
        self.number = 0
        """Of the next chunk."""

    def enter(self, url: str) -> None:
        with self._connect(url) as post:
            for room in self.rooms:
                post(room, "enter/", b"{}")
                post(room, "choice/", b'{"turn": 0, "choice": "agree"}')
                post(room, f"takes/{self.takes[room]}/", b"{}")

    def upload(self, url: str, ready: threading.Event, done: threading.Event) -> "Uploads":
        """Send a chunk of each room each second until `done`."""
        uploads = Uploads()
        with self._connect(url) as post:
            ready.wait()
            second = time.monotonic()
            while not done.is_set():
                for index, room in enumerate(self.rooms):
                    time.sleep(max(0, second + index / len(self.rooms) - time.monotonic()))
                    started = time.monotonic()
                    status = post(room, f"takes/{self.takes[room]}/chunks/{self.number}/", CHUNK)
                    uploads.seconds.append(time.monotonic() - started)
                    uploads.failures += status != http.client.OK
                self.number += 1
                second += 1
        return uploads

    @contextmanager
    def _connect(self, url: str) -> Iterator[Any]:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

        def post(room: str, path: str, body: bytes) -> int:
            nonlocal connection
            headers = {"X-Room-Tab": self.tabs[room], "X-Forwarded-For": self.address}
            try:
                connection.request("POST", f"/i/{room}/room/{path}", body, headers)
                response = connection.getresponse()
                response.read()
            except (http.client.HTTPException, OSError):  # the server closes idle connections
                connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
                return post(room, path, body)
            return response.status

        yield post
        connection.close()


@dataclass
class Uploads:
    seconds: list[float] = field(default_factory=list)
    failures: int = 0

    def extend(self, other: "Uploads") -> None:
        self.seconds += other.seconds
        self.failures += other.failures


@dataclass
class Phase:
    """The measurements under one condition, over all rounds."""

    p95_ms: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    web_cpu: float = 0
    uploads: Uploads = field(default_factory=Uploads)

    def measure(self, deployment: Deployment, calls: list[list[SignedWebhook]]) -> None:
        """Send the webhooks to which a candidate listens for the reply."""
        cpu_before = deployment.cpu_seconds("web")
        measured = send_webhooks(LoadPlan(deployment.url, calls, WEBHOOK_RATE, len(calls)))
        self.web_cpu += deployment.cpu_seconds("web") - cpu_before
        latency = percentiles([seconds for kind, seconds, _ in measured["samples"] if kind != CALLBACK])
        self.p50_ms.append(latency["p50"])
        self.p95_ms.append(latency["p95"])

    def measure_with_rooms(
        self, deployment: Deployment, calls: list[list[SignedWebhook]], senders: list[Sender], url: str
    ) -> None:
        ready, done = threading.Event(), threading.Event()
        with ThreadPoolExecutor(len(senders)) as executor:
            uploading = [executor.submit(sender.upload, url, ready, done) for sender in senders]
            ready.set()
            try:
                self.measure(deployment, calls)
            finally:
                done.set()
            for uploads in uploading:
                self.uploads.extend(uploads.result())

    def report(self, alone: "Phase") -> dict[str, Any]:
        ratios = [mine / other for mine, other in zip(self.p95_ms, alone.p95_ms, strict=True)]
        report: dict[str, Any] = {
            "webhook_p50_ms": f"{median(self.p50_ms)} (rounds: {self.p50_ms})",
            "webhook_p95_ms": f"{median(self.p95_ms)} (rounds: {self.p95_ms})",
            "p95_to_alone": round(median(ratios), 2),
        }
        if self.uploads.seconds:
            cpu = (self.web_cpu - alone.web_cpu) / len(self.uploads.seconds)
            report |= {"chunks": len(self.uploads.seconds), "chunk_ms": percentiles(self.uploads.seconds)}
            report |= {"web_cpu_ms_per_chunk": round(cpu * 1000, 2), "failures": self.uploads.failures}
        return report


def start_uploads(deployment: Deployment) -> str:
    """Start web processes of their own for uploads. Returns their address."""
    port = find_free_port()
    deployment.start_process(UPLOADS, procfile_command(UPLOADS), UPLOADS_PORT=str(port))
    wait_until(lambda: accepts_connections(port), START_TIMEOUT, "the processes for uploads")
    return f"http://127.0.0.1:{port}"


def create_rooms(deployment: Deployment, count: int) -> list[str]:
    """Create invited candidates. Returns the tokens of their invitations."""
    return deployment.run_module("devtools.harness.rooms_cli", str(count)).split()


def open_rooms(deployment: Deployment, count: int) -> list[Sender]:
    """Create invited candidates, and let them begin an answer."""
    tokens = create_rooms(deployment, count)
    senders = [Sender(at, tokens[at::SENDERS]) for at in range(SENDERS)]
    with ThreadPoolExecutor(SENDERS) as executor:
        list(executor.map(lambda sender: sender.enter(deployment.url), senders))
    return senders


def script_phases(deployment: Deployment, rounds: int) -> Iterator[list[list[SignedWebhook]]]:
    """Return the webhooks of one phase after another."""
    attempts = create_calls(deployment, calls=3 * rounds * CALLS_PER_PHASE)
    account = signing_account(deployment)
    for at in range(0, len(attempts), CALLS_PER_PHASE):
        yield [script_call(attempt, account) for attempt in attempts[at : at + CALLS_PER_PHASE]]


def measure_rounds(deployment: Deployment, rooms: int, rounds: int) -> dict[str, Any]:
    senders, calls = open_rooms(deployment, rooms), script_phases(deployment, rounds)
    uploads_url = start_uploads(deployment)
    alone, shared, apart = Phase(), Phase(), Phase()
    for number in range(rounds):
        alone.measure(deployment, next(calls))
        shared.measure_with_rooms(deployment, next(calls), senders, deployment.url)
        apart.measure_with_rooms(deployment, next(calls), senders, uploads_url)
        latest = ", ".join(f"{phase.p95_ms[-1]}" for phase in (alone, shared, apart))
        print_line(f"round {number + 1}: p95 alone, with rooms, with rooms apart: {latest} ms")
    return {
        "alone": print_section("webhooks alone", alone.report(alone)),
        "with_rooms": print_section("webhooks with rooms", shared.report(alone)),
        "with_rooms_apart": print_section("webhooks with rooms at their own processes", apart.report(alone)),
        "chunks_stored": deployment.query_rows(COUNT_CHUNKS)[0][0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 rooms, one round")
    rooms, rounds = (20, 1) if parser.parse_args().quick else (ROOMS, ROUNDS)
    with open_deployment(speed=0, settings=BEHIND_PROXY) as deployment:
        deployment.start_web()
        report = {"machine": describe_machine(rooms=rooms), **measure_rounds(deployment, rooms, rounds)}
    save_report(report, "bench-rooms.json")


if __name__ == "__main__":
    main()
