"""The worker as a process of its own: started, killed, started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.db import connection

from devtools.phone_simulator.server import RunningSimulator, running_simulator
from interviews.models import Attempt, Interview, InterviewResponse, Recording
from screener.background import worker as worker_module
from screener.background.worker import shares
from tests.support.factories import make_interview

ROOT = Path(__file__).resolve().parents[3]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def environment() -> dict[str, str]:
    """The environment of a process that works on this test's database, phone network and files."""
    database: dict[str, Any] = connection.get_connection_params()
    own = {
        "DATABASE_URL": f"postgres://{database['user']}@{database['host'].replace('/', '%2F')}/{database['dbname']}",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "ENCRYPTION_KEY": django_settings.ENCRYPTION_KEY,
        "DEBUG": "1",
        "WHITELISTED_NUMBERS": "*",
        "ALLOWED_COUNTRIES": "US",
        "CALLING_HOURS": "00:00-24:00",
        "PRIVATE_FILES_DIR": storages["private"].path(""),
        "SPEECH_API_KEY": "",  # the carrier transcribes
    }
    carrier = ("WEBHOOK_BASE_URL", "TWILIO_API_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER")
    model = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL")
    return os.environ | own | {name: getattr(django_settings, name) for name in carrier + model}


@contextmanager
def worker(**settings: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "manage.py", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment() | settings, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_processes_share_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system checks of the command query the database before the processes are forked."""
    connections: list[Any] = []

    def stop_at_start(*work: Any) -> None:
        connections.append(connection.connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(worker_module, "_start", stop_at_start)
    monkeypatch.setattr(worker_module, "ENDS", ())
    connection.ensure_connection()
    with pytest.raises(KeyboardInterrupt):
        worker_module.supervise()
    assert connections == [None]


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return "{}:{}".format(*server.getsockname())


def eventually(true: Callable[[], Any], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.1)


@pytest.fixture
def network(live_server: Any, settings: Any) -> Iterator[RunningSimulator]:
    settings.WEBHOOK_BASE_URL = live_server.url
    with running_simulator(
        account_sid=settings.TWILIO_ACCOUNT_SID, auth_token=settings.TWILIO_AUTH_TOKEN, speed=60
    ) as simulator:
        settings.TWILIO_API_URL = simulator.url
        yield simulator


def test_interview_survives_death_of_its_workers(network: RunningSimulator, tmp_path: Path) -> None:
    """The process that answers Prometheus dies, too, and answers again."""
    interview = make_interview(phone="+14155550100")
    folder, address = tmp_path / "worker", free_address()
    folder.mkdir()
    metrics = {"METRICS_DIR": str(tmp_path), "PROMETHEUS_MULTIPROC_DIR": str(folder), "WORKER_METRICS_ADDRESS": address}
    with worker(**metrics) as process:
        eventually(lambda: Recording.objects.exists())
        for child in psutil.Process(process.pid).children():
            child.send_signal(signal.SIGKILL)
        eventually(lambda: Interview.objects.get().result_status == Interview.ResultStatus.READY, seconds=100)
        page = requests.get(f"http://{address}/metrics", timeout=10).text
    assert 'screener_step_seconds_count{ending="done",step="interviews.scoring.assessment.score_response"}' in page
    assert Attempt.objects.count() == 1
    assert {response.status for response in interview.responses.all()} == {InterviewResponse.Status.ASSESSED}
    assert all(response.assessments.filter(is_current=True).count() == 1 for response in interview.responses.all())


def test_workers_go_when_their_supervisor_is_killed(network: RunningSimulator) -> None:
    processes = sum(len(shares(concurrency)) for concurrency in django_settings.WORKER_QUEUES.values())
    with worker() as process:
        supervisor = psutil.Process(process.pid)
        eventually(lambda: len(supervisor.children()) == processes)
        children = supervisor.children()
        process.kill()
        eventually(lambda: all(has_ended(child) for child in children))


BROKEN = """
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
django.setup()
from screener.background import worker
begun, start = [], worker._start
def breaks(queue, at_once):
    if len(begun) == 2:
        raise RuntimeError("mistake of ours")
    begun.append(start(queue, at_once))
    return begun[-1]
worker._start = breaks
worker.supervise()
"""


def test_workers_end_with_broken_supervisor() -> None:
    command = [sys.executable, "-c", BROKEN]
    ended = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "mistake of ours" in ended.stderr


def test_worker_runs_without_nice_permission(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def forbidden(*args: object) -> None:
        raise PermissionError("not here")

    for name in ("sched_setscheduler", "setpriority"):
        monkeypatch.setattr(os, name, forbidden)
    worker_module._give_way(os.getpid())
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def has_ended(process: psutil.Process) -> bool:
    """Also while the process that inherited it has not waited for it yet."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_busy_queue_is_shared_between_processes() -> None:
    assert [shares(at_once) for at_once in (1, 8, 9, 16, 20)] == [[1], [8], [5, 4], [8, 8], [7, 7, 6]]
