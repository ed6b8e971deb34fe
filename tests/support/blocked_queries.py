"""Waiting for a statement of another connection that waits for a lock."""

import time
from typing import Any

from django.db import connection

SECONDS = 20
BLOCKED = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
"""


def wait_until_blocked(future: Any) -> None:
    """Return when another connection waits for a lock. Raises the error of the future, if it ends before that."""
    deadline = time.monotonic() + SECONDS
    while not _count_blocked():
        if future.done():
            future.result()
            raise AssertionError("It ended without waiting for a lock.")
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _count_blocked() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the activity of its first look
        cursor.execute(BLOCKED)
        return int(cursor.fetchone()[0])
