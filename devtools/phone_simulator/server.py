"""Runs the phone network as a process, or in a thread beside a test."""

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from .api_client import ApiClient
from .callees.callee import Callee
from .callees.personas import persona_for_number
from .fault_flags import add_fault_option
from .faults import FAULTS, parse_fault_value
from .network import Network
from .phone_page.mail_page import add_mail_page
from .phone_page.sms_page import add_sms_page
from .phone_page.views import add_phone_page
from .rest_api.app import build_app
from .speech_recognizer import SpeechRecognizer

DEMO_SID, DEMO_TOKEN = "AC" + "5" * 32, "simulated-auth-token"
INBOUND_PATH, SMS_PATH = "/webhooks/twilio/inbound/", "/webhooks/twilio/messages/"
START_TIMEOUT = 10


async def serve_network(
    network: Network,
    api_client: ApiClient | None,
    host: str,
    port: int,
    on_ready: Callable[[], None],
    stop: asyncio.Event,
    mail_folder: Path | None = None,
) -> None:
    """Serve until `stop` is set. Calls `on_ready` once the server accepts connections at `network.url`."""
    app = build_app(network)
    add_phone_page(app, api_client)
    add_sms_page(app)
    if mail_folder:
        add_mail_page(app, mail_folder)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        async with network.webhook_client:
            site = web.TCPSite(runner, host, port)
            await site.start()
            bound_port = runner.addresses[0][1]
            network.url = f"http://{host}:{bound_port}"
            on_ready()
            await stop.wait()
            await network.shut_down()
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class RunningSimulator:
    url: str
    account_sid: str
    auth_token: str
    network: Network
    _loop: asyncio.AbstractEventLoop

    def wait_until_idle(self, timeout: float = 10) -> None:
        """Return once all calls have ended and all callbacks have their response. Raises TimeoutError."""
        work = asyncio.wait_for(self.network.wait_until_idle(), timeout)
        asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def running_simulator(
    *,
    speed: float = 0,
    account_sid: str = DEMO_SID,
    auth_token: str = DEMO_TOKEN,
    caller_number: str | None = None,
    choose_callee: Callable[[str], Callee] = persona_for_number,
    synthesize_speech: bool = True,
    faults: Mapping[str, float] | None = None,
    api_client: ApiClient | None = None,
    inbound_url: str = "",
) -> Iterator[RunningSimulator]:
    """Run a phone network in a thread, on a free loopback port, during a `with` block."""
    network = Network(account_sid, auth_token, speed, caller_number, choose_callee, synthesize_speech)
    network.inbound_url = inbound_url
    network.faults.activate(faults or {})
    loop, stop, is_ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    server = serve_network(network, api_client, "127.0.0.1", 0, is_ready.set, stop)
    thread = threading.Thread(target=loop.run_until_complete, args=[server], daemon=True)
    thread.start()
    try:
        if not is_ready.wait(START_TIMEOUT):
            raise RuntimeError("The simulated phone network did not start.")
        yield RunningSimulator(network.url, account_sid, auth_token, network, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def build_parser() -> argparse.ArgumentParser:
    env = os.environ.get
    parser = argparse.ArgumentParser(description="A simulated phone network that speaks Twilio's protocol.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--speed", type=_parse_speed, default=20.0, help="simulated seconds per second; 0 or max")
    parser.add_argument("--account-sid", default=env("TWILIO_ACCOUNT_SID") or DEMO_SID)
    parser.add_argument("--auth-token", default=env("TWILIO_AUTH_TOKEN") or DEMO_TOKEN)
    parser.add_argument("--number", help="the only number that may call (default: any)")
    parser.add_argument("--tones", action="store_true", help="record tones instead of speech: cheaper for load tests")
    parser.add_argument("--recognizer", type=Path, help="Unix socket of a speech server, for humans who speak")
    parser.add_argument("--app-url", default=env("SCREENER_URL"), help="lets the phone page start interviews there,")
    parser.add_argument(
        "--app-number",
        default=env("TWILIO_PHONE_NUMBER") or Network.application_number,
        help="the number at which the application is called",
    )
    parser.add_argument("--app-key", default=env("SCREENER_API_KEY", ""), help="with this API key")
    parser.add_argument("--mail-folder", type=Path, help="shows the mails in this folder at /mail")
    add_fault_option(parser, parse_fault_value, FAULTS, metavar="NAME[=VALUE]")
    return parser


def _parse_speed(text: str) -> float:
    return 0 if text == "max" else float(text)


def run_server(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    network = Network(
        options.account_sid,
        options.auth_token,
        options.speed,
        options.number,
        synthesize_speech=not options.tones,
        application_number=options.app_number,
        inbound_url=f"{options.app_url.rstrip('/')}{INBOUND_PATH}" if options.app_url else "",
        sms_url=f"{options.app_url.rstrip('/')}{SMS_PATH}" if options.app_url else "",
        recognizer=SpeechRecognizer(options.recognizer) if options.recognizer else None,
    )
    network.faults.activate(dict(options.fault))
    api_client = ApiClient(options.app_url, options.app_key) if options.app_url else None

    def print_address() -> None:
        sys.stdout.write(f"Simulated phone network: {network.url} (account {network.account_sid})\n")
        sys.stdout.flush()

    async def serve_until_signal() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve_network(network, api_client, options.host, options.port, print_address, stop, options.mail_folder)

    asyncio.run(serve_until_signal())


def main(arguments: Sequence[str] | None = None) -> None:
    run_server(build_parser().parse_args(arguments))
