"""A deployment made for one experiment: real processes on a database, files and a phone network of their own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString

import psutil
import psycopg
import requests

from devtools.demo.environment import RELAXED_RULES
from devtools.harness import fake_openai
from devtools.harness.fake_openai import Model
from devtools.phone_simulator.server import RunningSimulator, running_simulator

ROOT = Path(__file__).resolve().parents[2]
API_KEY = "bench"
HOLD = "import sys; from pathlib import Path; from screener.db.embedded import start_server; "
HOLD += "print(start_server(Path(sys.argv[1])).host, flush=True); sys.stdin.read()"


class NotInTime(Exception):
    """What was waited for did not come."""


def eventually(true: Callable[[], Any], seconds: float, what: str, *, pause: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not within {seconds:.0f} seconds")
        time.sleep(pause)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def procfile(name: str) -> str:
    """The command of a process, as it is deployed."""
    found = re.search(rf"^{name}: (.*)$", (ROOT / "Procfile").read_text(), re.M)
    if not found:
        raise LookupError(name)
    return found[1]


class House:
    def __init__(
        self,
        folder: Path,
        socket_folder: Path,
        simulator: RunningSimulator,
        language_model: Model,
        own: Mapping[str, str],
    ) -> None:
        self.folder, self.socket_folder, self.simulator = folder, socket_folder, simulator
        self.model = language_model
        self.network = simulator.network
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.files = folder / "private"
        self.environment = {**os.environ, **self._told(), **own}
        self._leashes: dict[str, subprocess.Popen[bytes]] = {}
        self._delivery: dict[str, float | bool] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy: it is on this machine
        self._session.headers["X-API-Key"] = API_KEY

    def _told(self) -> dict[str, str]:
        """Everything that a `.env` might say otherwise."""
        return {
            **dict.fromkeys(("OPENAI_API_KEY", "SPEECH_API_KEY", "PRIVATE_FILES_BUCKET"), ""),
            **RELAXED_RULES,
            "DEBUG": "0",
            "LOG_LEVEL": "INFO",
            "SECRET_KEY": "of an experiment",
            "DATABASE_URL": f"postgres://screener@{str(self.socket_folder).replace('/', '%2F')}/screener",
            "EMAIL_URL": "consolemail://",
            "PRIVATE_FILES_DIR": str(self.files),
            "WEB_PORT": str(self.port),
            "WEBHOOK_BASE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "API_KEY": API_KEY,
            "OFFLINE_INTERVIEWER": "1",
            "TWILIO_API_URL": self.simulator.url,
            "TWILIO_ACCOUNT_SID": self.simulator.account_sid,
            "TWILIO_AUTH_TOKEN": self.simulator.auth_token,
            "TWILIO_PHONE_NUMBER": "+12025550100",
            "TWILIO_TIMEOUT": "3",
            "OPENAI_BASE_URL": self.model.url,
            "OPENAI_TIMEOUT": "3",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONSAFEPATH": "1",
        }

    # --- Processes ---

    def start(self, name: str, command: str, **more: str) -> None:
        """Start it at the end of a leash, so that it ends with us however we end. What it says goes to NAME.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._leashes[name] = subprocess.Popen(
                [sys.executable, "-m", "devtools.process_guard", "sh", "-c", f"exec {command}"],
                cwd=ROOT,
                env=self.environment | more,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_web(self) -> None:
        self.start("web", procfile("web"))
        eventually(lambda: self._answers("/healthz"), 60, "the web process")

    def _answers(self, path: str) -> bool:
        with suppress(requests.RequestException):
            return self._session.get(self.url + path, timeout=5).ok
        return False

    def process(self, name: str) -> psutil.Process:
        """The process that was started, without its leash."""
        return psutil.Process(self._leashes[name].pid).children()[0]

    def started(self) -> list[str]:
        return list(self._leashes)

    def stop(self, name: str) -> None:
        """All of it at once, whatever state it is in."""
        with self._leashes.pop(name) as leash, suppress(ProcessLookupError):
            os.killpg(leash.pid, signal.SIGKILL)

    def stop_all(self) -> None:
        for name in self.started():
            self.stop(name)

    def cpu_seconds(self, name: str) -> float:
        """What a process and those under it have used."""
        own = self.process(name)
        times = [one.cpu_times() for one in [own, *own.children(recursive=True)]]
        return float(sum(one.user + one.system for one in times))

    # --- What it does and knows ---

    def api(self, method: str, path: str, body: Any = None) -> Any:
        reply = self._session.request(method, f"{self.url}/api/v1/{path}", json=body, timeout=30)
        if not reply.ok:
            raise RuntimeError(f"{method} {path}: {reply.status_code} {reply.text[:500]}")
        return reply.json()

    def rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """What the tables say, as soon as the database answers."""
        deadline = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(host=str(self.socket_folder), user="screener", dbname="screener") as connection:
                    return connection.execute(query).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def disturb(self, faults: Mapping[str, float | bool], *, delivery: bool = False) -> None:
        """Switch on these faults of the phone network, beside those of its delivery; with `delivery`, change those."""
        if delivery:
            self._delivery = dict(faults)
        body = json.dumps(self._delivery | dict(faults))
        reply = self._session.put(f"{self.simulator.url}/simulator/faults", data=body, timeout=10)
        reply.raise_for_status()


@contextmanager
def opened(*, speed: float, **own: str) -> Iterator[House]:
    """The database and all that is remote are up, no process is started; afterwards nothing is left of it.

    Answers are judged by the offline rules, or with OPENAI_API_KEY by the house's own language model.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="screener-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # PostgreSQL does not run as root, and whom it runs as must get in
        socket_folder = stack.enter_context(_database(folder))
        simulator = stack.enter_context(running_simulator(speed=speed, synthesize_speech=False))
        house = House(folder, socket_folder, simulator, stack.enter_context(fake_openai.running()), own)
        stack.callback(house.stop_all)
        manage = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
        subprocess.run(manage, cwd=ROOT, env=house.environment, check=True, timeout=120)
        yield house


@contextmanager
def _database(folder: Path) -> Iterator[Path]:
    """An embedded server, used by a process whose end we can wait for: it stops when its last user is gone."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin
        assert holder.stdout
        socket_folder = Path(holder.stdout.readline().strip())
        yield socket_folder
        holder.stdin.close()
    with suppress(NotInTime):
        eventually(lambda: not (socket_folder.parent / "data" / "postmaster.pid").exists(), 30, "the end of PostgreSQL")
        time.sleep(0.5)
