"""Where prometheus_client keeps the values of a process: in files, so that one process can report on all of a machine.

`bin/measured` gives each kind of process a folder. Without a folder, values stay in the memory of the process.
"""

import fcntl
import os
from itertools import count
from pathlib import Path
from typing import IO

from prometheus_client import values

FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
_place: tuple[int, str, IO[str]] | None = None


def process_place() -> str:
    """The place of this process in the folder: the first number that no living process holds.

    A process that takes the place of one that ended goes on with its files. Files by process id would grow in number
    with each restart, and their sums would fall whenever old ones are removed.
    """
    global _place
    if _place is None or _place[0] != os.getpid():  # a fork has the place of its parent
        _place = (os.getpid(), *_take_place(Path(FOLDER)))
    return _place[1]


def _take_place(folder: Path) -> tuple[str, IO[str]]:
    """The lock lasts as long as the process, because the file stays open."""
    for number in count():
        lock = (folder / f"{number}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
        else:
            return str(number), lock
    raise AssertionError("unreachable")


def choose_value_class() -> None:
    """Call this before the first instrument is made."""
    if FOLDER:
        values.ValueClass = values.MultiProcessValue(process_place)  # type: ignore[no-untyped-call]
