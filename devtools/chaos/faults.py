"""The faults of a chaos round. Each lets the deployment recover by itself, and returns the number of crashes.

A crash may have cut off work, which is then done and paid once more.
"""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import psutil

from devtools.chaos.crash_file import CRASH_FILE_VARIABLE
from devtools.chaos.fast_timeouts_worker import LEASE_SECONDS
from devtools.harness.deployment import Deployment, WaitTimedOut, procfile_command, wait_until

WORKERS = ("worker-1", "worker-2")
TRANSIENT_MODEL_FAULTS = ("429", "500", "hang", "slow", "truncated", "dies")
FaultInjection = Callable[[Deployment, Random], int]


def start_worker(deployment: Deployment, name: str) -> None:
    env = {CRASH_FILE_VARIABLE: str(_crash_file(deployment, "worker"))}
    deployment.start_process(name, "python devtools/chaos/fast_timeouts_worker.py worker", **env)


def start_web(deployment: Deployment) -> None:
    """Start the web process, and return once it responds."""
    command = procfile_command("web").replace("screener.wsgi", "devtools.chaos.crashing_wsgi")
    deployment.start_web(command, **{CRASH_FILE_VARIABLE: str(_crash_file(deployment, "web"))})


def _crash_file(deployment: Deployment, kind: str) -> Path:
    return deployment.folder / f"crash-file-{kind}"


# --- Processes ---


def kill_worker(deployment: Deployment, random: Random) -> int:
    """Kill a random process of a random worker."""
    return _kill(_pick_random(_child_processes(deployment, random.choice(WORKERS)), random))


def kill_after_dialling(deployment: Deployment, random: Random) -> int:
    """Kill all processes that place calls as soon as the network has accepted one, before its SID is saved."""
    calls_before = len(deployment.network.calls)
    deadline = time.monotonic() + 5
    while len(deployment.network.calls) == calls_before and time.monotonic() < deadline:
        time.sleep(0.001)
    return _kill(_queue_processes(deployment, "calls"))


def kill_before_commit(deployment: Deployment, random: Random) -> int:
    """Kill the next worker process that commits, after its work but before the commit. Three times."""
    return _kill_before_commit(_crash_file(deployment, "worker"), random)


def kill_web_before_commit(deployment: Deployment, random: Random) -> int:
    """Kill the next web process that commits: a webhook, an answer or a take is cut off. Three times."""
    return _kill_before_commit(_crash_file(deployment, "web"), random)


def _kill_before_commit(crash_file: Path, random: Random) -> int:
    crashes = 0
    for _ in range(3):
        crash_file.touch()
        with suppress(WaitTimedOut):
            wait_until(lambda: not crash_file.exists(), 5, "a crash before commit")
            crashes += 1
        crash_file.unlink(missing_ok=True)
        time.sleep(random.uniform(0, 1))
    return crashes


def kill_supervisor(deployment: Deployment, random: Random) -> int:
    """Kill the supervisor of a worker, and start the worker again once its processes have ended."""
    name = random.choice(WORKERS)
    crashes = _kill([deployment.find_process(name)])
    wait_until(lambda: not _is_running(deployment, name), 10, "the end of the process guard")
    deployment.stop_process(name)
    start_worker(deployment, name)
    return crashes


def stop_past_lease(deployment: Deployment, random: Random) -> int:
    """Suspend the processes of a worker until their leases have expired."""
    children = _child_processes(deployment, random.choice(WORKERS))
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.suspend()
    time.sleep(LEASE_SECONDS + random.uniform(1, 4))
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.resume()
    return 1


def kill_web(deployment: Deployment, random: Random) -> int:
    return _kill(_pick_random(_child_processes(deployment, "web"), random))


def _queue_processes(deployment: Deployment, queue: str) -> list[psutil.Process]:
    processes = []
    for child in [child for name in WORKERS for child in _child_processes(deployment, name)]:
        with suppress(psutil.NoSuchProcess):
            if child.name() == f"worker {queue}":
                processes.append(child)
    return processes


def _child_processes(deployment: Deployment, name: str) -> list[psutil.Process]:
    """Return the children of a process; an empty list while it is starting."""
    with suppress(psutil.NoSuchProcess, IndexError):
        children: list[psutil.Process] = deployment.find_process(name).children()
        return children
    return []


def _pick_random(processes: list[psutil.Process], random: Random) -> list[psutil.Process]:
    return random.sample(processes, min(1, len(processes)))


def _kill(processes: list[psutil.Process]) -> int:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return min(1, len(processes))


def _is_running(deployment: Deployment, name: str) -> bool:
    try:
        return bool(deployment.find_process(name))
    except (psutil.NoSuchProcess, IndexError):
        return False


# --- The database ---


def stop_database(deployment: Deployment, random: Random) -> int:
    """Stop the server without a checkpoint, and let it start again after a while."""
    with database_stopped(deployment):
        time.sleep(random.uniform(0.1, 4))
    return 1


def stop_database_twice(deployment: Deployment, random: Random) -> int:
    crashes = stop_database(deployment, random)
    time.sleep(random.uniform(0, 2))
    return crashes + stop_database(deployment, random)


def stop_database_in_recovery(deployment: Deployment, random: Random) -> int:
    """Stop the server, and kill it again shortly after its start, while it may still be recovering."""
    with database_stopped(deployment):
        time.sleep(random.uniform(0.1, 1))
    wait_until(lambda: _find_postmaster(deployment), 20, "the new database server")
    time.sleep(random.uniform(0, 0.1))
    postmaster = _find_postmaster(deployment)
    return 1 + _kill([postmaster] if postmaster else [])


@contextmanager
def database_stopped(deployment: Deployment) -> Iterator[None]:
    postmaster = _find_postmaster(deployment)
    if postmaster is None:
        yield
        return
    supervisor = postmaster.parent()
    assert supervisor
    supervisor.suspend()  # it would restart the server at once
    try:
        postmaster.send_signal(signal.SIGQUIT)
        wait_until(lambda: postmaster.status() == psutil.STATUS_ZOMBIE, 20, "the end of the database server")
        yield
    finally:
        supervisor.resume()


def _find_postmaster(deployment: Deployment) -> psutil.Process | None:
    pid_file = deployment.socket_dir.parent / "data" / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return psutil.Process(int(pid_file.read_text().splitlines()[0]))
    return None


# --- Remote systems ---


def make_carrier_fault(fault: str, value: float) -> FaultInjection:
    def inject(deployment: Deployment, random: Random) -> int:
        deployment.inject_network_faults({fault: value})
        time.sleep(random.uniform(2, 5))
        return 0

    inject.__name__ = fault
    return inject


def make_model_fault(fault: str, requests: int) -> FaultInjection:
    def inject(deployment: Deployment, random: Random) -> int:
        deployment.model.faults.add(fault, requests)
        time.sleep(random.uniform(1, 3))
        return 0

    inject.__name__ = f"model-{fault}"
    return inject


CRASH_FAULTS: tuple[FaultInjection, ...] = (
    kill_worker,
    kill_after_dialling,
    kill_before_commit,
    kill_supervisor,
    kill_web,
    kill_web_before_commit,
    stop_past_lease,
    stop_database,
    stop_database_twice,
    stop_database_in_recovery,
)
REMOTE_FAULTS: tuple[FaultInjection, ...] = (
    make_carrier_fault("rest-429", 5),
    make_carrier_fault("rest-500", 3),
    make_carrier_fault("rest-hang", 3),
    make_carrier_fault("rest-dies", 3),
    make_carrier_fault("rest-truncated", 3),
    make_carrier_fault("media-404", 2),
    make_carrier_fault("media-truncated", 3),
    *(make_model_fault(fault, 6) for fault in TRANSIENT_MODEL_FAULTS),
)
DELIVERY_MODES: Mapping[str, dict[str, float | bool]] = {
    "plain": {},
    "twice": {"twice": True},
    "reordered": {"out-of-order": True},
    "late": {"late": 2.0},
    "all": {"twice": True, "out-of-order": True, "late": 0.7},
}
