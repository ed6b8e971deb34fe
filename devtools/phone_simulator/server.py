"""Runs the network: as a process of its own, or beside a test."""

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from .callees.callee import Callee
from .callees.personas import callee_for
from .client import Client
from .faults import FAULTS, from_flag
from .network import Network
from .phone_page.views import add_page
from .rest_api import build_app

DEMO_SID, DEMO_TOKEN = "AC" + "5" * 32, "simulated-auth-token"


async def serve(
    network: Network, client: Client | None, host: str, port: int, ready: Callable[[], None], stop: asyncio.Event
) -> None:
    """Serve until `stop` is set; calls `ready` once `network.url` is known and answers."""
    app = build_app(network)
    add_page(app, client)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        async with network.courier:
            site = web.TCPSite(runner, host, port)
            await site.start()
            bound = runner.addresses[0][1]
            network.url = f"http://{host}:{bound}"
            ready()
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

    def wait_until_quiet(self, seconds: float = 10) -> None:
        """Return once all calls are over and all callbacks answered; TimeoutError if that takes longer."""
        work = asyncio.wait_for(self.network.quiet(), seconds)
        asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def running_simulator(
    *,
    speed: float = 0,
    account_sid: str = DEMO_SID,
    auth_token: str = DEMO_TOKEN,
    number: str | None = None,
    callees: Callable[[str], Callee] = callee_for,
    spoken: bool = True,
    faults: Mapping[str, float] | None = None,
    client: Client | None = None,
) -> Iterator[RunningSimulator]:
    """A phone network on a free loopback port, in a thread, for the time of a `with` block."""
    network = Network(account_sid, auth_token, speed, number, callees, spoken)
    network.faults.switch(faults or {})
    loop, stop, up = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    thread = threading.Thread(
        target=loop.run_until_complete, args=(serve(network, client, "127.0.0.1", 0, up.set, stop),), daemon=True
    )
    thread.start()
    try:
        if not up.wait(10):
            raise RuntimeError("the simulated phone network did not start")
        yield RunningSimulator(network.url, account_sid, auth_token, network, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    def speed(text: str) -> float:
        return 0 if text == "max" else float(text)

    env = os.environ.get
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8091)
    parser.add_argument("--speed", type=speed, default=20.0, help="simulated seconds per second; 0 or max")
    parser.add_argument("--account-sid", default=env("TWILIO_ACCOUNT_SID") or DEMO_SID)
    parser.add_argument("--auth-token", default=env("TWILIO_AUTH_TOKEN") or DEMO_TOKEN)
    parser.add_argument("--number", help="the only number that may call (default: any)")
    parser.add_argument("--tones", action="store_true", help="record tones, not speech: cheaper for load tests")
    parser.add_argument("--app-url", default=env("SCREENER_URL"), help="lets the phone page start interviews there,")
    parser.add_argument("--app-key", default=env("SCREENER_API_KEY", ""), help="with this API key")
    parser.add_argument(
        "--fault", type=from_flag, action="append", default=[], metavar="NAME[=VALUE]", help=f"of {', '.join(FAULTS)}"
    )


def run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    network = Network(options.account_sid, options.auth_token, options.speed, options.number, spoken=not options.tones)
    network.faults.switch(dict(options.fault))
    client = Client(options.app_url, options.app_key) if options.app_url else None

    async def main() -> None:
        stop = asyncio.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, stop.set)

        def ready() -> None:
            sys.stdout.write(f"Simulated phone network: {network.url} (account {network.account_sid})\n")
            sys.stdout.flush()

        await serve(network, client, options.host, options.port, ready, stop)

    asyncio.run(main())


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A phone network in a box that speaks Twilio's protocol.")
    add_arguments(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    run(build_parser().parse_args(arguments))
