"""The processes that `make run` starts. They end with it: by Ctrl-C, by SIGTERM, and by SIGKILL too (see leash)."""

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

from devtools.demo.preflight import Refused
from devtools.process_guard import GRACE_SECONDS

READY_WITHIN = 60.0
SHOWN_LINES = 3


class Processes:
    def __init__(self, folder: Path, logs: Path) -> None:
        self._folder, self._logs = folder, logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, no .netrc: they are on this machine
        self._parent = os.getppid()
        logs.mkdir(mode=0o700, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, *command: str) -> None:
        """Start it in a session of its own: Ctrl-C is for us, who then stop them in good order."""
        with self._log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "devtools.process_guard", sys.executable, *command],
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raises Refused when one of them is gone, and KeyboardInterrupt when whoever started us is."""
        if os.getppid() != self._parent:  # `make` was killed, and could not tell us
            raise KeyboardInterrupt
        for name, process in self._running.items():
            if process.poll() is not None:
                words = self._last_words(name)
                raise Refused(f"The {name} process ended by itself. {self._log(name)} ends with: {words}")

    def wait_for(self, url: str) -> None:
        """Return once this address answers."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            self.check()
            with suppress(requests.RequestException):
                if self._session.get(url, timeout=5).ok:
                    return
            time.sleep(0.1)
        raise Refused(f"{url} did not answer within {READY_WITHIN:.0f} seconds. See the logs in {self._logs}.")

    def stop(self) -> None:
        """Let them finish what they are doing; kill what does not. Another Ctrl-C changes nothing."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for process in self._running.values():
            if process.stdin:
                process.stdin.close()
        deadline = time.monotonic() + GRACE_SECONDS + 2
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            if process.returncode is None or process.returncode < 0:  # the leash itself was killed, or hangs
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _last_words(self, name: str) -> str:
        lines = self._log(name).read_text(errors="replace").strip().splitlines()
        return " / ".join(line.strip() for line in lines[-SHOWN_LINES:]) or "nothing."
