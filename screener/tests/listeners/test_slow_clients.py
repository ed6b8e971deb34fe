"""Clients that send half a request, against the web processes of `make serve` without a proxy."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import requests

from devtools.harness.deployment import Deployment, open_deployment

pytestmark = pytest.mark.slow

STATUS = "/webhooks/twilio/attempts/00000000-0000-4000-8000-000000000000/status"
UNSIGNED = 403
HALF_REQUESTS = {
    "nothing": b"",
    "half a head": b"POST /webhooks/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-",
    "half a body": f"POST {STATUS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\nCallSid=".encode(),
    "half a large body": b"POST /i/x/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 400_000,
    "a body without length": b"POST /i/x/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nx",
    "a body that is too long": b"POST /i/x/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\nx",
    "a declared length twice": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nx",
    "a request that closes": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "the next request": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /heal",
}
CLIENTS_PER_KIND = 20
"""More than the threads of all workers."""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with open_deployment(speed=0, settings={"WEB_WORKERS": "1", "WEB_THREADS": "4"}) as deployment:
        deployment.start_web()
        yield deployment


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=10)


def test_half_requests_stop_no_webhooks(deployment: Deployment) -> None:
    unanswered = []
    for kind, sent in HALF_REQUESTS.items():
        with ExitStack() as connections:
            for _ in range(CLIENTS_PER_KIND):
                connections.enter_context(connect(deployment.url)).sendall(sent)
            try:
                response = requests.post(deployment.url + STATUS, data={"CallSid": "CA1"}, timeout=8)
                assert response.status_code == UNSIGNED
            except requests.Timeout:
                unanswered.append(kind)
    assert unanswered == []


def exchange(url: str, *sent: bytes) -> bytes:
    """Return all that the server answers to these bytes, each sent after an answer to those before."""
    with connect(url) as client:
        answers = b""
        for part in sent:
            client.sendall(part)
            answers += client.recv(65536)
        while received := client.recv(65536):
            answers += received
        return answers


def test_whole_requests_are_served(deployment: Deployment) -> None:
    get = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    post = f"POST {STATUS} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n".encode()
    large = b"Content-Length: 1500000\r\n\r\n" + b"x" * 1_500_000
    last = get + b"Connection: close\r\n\r\n"
    sent_to_answers = {
        "kept connection": ((get + b"\r\n", last), [b"200", b"200"]),
        "pipelined": ((get + b"\r\n" + get + b"\r\n" + last,), [b"200"] * 3),
        "large body": ((post + large,), [b"403"]),
        "body that waits": (
            (post + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", b"a=b"),
            [b"100", b"100", b"403"],
        ),
        "too long": ((post + b"Content-Length: 99999999\r\n\r\n",), [b"413"]),
        "long head": ((get + b"X: " + b"x" * 70_000,), [b"431"]),
        "ambiguous length": ((post + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",), [b"400"]),
    }
    statuses = {
        kind: re.findall(rb"HTTP/1.1 ([0-9]{3})", exchange(deployment.url, *sent))
        for kind, (sent, _) in sent_to_answers.items()
    }
    assert statuses == {kind: answers for kind, (_, answers) in sent_to_answers.items()}
