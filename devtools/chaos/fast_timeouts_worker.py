"""manage.py with shorter patience: what recovers after minutes recovers after seconds, in the same order.

Each wait keeps its place between the others, so that what is safe by a deadline stays safe (DESIGN section 7). And
whoever finds a death note dies in place of what it was about to commit.
"""

import os
import signal
import sys
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.core.management import execute_from_command_line
from django.db.backends.base.base import BaseDatabaseWrapper

DEATH_NOTE = "DEATH_NOTE"
LEASE_SECONDS = 10
HURRIED: dict[str, Any] = {
    "screener.background.leases.LEASE_SECONDS": LEASE_SECONDS,
    "screener.background.leases.RENEW_EVERY": 2.0,
    "interviews.answers.audio.PRESUMED_AVAILABLE_AFTER": timedelta(seconds=20),
    "interviews.answers.audio.DELETE_AFTER": timedelta(seconds=5),
    "interviews.calling.rules.BUSY_AGAIN_IN": timedelta(seconds=3),
    "interviews.calling.dialer.BUSY_AGAIN_IN": timedelta(seconds=3),
    "interviews.calling.capacity.CALL_LASTS": timedelta(seconds=10),
    "interviews.calling.dialer.QUIET": timedelta(seconds=10),
    "interviews.calling.dialer.SEND_WITHIN": timedelta(seconds=5),
    "interviews.calling.dialer.CERTAIN_AFTER": timedelta(seconds=15),
    "screener.models.base.QUIET": timedelta(seconds=6),
}


def hurry() -> None:
    for place, value in HURRIED.items():
        module, _, name = place.rpartition(".")
        setattr(import_module(module), name, value)


def die_where_told(note: Path) -> None:
    commit = BaseDatabaseWrapper.commit

    def dying(self: BaseDatabaseWrapper) -> None:
        with suppress(FileNotFoundError):
            note.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self)

    BaseDatabaseWrapper.commit = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
    django.setup()
    hurry()
    die_where_told(Path(os.environ[DEATH_NOTE]))
    execute_from_command_line(sys.argv)
