"""Having oneself called: what the phone page asks of the application's public API, and what it tells of the answer."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from devtools.phone_simulator import RunningSimulator, running_simulator
from devtools.phone_simulator.client import Client
from devtools.phone_simulator.server import build_parser

NUMBER = "+14155550150"
TYPED = "+1 (415) 555-0150"
FORM = {"name": "Alex Doe", "phone": TYPED, "job": "j1", "mine": "true"}
GOOD = {
    "GET /api/v1/jobs/?page_size=100": (
        200,
        {
            "results": [
                {"id": "j1", "title": "Nurse", "questions_status": "approved"},
                {"id": "j2", "title": "Barista", "questions_status": "ready"},
                {"id": "j3", "title": "Cook", "questions_status": "approved", "is_open": False},
            ]
        },
    ),
    "POST /api/v1/candidates/": (201, {"id": "c1", "phone": NUMBER}),
    "POST /api/v1/interviews/": (201, {"id": "i1"}),
}


class Api(BaseHTTPRequestHandler):
    server: "Screener"

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        asked = f"{self.command} {self.path}"
        self.server.received.append((asked, body, self.headers["X-API-Key"]))
        status, answer = self.server.answers[asked]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer.encode() if isinstance(answer, str) else json.dumps(answer).encode())

    do_POST = do_GET

    def log_message(self, *args):
        pass


class Screener(ThreadingHTTPServer):
    """Answers as the application's API is documented to."""

    def __init__(self, answers: dict[str, Any]):
        super().__init__(("127.0.0.1", 0), Api)
        self.answers = answers
        self.received: list[tuple[str, Any, str]] = []


@contextmanager
def desk(answers: dict[str, Any]) -> Iterator[tuple[RunningSimulator, Screener]]:
    app = Screener(answers)
    thread = threading.Thread(target=app.serve_forever, args=(0.01,))
    thread.start()
    try:
        with running_simulator(client=Client(f"http://127.0.0.1:{app.server_port}/", "secret")) as simulator:
            yield simulator, app
    finally:
        app.shutdown()
        thread.join()
        app.server_close()


def dial(simulator: RunningSimulator, **changes: str) -> requests.Response:
    return requests.post(simulator.url + "/simulator/dial", data=FORM | changes, timeout=5)


def test_open_jobs_are_listed_with_whether_they_are_ready():
    with desk(GOOD) as (simulator, app):
        listed = requests.get(simulator.url + "/simulator/jobs", timeout=5).json()
    assert listed["app"] == f"http://127.0.0.1:{app.server_port}"
    assert listed["jobs"] == [
        {"id": "j1", "title": "Nurse", "ready": True},
        {"id": "j2", "title": "Barista", "ready": False},
    ]
    assert app.received[0][2] == "secret"


def test_one_button_makes_an_interview_and_keeps_the_number_as_dialled_for_the_person():
    with desk(GOOD) as (simulator, app):
        answer = dial(simulator)
        assert (answer.status_code, answer.json()) == (201, {"candidate": "c1", "interview": "i1"})
        assert simulator.network.reserved == {NUMBER}
        assert dial(simulator, mine="false").status_code == 201
        assert simulator.network.reserved == set()
    candidate = {"full_name": "Alex Doe", "phone": TYPED, "consent_to_call": True, "consent_source": "phone page"}
    assert app.received[:2] == [
        ("POST /api/v1/candidates/", candidate, "secret"),
        ("POST /api/v1/interviews/", {"candidate": "c1", "job": "j1"}, "secret"),
    ]


PROBLEM = {"title": "Invalid input", "detail": "See errors.", "errors": {"phone": ["'415' is not a phone number."]}}


@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ((400, PROBLEM), 400, "'415' is not a phone number."),
        ((409, {"title": "Not allowed", "detail": "This number is on the do-not-call list."}), 409, "do-not-call"),
        ((401, {"title": "Unauthorized"}), 502, "--app-key"),
        ((500, "<h1>Server Error</h1>"), 500, "HTTP 500"),
        ((302, ""), 502, "HTTP 302"),
        ((200, "[]"), 502, "HTTP 200"),
    ],
)
def test_what_the_application_says_is_passed_on(given, status, told):
    with desk(GOOD | {"POST /api/v1/interviews/": given}) as (simulator, _):
        answer = dial(simulator)
    assert (answer.status_code, told in answer.text) == (status, True)
    assert answer.json()["title"]


def test_an_application_that_is_down_is_told_of():
    with running_simulator(client=Client("http://127.0.0.1:9", "secret")) as simulator:
        answer = requests.get(simulator.url + "/simulator/jobs", timeout=5)
    assert (answer.status_code, "Is the application running?" in answer.json()["detail"]) == (502, True)


def test_without_an_application_the_page_says_how_to_name_one():
    with running_simulator() as simulator:
        assert requests.get(simulator.url + "/simulator/jobs", timeout=5).json() == {"app": None, "jobs": []}
        assert "--app-url" in dial(simulator).json()["detail"]


def test_the_application_is_named_by_flags_or_by_the_environment(monkeypatch):
    monkeypatch.setenv("SCREENER_URL", "http://127.0.0.1:8000")
    monkeypatch.setenv("SCREENER_API_KEY", "secret")
    options = build_parser().parse_args([])
    assert (options.app_url, options.app_key) == ("http://127.0.0.1:8000", "secret")
    options = build_parser().parse_args(["--app-url", "http://127.0.0.1:9000", "--app-key", "other"])
    assert (options.app_url, options.app_key) == ("http://127.0.0.1:9000", "other")
