"""Starting an interview at the phone page: the requests to the application's API, and its errors."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from django.urls import reverse
from twilio.rest import Client

from devtools.phone_simulator import RunningSimulator, running_simulator
from devtools.phone_simulator.api_client import KEY_REJECTED, UNEXPECTED_RESPONSE, UNREACHABLE, WITHOUT_JUDGE, ApiClient
from devtools.phone_simulator.phone_page.views import NO_APPLICATION
from devtools.phone_simulator.server import build_parser
from devtools.tests.phone_simulator.rig import FROM, RedirectingHttpClient, serve_in_thread
from screener.services.interviewer.protocol import SIMULATED_LABEL
from screener.services.interviewer.without_model import WithoutModel

NUMBER = "+14155550150"
TYPED_NUMBER = "+1 (415) 555-0150"
API_KEY = "secret"
FORM = {"name": "Alex Doe", "phone": TYPED_NUMBER, "job": "j1", "mine": "true"}
Response = tuple[int, Any]
RESPONSES: dict[str, Response] = {
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
CANDIDATES = "GET /api/v1/candidates/?phone=%2B14155550150"
JUDGES = [(True, SIMULATED_LABEL, True), (True, "gpt-6-luna", False), (False, SIMULATED_LABEL, False)]
"""Whether a human answers, the interviewer, and whether no model judges the answers."""


class ApiHandler(BaseHTTPRequestHandler):
    server: "FakeApi"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request_body = json.loads(self.rfile.read(length)) if length else None
        operation = f"{self.command} {self.path}"
        self.server.received.append((operation, request_body, self.headers["X-API-Key"]))
        status, body = self.server.responses[operation]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode() if isinstance(body, str) else json.dumps(body).encode())

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        pass


class FakeApi(ThreadingHTTPServer):
    """Responds as the application's API is documented."""

    def __init__(self, responses: Mapping[str, Response]) -> None:
        super().__init__(("127.0.0.1", 0), ApiHandler)
        self.responses = responses
        self.received: list[tuple[str, Any, str]] = []

    def client(self) -> ApiClient:
        return ApiClient(f"http://127.0.0.1:{self.server_port}/", API_KEY)


@contextmanager
def serve_api(changes: Mapping[str, Response]) -> Iterator[FakeApi]:
    api = FakeApi({**RESPONSES, **changes})
    with serve_in_thread(api):
        yield api


@contextmanager
def simulator_with_api(changes: Mapping[str, Response] | None = None) -> Iterator[tuple[RunningSimulator, FakeApi]]:
    with serve_api(changes or {}) as api, running_simulator(api_client=api.client()) as simulator:
        yield simulator, api


def start_interview(simulator: RunningSimulator, **changes: str) -> requests.Response:
    return requests.post(simulator.url + "/simulator/dial", data=FORM | changes, timeout=5)


def test_open_jobs_are_listed() -> None:
    with simulator_with_api() as (simulator, api):
        body = requests.get(simulator.url + "/simulator/jobs", timeout=5).json()
    assert body["app"] == f"http://127.0.0.1:{api.server_port}"
    assert body["jobs"] == [
        {"id": "j1", "title": "Nurse", "ready": True},
        {"id": "j2", "title": "Barista", "ready": False},
    ]
    assert api.received[0][2] == API_KEY


def test_form_creates_interview() -> None:
    with simulator_with_api() as (simulator, api):
        response = start_interview(simulator)
    body = response.json()
    assert (response.status_code, body["candidate"], body["interview"]) == (201, "c1", "i1")
    assert body["page"].endswith("/interview/i1/change/")
    consent = {"consent_to_call": True, "consent_source": "phone page"}
    assert api.received == [
        ("POST /api/v1/candidates/", {"full_name": "Alex Doe", "phone": TYPED_NUMBER, **consent}, API_KEY),
        ("POST /api/v1/interviews/", {"candidate": "c1", "job": "j1"}, API_KEY),
    ]


def test_number_is_reserved_for_human() -> None:
    with simulator_with_api() as (simulator, _):
        assert start_interview(simulator).status_code == 201
        assert simulator.network.human_numbers == {NUMBER}
        assert start_interview(simulator, mine="false").status_code == 201
        assert simulator.network.human_numbers == set()


PROBLEM = {"code": "invalid", "title": "Invalid input", "errors": {"phone": ["'415' is not a phone number."]}}


@pytest.mark.parametrize(
    ("response", "status", "code"),
    [
        ((400, PROBLEM), 400, "invalid"),
        ((409, {"code": "do_not_call", "title": "Not allowed"}), 409, "do_not_call"),
        ((401, {"title": "Unauthorized"}), 502, KEY_REJECTED),
        ((500, "<h1>Server Error</h1>"), 500, UNEXPECTED_RESPONSE),
        ((302, ""), 502, UNEXPECTED_RESPONSE),
        ((200, "[]"), 502, UNEXPECTED_RESPONSE),
    ],
)
def test_api_errors_are_passed_on(response: Response, status: int, code: str) -> None:
    with simulator_with_api({"POST /api/v1/interviews/": response}) as (simulator, _):
        refusal = start_interview(simulator)
    assert (refusal.status_code, refusal.json()["code"]) == (status, code)
    assert refusal.json()["title"]


def test_unreachable_application_is_reported() -> None:
    with running_simulator(api_client=ApiClient("http://127.0.0.1:9", API_KEY)) as simulator:
        response = requests.get(simulator.url + "/simulator/jobs", timeout=5)
    assert (response.status_code, response.json()["code"]) == (502, UNREACHABLE)


def test_missing_application_is_reported() -> None:
    with running_simulator() as simulator:
        assert requests.get(simulator.url + "/simulator/jobs", timeout=5).json() == {"app": None, "jobs": []}
        refusal = start_interview(simulator)
    assert (refusal.status_code, refusal.json()["code"]) == (409, NO_APPLICATION)


def test_flags_override_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENER_URL", "http://127.0.0.1:8000")
    monkeypatch.setenv("SCREENER_API_KEY", API_KEY)
    options = build_parser().parse_args([])
    assert (options.app_url, options.app_key) == ("http://127.0.0.1:8000", API_KEY)
    options = build_parser().parse_args(["--app-url", "http://127.0.0.1:9000", "--app-key", "other"])
    assert (options.app_url, options.app_key) == ("http://127.0.0.1:9000", "other")


def test_call_shows_its_candidates() -> None:
    candidates = {"results": [{"full_name": "Alex Doe"}, {"full_name": "Alexandra Doe"}]}
    with simulator_with_api({CANDIDATES: (200, candidates)}) as (simulator, _):
        call = start_call(simulator)
        names = requests.get(f"{simulator.url}/simulator/calls/{call.sid}/names", timeout=5).json()
    assert names == {"names": ["Alex Doe", "Alexandra Doe"]}


def start_call(simulator: RunningSimulator) -> Any:
    http_client = RedirectingHttpClient(simulator.url)
    client = Client(simulator.account_sid, simulator.auth_token, http_client=http_client)
    return client.calls.create(to=NUMBER, from_=FROM, twiml="<Response><Say>Hello</Say></Response>")


# ── who judges the answers ──


def test_names_of_missing_judges_are_current() -> None:
    assert {SIMULATED_LABEL, WithoutModel().label} == WITHOUT_JUDGE


@pytest.mark.parametrize(("mine", "interviewer", "unjudged"), JUDGES)
def test_form_names_scoring_form(mine: bool, interviewer: str, unjudged: bool) -> None:
    planned = {"POST /api/v1/interviews/": (201, {"id": "i1", "interviewer": interviewer})}
    with simulator_with_api(planned) as (simulator, api):
        form = start_interview(simulator, mine=str(mine).lower()).json()["scoring_form"]
    assert form == (scoring_form(api) if unjudged else None)


@pytest.mark.parametrize(("mine", "interviewer", "unjudged"), JUDGES)
def test_call_names_scoring_form(mine: bool, interviewer: str, unjudged: bool) -> None:
    """Also a call that was not started from the page."""
    responses = {
        CANDIDATES: (200, {"results": [{"id": "c1"}]}),
        "GET /api/v1/interviews/?candidate=c1": (200, {"results": [{"interviewer": interviewer}]}),
    }
    with simulator_with_api(responses) as (simulator, api):
        simulator.network.human_answers_all = mine
        sid = start_call(simulator).sid
        body = requests.get(f"{simulator.url}/simulator/calls/{sid}/scoring-form", timeout=5).json()
    assert body["form"] == (scoring_form(api) if unjudged else None)


def scoring_form(api: FakeApi) -> str:
    path = reverse("admin:interviews_interviewresponse_to_score")
    return f"http://127.0.0.1:{api.server_port}{path}"
