"""`make run` as real processes."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from devtools.demo.preflight import MAX_PORT
from screener.services.interviewer.protocol import SIMULATED_LABEL

ROOT = Path(__file__).resolve().parents[3]
TIMEOUT = 120.0
LAST_LINE = "  Logs "
OWNER_SCRIPT = """
import sys
from pathlib import Path
from devtools.demo.processes import Processes
processes = Processes(Path.cwd(), Path(sys.argv[1]))
processes.start("sleeper", "-c", "import time; print('up', flush=True); time.sleep(600)")
print("started", flush=True)
sys.stdin.read()
"""


def wait_until(condition: Callable[[], Any], timeout: float = TIMEOUT) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_children_end_with_killed_owner(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OWNER_SCRIPT, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        owner.stdout.readline()
        log = tmp_path / "log" / "sleeper.log"
        wait_until(lambda: log.read_text() == "up\n")
        children = psutil.Process(owner.pid).children(recursive=True)
        assert len(children) == 2
        owner.kill()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def find_free_ports() -> int:
    """Return the first of three adjacent free ports."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
            except OSError:
                continue
            return port


@pytest.fixture
def clone() -> Iterator[Path]:
    """The project as after `git clone`: no data, no settings.

    It is not in pytest's folder, which the user that runs PostgreSQL for root cannot enter.
    """
    folder = Path(tempfile.mkdtemp(prefix="screener-demo-", dir="/tmp"))
    folder.chmod(0o755)
    ignored = shutil.ignore_patterns(".*", "var", "staticfiles", "node_modules", "__pycache__")
    shutil.copytree(ROOT, folder / "screener", ignore=ignored)
    yield folder / "screener"
    for process in processes_of(folder):  # left by a failed test
        process.kill()
    shutil.rmtree(folder)


def processes_of(folder: Path) -> list[Any]:
    """Return all processes that run in the folder or have it in their command line."""
    processes = []
    for process in psutil.process_iter():
        try:
            words = [process.cwd(), *process.cmdline()]
        except psutil.Error:
            continue
        if any(str(folder) in word for word in words):
            processes.append(process)
    return processes


class DemoRun:
    """`make run` without make, which need not be installed where the tests run."""

    def __init__(self, folder: Path, port: int) -> None:
        environment = {"PATH": os.defpath, "HOME": str(folder), "PORT": str(port)}
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "devtools.demo"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_output(self) -> str:
        """Return the output up to the addresses."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith(LAST_LINE):
                return "".join(lines)
        raise AssertionError("".join(lines))

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=TIMEOUT)
        assert self.process.returncode == 0
        wait_until(lambda: not processes_of(self.folder), 10)


def fetch_results(port: int, output: str) -> list[str]:
    """Return the result statuses of all interviews, by the API key in the output."""
    key = re.search(r"X-API-Key: (\S+)\)", output)
    assert key
    url = f"http://127.0.0.1:{port}/api/v1/interviews/"
    response = requests.get(url, headers={"X-API-Key": key[1]}, timeout=10)
    return [interview["result_status"] for interview in response.json()["results"]]


@pytest.mark.slow
def test_second_start_keeps_result(clone: Path) -> None:
    port = find_free_ports()
    run = DemoRun(clone, port)
    first = run.read_output()
    assert "4 of 4 questions done" in first
    assert "-- Decision card" in first
    assert f"Judged by: {SIMULATED_LABEL}" in first
    assert "HIRE" in first
    assert "100%" in first
    for address in (f"{port}/admin/login/", f"{port}/api/schema/", f"{port + 1}/"):
        assert requests.get(f"http://127.0.0.1:{address}", timeout=10).status_code == 200
    assert fetch_results(port, first) == ["ready"]
    run.interrupt()

    run = DemoRun(clone, port)
    second = run.read_output()
    assert "-- Decision card" in second
    assert "Calling" not in second
    assert second.partition("Admin")[2] == first.partition("Admin")[2]
    run.interrupt()


def test_start_error_is_one_line() -> None:
    environment = {"PATH": os.defpath, "PORT": "many"}
    command = [sys.executable, "-m", "devtools.demo"]
    process = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 1
    (line,) = process.stderr.splitlines()
    assert line.startswith("make run: PORT=many ")
    assert str(MAX_PORT) in line
