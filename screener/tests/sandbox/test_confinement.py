"""Attacks from inside the sandbox of the readers, by code that runs there as a hostile file's would."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from screener.sandbox import confinement
from screener.sandbox.checks import check_sandbox
from screener.sandbox.confinement import LANDLOCK, SECCOMP, available_mechanisms

ROOT = Path(__file__).resolve().parents[3]
ATTACKS = """
import ctypes, json, os, socket, subprocess, sys, threading
from screener.sandbox.confinement import confine

confine(memory_bytes=512 * 2**20, cpu_seconds=3)
secret, parent = sys.argv[1], os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
attacks = {
    "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "unix socket": lambda: socket.socket(socket.AF_UNIX),
    "fork": os.fork,
    "program": lambda: subprocess.run(["/bin/true"]),
    "replace program": lambda: os.execv("/bin/true", ["true"]),
    "password file": lambda: open("/etc/passwd").read(),
    "secret file": lambda: open(secret).read(),
    "environment of the parent": lambda: open(f"/proc/{parent}/environ").read(),
    "own environment": lambda: open("/proc/self/environ").read(),
    "write a file": lambda: open(secret + ".new", "w"),
    "overwrite a file": lambda: open(secret, "w"),
    "delete a file": lambda: os.unlink(secret),
    "list a folder": lambda: os.listdir("/"),
    "signal to the parent": lambda: os.kill(parent, 0),
    "trace the parent": lambda: 1 / (libc.ptrace(16, parent, None, None) + 1),
    "more memory": lambda: bytearray(600 * 2**20),
    "lift the limits": lambda: __import__("resource").setrlimit(7, (10**6, 10**6)),
}
succeeded = []
for name, attack in attacks.items():
    try:
        attack()
    except (OSError, MemoryError, ZeroDivisionError, ValueError):
        continue
    succeeded.append(name)
thread = threading.Thread(target=lambda: None)
thread.start()
thread.join()
b"x".decode("cp1140")  # a module of Python that is imported late
print(json.dumps(succeeded))
"""
BUSY = """
from screener.sandbox.confinement import confine
confine(memory_bytes=512 * 2**20, cpu_seconds=1)
while True: pass
"""

needs_kernel = pytest.mark.skipif(
    available_mechanisms() != [LANDLOCK, SECCOMP], reason="this kernel has no Landlock or no seccomp"
)


def run_confined(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, timeout=60, check=False)


@needs_kernel
def test_every_attack_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the deployment")
    run = run_confined(ATTACKS, str(secret))
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == []
    assert secret.read_text() == "of the deployment"


def test_busy_file_is_killed() -> None:
    assert run_confined(BUSY).returncode < 0


def test_check_names_missing_mechanisms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "available_mechanisms", lambda: [SECCOMP])
    (message,) = check_sandbox(None)
    assert LANDLOCK in message.msg
    monkeypatch.setattr(confinement, "available_mechanisms", lambda: [LANDLOCK, SECCOMP])
    assert check_sandbox(None) == []
