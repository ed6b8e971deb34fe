"""What is done to a house. Each strike lets it recover by itself, and says how often work may have been cut off."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import psutil

from devtools.chaos.fast_timeouts_worker import DEATH_NOTE, LEASE_SECONDS
from devtools.harness import fake_openai
from devtools.harness.deployment import House, NotInTime, eventually

WORKERS = ("worker-1", "worker-2")
Strike = Callable[[House, Random], int]


def start_worker(house: House, name: str) -> None:
    house.start(name, "python devtools/chaos/fast_timeouts_worker.py worker", **{DEATH_NOTE: str(_death_note(house))})


def _death_note(house: House) -> Path:
    return house.folder / "death-note"


# --- Workers ---


def kill_worker(house: House, random: Random) -> int:
    """One process of one machine, whatever it is doing."""
    return _kill(_one_of(_children(house, random.choice(WORKERS)), random))


def kill_after_dialling(house: House, random: Random) -> int:
    """Every process that dials, at the moment when the network has taken a call and before that is written down."""
    before = len(house.network.calls)
    deadline = time.monotonic() + 5
    while len(house.network.calls) == before and time.monotonic() < deadline:
        time.sleep(0.001)
    return _kill(_working_on(house, "calls"))


def kill_before_commit(house: House, random: Random) -> int:
    """Whoever is next to commit anything, on any machine, when all that it was about has been done."""
    deaths, note = 0, _death_note(house)
    for _ in range(3):
        note.touch()
        with suppress(NotInTime):
            eventually(lambda: not note.exists(), 5, "somebody's death")
            deaths += 1
        note.unlink(missing_ok=True)
        time.sleep(random.uniform(0, 1))
    return deaths


def kill_supervisor(house: House, random: Random) -> int:
    """A whole machine; whatever started it starts it again."""
    name = random.choice(WORKERS)
    crashed = _kill([house.process(name)])
    eventually(lambda: not _runs(house, name), 10, "the end of the leash")
    house.stop(name)
    start_worker(house, name)
    return crashed


def stop_past_lease(house: House, random: Random) -> int:
    """The processes of one machine stand still, and go on when their leases are somebody else's."""
    children = _children(house, random.choice(WORKERS))
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.suspend()
    time.sleep(LEASE_SECONDS + random.uniform(1, 4))
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.resume()
    return 1


def kill_web(house: House, random: Random) -> int:
    return _kill(_one_of(_children(house, "web"), random))


def _working_on(house: House, queue: str) -> list[psutil.Process]:
    found = []
    for child in [child for name in WORKERS for child in _children(house, name)]:
        with suppress(psutil.NoSuchProcess):
            if child.name() == f"worker {queue}":
                found.append(child)
    return found


def _children(house: House, name: str) -> list[psutil.Process]:
    """None while it is starting."""
    with suppress(psutil.NoSuchProcess, IndexError):
        found: list[psutil.Process] = house.process(name).children()
        return found
    return []


def _one_of(processes: list[psutil.Process], random: Random) -> list[psutil.Process]:
    return random.sample(processes, min(1, len(processes)))


def _kill(processes: list[psutil.Process]) -> int:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    return min(1, len(processes))


def _runs(house: House, name: str) -> bool:
    try:
        return bool(house.process(name))
    except (psutil.NoSuchProcess, IndexError):
        return False


# --- The database ---


def stop_database(house: House, random: Random) -> int:
    """Stopped without a checkpoint, gone for a while, started again."""
    with database_gone(house):
        time.sleep(random.uniform(0.1, 4))
    return 1


def stop_database_twice(house: House, random: Random) -> int:
    crashed = stop_database(house, random)
    time.sleep(random.uniform(0, 2))
    return crashed + stop_database(house, random)


def stop_database_in_recovery(house: House, random: Random) -> int:
    """Killed once more as soon as it is back, which may be before it has recovered."""
    with database_gone(house):
        time.sleep(random.uniform(0.1, 1))
    eventually(lambda: _postmaster(house), 20, "the server's new process")
    time.sleep(random.uniform(0, 0.1))
    return 1 + _kill([postmaster] if (postmaster := _postmaster(house)) else [])


@contextmanager
def database_gone(house: House) -> Iterator[None]:
    postmaster = _postmaster(house)
    if postmaster is None:
        yield
        return
    keeper = postmaster.parent()
    assert keeper
    keeper.suspend()  # it would start the server again at once
    try:
        postmaster.send_signal(signal.SIGQUIT)
        eventually(lambda: postmaster.status() == psutil.STATUS_ZOMBIE, 20, "the end of the server")
        yield
    finally:
        keeper.resume()


def _postmaster(house: House) -> psutil.Process | None:
    pid_file = Path(house.socket_folder).parent / "data" / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return psutil.Process(int(pid_file.read_text().splitlines()[0]))
    return None


# --- The vendors ---


def carrier(fault: str, value: float) -> Strike:
    def strike(house: House, random: Random) -> int:
        house.disturb({fault: value})
        time.sleep(random.uniform(2, 5))
        return 0

    strike.__name__ = fault
    return strike


def judge(fault: str, requests: int) -> Strike:
    def strike(house: House, random: Random) -> int:
        house.model.faults.extend([fault] * requests)
        time.sleep(random.uniform(1, 3))
        return 0

    strike.__name__ = f"model-{fault}"
    return strike


CRASHES: tuple[Strike, ...] = (
    kill_worker,
    kill_after_dialling,
    kill_before_commit,
    kill_supervisor,
    kill_web,
    stop_past_lease,
    stop_database,
    stop_database_twice,
    stop_database_in_recovery,
)
VENDORS: tuple[Strike, ...] = (
    carrier("rest-429", 5),
    carrier("rest-500", 3),
    carrier("rest-hang", 3),
    carrier("rest-dies", 3),
    carrier("rest-truncated", 3),
    carrier("media-404", 2),
    carrier("media-truncated", 3),
    *(judge(fault, 6) for fault in fake_openai.FAULTS),
)
DELIVERIES: Mapping[str, dict[str, float | bool]] = {
    "plain": {},
    "twice": {"twice": True},
    "reordered": {"out-of-order": True},
    "late": {"late": 2.0},
    "all": {"twice": True, "out-of-order": True, "late": 0.7},
}
