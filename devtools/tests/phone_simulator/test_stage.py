"""What the simulator's tests share: an application for it to call, and Twilio's client to call it with."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from devtools.phone_simulator import RunningSimulator, running_simulator
from devtools.phone_simulator.callees.callee import SILENCE, Moment, Pickup, Reaction

FROM, TO = "+14155550199", "+14155550100"


@dataclass
class Answer:
    body: str = ""
    status: int = 200
    content_type: str = "text/xml"
    delay: float = 0
    headers: dict[str, str] = field(default_factory=dict)


Scripts = Mapping[str, Any]  # by path: a script, or a list of them for one request after the other


@dataclass
class Received:
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    genuine: bool


class Handler(BaseHTTPRequestHandler):
    server: "App"

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        parts = urlsplit(self.path)
        signature = self.headers["X-Twilio-Signature"]
        genuine = RequestValidator(self.server.token).validate(self.server.url + self.path, body, signature)
        params = body or dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.command, parts.path, params, headers, genuine))
        self.reply(self.server.answer(parts.path, params))

    do_GET = do_POST

    def reply(self, answer: Answer):
        time.sleep(answer.delay)
        body = answer.body.encode()
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the simulator gave up waiting

    def log_message(self, *args):
        pass


class App(ThreadingHTTPServer):
    """Serves scripted TwiML by path, and remembers every request."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, token: str, scripts: Scripts):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.token, self.scripts = token, scripts
        self.received: list[Received] = []

    def answer(self, path: str, params: dict[str, str]) -> Answer:
        script = self.scripts.get(path, "")
        if isinstance(script, list):
            script = script.pop(0) if script else ""
        answer = script(params) if callable(script) else script
        if isinstance(answer, Answer):
            return answer
        return Answer(f"<?xml version='1.0' encoding='UTF-8'?><Response>{answer}</Response>")


class RewritingClient(TwilioHttpClient):
    """Twilio's own HTTP client, sent to the simulator instead of to api.twilio.com."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", self.url), *args, **kwargs)


@dataclass
class Puppet:
    """A callee that does as told, one reaction for each <Gather> and <Record>, and remembers."""

    reactions: list[Reaction] = field(default_factory=list)
    pickup: Pickup = field(default_factory=Pickup)
    name: str = "puppet"
    moments: list[Moment] = field(default_factory=list)
    on_say: Reaction = SILENCE

    async def react(self, moment: Moment) -> Reaction:
        self.moments.append(moment)
        if moment.verb in {"say", "play"}:
            return self.on_say
        return self.reactions.pop(0) if self.reactions else SILENCE


@dataclass
class Stage:
    app: App
    simulator: RunningSimulator
    client: Client

    def start(self, path: str = "/voice", **options: Any):
        """Place a call, through Twilio's client."""
        where = {} if "twiml" in options else {"url": self.app.url + path}
        return self.client.calls.create(**{"to": TO, "from_": FROM, **where, **options})

    def call(self, path: str = "/voice", **options: Any):
        """Place a call and wait until all of it is over."""
        call = self.start(path, **options)
        self.simulator.wait_until_quiet()
        return self.client.calls(call.sid).fetch()

    def asked(self, path: str) -> list[dict[str, str]]:
        """The parameters of the requests to a path."""
        return [request.params for request in self.app.received if request.path == path]

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.app.received]

    def log(self, call) -> list[dict]:
        return self.simulator.network.calls[call.sid].log

    def logged(self, call, event: str) -> list[dict]:
        return [entry for entry in self.log(call) if entry["event"] == event]

    def heard(self, call) -> list[str]:
        return [entry["text"] for entry in self.logged(call, "heard")]


@contextmanager
def stage(scripts: Scripts | str, puppet: Puppet | None = None, **options) -> Iterator[Stage]:
    """The simulator, an application with these scripts (a string: at /voice), and a client.

    Whatever else a test is about: at its end every request must have been signed as Twilio signs.
    """
    if puppet:
        options["callees"] = lambda number: puppet
    with running_simulator(**options) as simulator:
        app = App(simulator.auth_token, {"/voice": scripts} if isinstance(scripts, str) else scripts)
        thread = threading.Thread(target=app.serve_forever, args=(0.01,))
        thread.start()
        client = Client(simulator.account_sid, simulator.auth_token, http_client=RewritingClient(simulator.url))
        try:
            yield Stage(app, simulator, client)
        finally:
            client.http_client.session.close()
            app.shutdown()
            thread.join()
            app.server_close()
        assert all(request.genuine for request in app.received)
