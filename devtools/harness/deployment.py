"""A deployment for one experiment: real processes with their own database, files and phone network."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL
from types import MappingProxyType
from typing import Any, LiteralString

import psutil
import psycopg
import requests

from devtools.demo.environment import RELAXED_RULES
from devtools.harness.database import (
    COMMAND_TIMEOUT,
    ENCRYPTION_KEY,
    ROOT,
    database_url,
    hold_database,
    prepare_data,
    temporary_folder,
)
from devtools.model_simulator.server import ModelSimulator, running_model
from devtools.phone_simulator.server import RunningSimulator, running_simulator
from screener.services.interviewer.protocol import SIMULATED_MODEL

API_KEY = "bench"
MODEL_LATENCY = 0.2
HEARD = (
    "In my last job I led the migration of twelve services, which took us six weeks and saved the team a day a week."
)
START_TIMEOUT = 60
DATABASE_TIMEOUT = 30


class WaitTimedOut(Exception):
    """The condition did not become true in time."""


def accepts_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def wait_until(condition: Callable[[], Any], timeout: float, subject: str, *, interval: float = 0.05) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise WaitTimedOut(f"waited {timeout:.0f} seconds in vain for {subject}")
        time.sleep(interval)


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def procfile_command(name: str) -> str:
    """Return the command of a process in the Procfile."""
    match = re.search(rf"^{name}: (.*)$", (ROOT / "Procfile").read_text(), re.M)
    if not match:
        raise LookupError(name)
    return match[1]


class Deployment:
    def __init__(
        self,
        folder: Path,
        socket_dir: Path,
        simulator: RunningSimulator,
        model: ModelSimulator,
        settings: Mapping[str, str],
    ) -> None:
        self.folder, self.socket_dir, self.simulator = folder, socket_dir, simulator
        self.model = model
        self.network = simulator.network
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.files_dir = folder / "private"
        self.environment = {**os.environ, **self._default_env(), **settings}
        self._guards: dict[str, subprocess.Popen[bytes]] = {}
        self._delivery_faults: dict[str, float | bool] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy for requests to this machine
        self._session.headers["X-API-Key"] = API_KEY

    def _default_env(self) -> dict[str, str]:
        """Return a value for every setting that a `.env` might set."""
        return {
            **dict.fromkeys(("SPEECH_API_KEY", "PRIVATE_FILES_BUCKET"), ""),
            **RELAXED_RULES,
            "DEBUG": "0",
            "REQUIRE_MFA": "0",
            "LOG_LEVEL": "INFO",
            "SECRET_KEY": "of an experiment",
            "ENCRYPTION_KEY": ENCRYPTION_KEY,
            "DATABASE_URL": database_url(self.socket_dir),
            "EMAIL_URL": "consolemail://",
            "PRIVATE_FILES_DIR": str(self.files_dir),
            "WEB_PORT": str(self.port),
            "WEBHOOK_BASE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "API_KEY": API_KEY,
            "TWILIO_API_URL": self.simulator.url,
            "TWILIO_ACCOUNT_SID": self.simulator.account_sid,
            "TWILIO_AUTH_TOKEN": self.simulator.auth_token,
            "TWILIO_PHONE_NUMBER": "+12025550100",
            "TWILIO_TIMEOUT": "3",
            "OPENAI_API_KEY": "of an experiment",
            "OPENAI_BASE_URL": self.model.base_url,
            "OPENAI_MODEL": SIMULATED_MODEL,
            "OPENAI_TIMEOUT": "3",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONSAFEPATH": "1",
        }

    # --- Processes ---

    def start_process(self, name: str, command: str, **env: str) -> None:
        """Start a command under a process guard, so that it ends with this process. Its output goes to NAME.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._guards[name] = subprocess.Popen(
                [sys.executable, "-m", "devtools.process_guard", "sh", "-c", f"exec {command}"],
                cwd=ROOT,
                env=self.environment | env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_web(self, command: str = "", **env: str) -> None:
        """Start the web process, and return once it responds. `command`: by default that of the Procfile."""
        self.start_process("web", command or procfile_command("web"), **env)
        wait_until(lambda: self._responds("/healthz"), START_TIMEOUT, "the web process")

    def start_worker(self) -> None:
        self.start_process("worker", procfile_command("worker"))

    def _responds(self, path: str) -> bool:
        with suppress(requests.RequestException):
            return self._session.get(self.url + path, timeout=5).ok
        return False

    def find_process(self, name: str) -> psutil.Process:
        """Return the process that was started, without its guard."""
        return psutil.Process(self._guards[name].pid).children()[0]

    def stop_process(self, name: str) -> None:
        """Kill the process with all its children."""
        with self._guards.pop(name) as guard, suppress(ProcessLookupError):
            os.killpg(guard.pid, signal.SIGKILL)

    def stop_all(self) -> None:
        for name in list(self._guards):
            self.stop_process(name)

    def cpu_seconds(self, name: str) -> float:
        """Return the CPU time of a process and its descendants."""
        root = self.find_process(name)
        times = [process.cpu_times() for process in [root, *root.children(recursive=True)]]
        return float(sum(cpu.user + cpu.system for cpu in times))

    def run_command(self, *arguments: str) -> None:
        """Run a management command to its end."""
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, timeout=COMMAND_TIMEOUT, stdout=DEVNULL)

    def run_module(self, name: str, *arguments: str) -> str:
        """Run a module of Python to its end. Returns its output."""
        command = [sys.executable, "-m", name, *arguments]
        completed = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            check=True,
            timeout=COMMAND_TIMEOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        return completed.stdout

    # --- Access ---

    def call_api(self, method: str, path: str, body: Any = None) -> Any:
        response = self._session.request(method, f"{self.url}/api/v1/{path}", json=body, timeout=30)
        if not response.ok:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text[:500]}")
        return response.json()

    def upload_file(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        """Post a file to the API as multipart/form-data, with other fields."""
        files = {"file": (name, content)}
        response = self._session.post(f"{self.url}/api/v1/{path}", files=files, data=fields, timeout=60)
        if not response.ok:
            raise RuntimeError(f"POST {path}: {response.status_code} {response.text[:500]}")
        return response.json()

    def query_rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Return the rows of a query. Waits for the database if it is down."""
        deadline = time.monotonic() + DATABASE_TIMEOUT
        while True:
            try:
                with psycopg.connect(host=str(self.socket_dir), user="screener", dbname="screener") as connection:
                    return connection.execute(query).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def set_delivery_faults(self, faults: Mapping[str, float | bool]) -> None:
        """Set the faults that stay active during the whole experiment."""
        self._delivery_faults = dict(faults)
        self.inject_network_faults({})

    def inject_network_faults(self, faults: Mapping[str, float | bool]) -> None:
        """Activate faults of the phone network, beside the delivery faults, in place of those injected before."""
        body = json.dumps(self._delivery_faults | dict(faults))
        response = self._session.put(f"{self.simulator.url}/simulator/faults", data=body, timeout=10)
        response.raise_for_status()


@contextmanager
def open_deployment(
    *, speed: float, judges_all: bool = True, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Deployment]:
    """Provide a migrated database and the remote systems. The caller starts the processes. All is removed at the end.

    The simulated model hears the same words in every recording.

    judges_all: It gives every unknown answer the same scores. Otherwise it refuses them, as in `make run`.
    """
    with (
        temporary_folder() as folder,
        open_deployment_in(folder, speed=speed, judges_all=judges_all, settings=settings) as deployment,
    ):
        yield deployment


@contextmanager
def open_deployment_in(
    folder: Path, *, speed: float, judges_all: bool = True, settings: Mapping[str, str]
) -> Iterator[Deployment]:
    """Provide the same in this folder, and leave the database and the files there. A database in it is migrated."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # root runs PostgreSQL as another user, who must be able to enter
    is_new = prepare_data(folder)
    with ExitStack() as stack:
        socket_dir = stack.enter_context(hold_database(folder))
        simulator = stack.enter_context(running_simulator(speed=speed, synthesize_speech=False))
        model = stack.enter_context(running_model(judges_all=judges_all, transcript=HEARD, latency=MODEL_LATENCY))
        deployment = Deployment(folder, socket_dir, simulator, model, settings)
        stack.callback(deployment.stop_all)
        if not is_new:
            deployment.run_command("migrate", "--no-input", "--verbosity", "0")
        yield deployment
