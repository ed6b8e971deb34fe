"""A process that finds its crash file kills itself instead of its next commit."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

CRASH_FILE_VARIABLE = "CRASH_FILE"


def crash_before_commit() -> None:
    """Patch commits: the first process that can remove the crash file kills itself instead of committing."""
    commit, crash_file = BaseDatabaseWrapper.commit, Path(os.environ[CRASH_FILE_VARIABLE])

    def crash_or_commit(self: BaseDatabaseWrapper) -> None:
        with suppress(FileNotFoundError):
            crash_file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self)

    BaseDatabaseWrapper.commit = crash_or_commit  # type: ignore[method-assign]
