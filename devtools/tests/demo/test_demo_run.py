"""`make run` in real processes: nothing of it is left behind, and the second start keeps what the first one made."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120.0
OWNER = """
import sys
from pathlib import Path
from devtools.demo.processes import Processes
processes = Processes(Path.cwd(), Path(sys.argv[1]))
processes.start("sleeper", "-c", "import time; print('up', flush=True); time.sleep(600)")
print("started", flush=True)
sys.stdin.read()
"""


def until(condition: Any, seconds: float = PATIENCE) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found


def test_children_end_when_their_owner_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        owner.stdout.readline()
        log = tmp_path / "log" / "sleeper.log"
        until(lambda: log.read_text() == "up\n")
        children = psutil.Process(owner.pid).children(recursive=True)
        assert len(children) == 2
        owner.kill()
    psutil.wait_procs(children, timeout=10)
    assert not [one for one in children if one.is_running()]


def two_free_ports() -> int:
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@pytest.fixture
def clone() -> Iterator[Path]:
    """The project as somebody gets it who has just cloned it: no data, no settings. Not in pytest's folder, which
    another user cannot enter, as who the database runs for root."""
    folder = Path(tempfile.mkdtemp(prefix="screener-demo-", dir="/tmp"))
    folder.chmod(0o755)
    left = shutil.ignore_patterns(".*", "var", "staticfiles", "node_modules", "__pycache__")
    shutil.copytree(ROOT, folder / "screener", ignore=left)
    yield folder / "screener"
    for left_running in processes_of(folder):  # by a test that failed
        left_running.kill()
    shutil.rmtree(folder)


def processes_of(folder: Path) -> list[Any]:
    """Everything that runs in this folder or was told about it."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [process.cwd(), *process.cmdline()]
        except psutil.Error:
            continue
        if any(str(folder) in word for word in words):
            found.append(process)
    return found


class Run:
    """`make run` without make, which the machine that runs the tests need not have."""

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

    def until_it_serves(self) -> str:
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("  Logs "):
                return "".join(lines)
        raise AssertionError("".join(lines))

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0
        until(lambda: not processes_of(self.folder), 10)


@pytest.mark.slow
def test_the_first_start_ends_in_a_decision_card_and_the_second_keeps_it(clone: Path) -> None:
    port = two_free_ports()
    run = Run(clone, port)
    first = run.until_it_serves()
    assert "4 of 4 questions done, 4 assessed" in first
    assert "-- Decision card" in first
    assert "Judged by: offline rules, no language model" in first
    assert "Coverage: 100%" in first
    assert requests.get(f"http://127.0.0.1:{port}/admin/login/", timeout=10).status_code == 200
    assert requests.get(f"http://127.0.0.1:{port}/api/schema/", timeout=10).status_code == 200
    assert requests.get(f"http://127.0.0.1:{port + 1}/", timeout=10).status_code == 200
    key = re.search(r"X-API-Key: (\S+)\)", first)
    assert key
    found = requests.get(f"http://127.0.0.1:{port}/api/v1/interviews/", headers={"X-API-Key": key[1]}, timeout=10)
    assert [one["result_status"] for one in found.json()["results"]] == ["ready"]
    run.interrupt()

    again = Run(clone, port)
    second = again.until_it_serves()
    assert "-- Decision card" in second
    assert "Calling" not in second
    assert second.partition("Admin")[2] == first.partition("Admin")[2]
    again.interrupt()


def test_what_forbids_a_start_is_one_line() -> None:
    environment = {"PATH": os.defpath, "PORT": "many"}
    command = [sys.executable, "-m", "devtools.demo"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "make run: PORT=many is not a port. Give a number from 1 to 65534: make run PORT=8000\n"
