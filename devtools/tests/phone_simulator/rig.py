"""The test kit of the phone simulator: a scripted application, a scripted callee, and Twilio's client."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from devtools.phone_simulator import RunningSimulator, running_simulator
from devtools.phone_simulator.callees.callee import SILENCE, CalleePrompt, Pickup, Reaction

FROM, TO = "+14155550199", "+14155550100"
ALL_EVENTS = ("initiated", "ringing", "answered", "completed")
WAIT_SECONDS = 5


@dataclass
class ScriptedReply:
    body: str = ""
    status: int = 200
    content_type: str = "text/xml"
    delay: float = 0
    headers: dict[str, str] = field(default_factory=dict)


# TwiML, a reply, a function of the parameters; or a list of these, one per request.
Script = Any
Scripts = Mapping[str, Script]  # by path


@dataclass
class ReceivedRequest:
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    is_signed: bool


class ScriptedHandler(BaseHTTPRequestHandler):
    server: "ScriptedApp"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        parts = urlsplit(self.path)
        signature = self.headers["X-Twilio-Signature"]
        is_signed = RequestValidator(self.server.token).validate(self.server.url + self.path, body, signature)
        params = body or dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(ReceivedRequest(self.command, parts.path, params, headers, is_signed))
        self.send_reply(self.server.reply_to(parts.path, params))

    do_GET = do_POST

    def send_reply(self, reply: ScriptedReply) -> None:
        time.sleep(reply.delay)
        body = reply.body.encode()
        with suppress(OSError):  # the simulator has stopped waiting
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


class ScriptedApp(ThreadingHTTPServer):
    """Serves scripted TwiML by path, and records every request."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, token: str, scripts: Scripts) -> None:
        super().__init__(("127.0.0.1", 0), ScriptedHandler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.token, self.scripts = token, scripts
        self.received: list[ReceivedRequest] = []

    def reply_to(self, path: str, params: dict[str, str]) -> ScriptedReply:
        script = self.scripts.get(path, "")
        if isinstance(script, list):
            script = script.pop(0) if script else ""
        reply = script(params) if callable(script) else script
        if isinstance(reply, ScriptedReply):
            return reply
        return ScriptedReply(f"<?xml version='1.0' encoding='UTF-8'?><Response>{reply}</Response>")


class RedirectingHttpClient(TwilioHttpClient):
    """Twilio's own HTTP client, directed at the simulator."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.url), *args, **kwargs)


@dataclass
class ScriptedCallee:
    """Gives one reaction for each <Gather> and <Record>, and records its prompts."""

    reactions: list[Reaction] = field(default_factory=list)
    pickup: Pickup = field(default_factory=Pickup)
    name: str = "scripted"
    prompts: list[CalleePrompt] = field(default_factory=list)
    reaction_to_say: Reaction = SILENCE

    async def react(self, prompt: CalleePrompt) -> Reaction:
        self.prompts.append(prompt)
        if prompt.verb in {"say", "play"}:
            return self.reaction_to_say
        return self.reactions.pop(0) if self.reactions else SILENCE


@dataclass
class SimulatorRig:
    app: ScriptedApp
    simulator: RunningSimulator
    client: Client

    @property
    def url(self) -> str:
        return self.simulator.url

    @property
    def credentials(self) -> tuple[str, str]:
        return self.simulator.account_sid, self.simulator.auth_token

    def start_call(self, path: str = "/voice", **options: Any) -> Any:
        """Place a call through Twilio's client."""
        source = {} if "twiml" in options else {"url": self.app.url + path}
        return self.client.calls.create(**{"to": TO, "from_": FROM, **source, **options})

    def complete_call(self, path: str = "/voice", **options: Any) -> Any:
        """Place a call, and return it once it has ended and all callbacks are done."""
        call = self.start_call(path, **options)
        self.simulator.wait_until_idle()
        return self.client.calls(call.sid).fetch()

    def requests_to(self, path: str) -> list[dict[str, str]]:
        """Return the parameters of the requests to a path."""
        return [request.params for request in self.app.received if request.path == path]

    @property
    def requested_paths(self) -> list[str]:
        return [request.path for request in self.app.received]

    def call_log(self, call: Any) -> list[dict[str, Any]]:
        return self.simulator.network.calls[call.sid].log

    def logged_events(self, call: Any, event: str) -> list[dict[str, Any]]:
        return [entry for entry in self.call_log(call) if entry["event"] == event]

    def error_codes(self, call: Any) -> list[int]:
        return [entry["code"] for entry in self.logged_events(call, "error")]

    def spoken_prompts(self, call: Any) -> list[str]:
        return [entry["text"] for entry in self.logged_events(call, "prompt_spoken")]


@contextmanager
def open_rig(scripts: Scripts | str, callee: ScriptedCallee | None = None, **options: Any) -> Iterator[SimulatorRig]:
    """Run the simulator, an application with these scripts (a string: at /voice), and a client.

    At the end of every test all received requests must have a valid signature.
    """
    if callee:
        options["choose_callee"] = lambda number: callee
    with running_simulator(**options) as simulator:
        app = ScriptedApp(simulator.auth_token, {"/voice": scripts} if isinstance(scripts, str) else scripts)
        http_client = RedirectingHttpClient(simulator.url)
        client = Client(simulator.account_sid, simulator.auth_token, http_client=http_client)
        try:
            with serve_in_thread(app):
                yield SimulatorRig(app, simulator, client)
        finally:
            http_client.session.close()
        assert all(request.is_signed for request in app.received)


@contextmanager
def serve_in_thread(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
