"""The child processes of `make run`. They end with it, even after SIGKILL (devtools/process_guard.py)."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from devtools.demo.errors import DemoError, ErrorCode
from devtools.process_guard import GRACE_SECONDS

READY_TIMEOUT = 60.0
SHOWN_LOG_LINES = 3


class Processes:
    def __init__(self, working_dir: Path, log_dir: Path) -> None:
        self._working_dir, self._log_dir = working_dir, log_dir
        self._guards: dict[str, subprocess.Popen[bytes]] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc for requests to this machine
        self._parent_pid = os.getppid()
        log_dir.mkdir(mode=0o700, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_all()

    def start(self, name: str, *command: str) -> None:
        """Start a Python command in a session of its own, so that Ctrl-C reaches the demo only."""
        with self._log_path(name).open("wb") as log:
            self._guards[name] = subprocess.Popen(
                [sys.executable, "-m", "devtools.process_guard", sys.executable, *command],
                cwd=self._working_dir,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check_running(self) -> None:
        """Raise DemoError if a process has ended, and KeyboardInterrupt if the parent of the demo has."""
        if os.getppid() != self._parent_pid:  # `make` was killed without a signal to the demo
            raise KeyboardInterrupt
        for name, guard in self._guards.items():
            if guard.poll() is not None:
                message = f"The {name} process has ended. The end of {self._log_path(name)}: {self._log_end(name)}"
                raise DemoError(ErrorCode.PROCESS_ENDED, message)

    def wait_for_url(self, url: str) -> None:
        """Return once the URL responds with success."""
        deadline = time.monotonic() + READY_TIMEOUT
        while time.monotonic() < deadline:
            self.check_running()
            with suppress(requests.RequestException):
                if self._session.get(url, timeout=5).ok:
                    return
            time.sleep(0.1)
        message = f"{url} did not respond within {READY_TIMEOUT:.0f} seconds. See the logs in {self._log_dir}."
        raise DemoError(ErrorCode.START_TIMEOUT, message)

    def stop_all(self) -> None:
        """Let the processes finish their work, and kill those that do not. Further signals are ignored."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for guard in self._guards.values():
            if guard.stdin:
                guard.stdin.close()
        deadline = time.monotonic() + GRACE_SECONDS + 2
        for guard in self._guards.values():
            with suppress(subprocess.TimeoutExpired):
                guard.wait(max(0.0, deadline - time.monotonic()))
            if guard.returncode is None or guard.returncode < 0:  # the guard hangs, or was itself killed
                with suppress(ProcessLookupError):
                    os.killpg(guard.pid, signal.SIGKILL)
                guard.wait()

    def _log_path(self, name: str) -> Path:
        return self._log_dir / f"{name}.log"

    def _log_end(self, name: str) -> str:
        lines = self._log_path(name).read_text(errors="replace").strip().splitlines()
        return " / ".join(line.strip() for line in lines[-SHOWN_LOG_LINES:]) or "(empty)"
