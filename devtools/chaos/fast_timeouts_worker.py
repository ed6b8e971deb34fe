"""manage.py with short timeouts, so that recovery takes seconds instead of minutes.

The timeouts keep their order, so that deadlines that guard against double work still do. A process that finds the crash
file kills itself instead of its next commit.
"""

import os
import sys
from datetime import timedelta
from importlib import import_module
from typing import Any

import django
from django.core.management import execute_from_command_line

from devtools.chaos.crash_file import crash_before_commit

LEASE_SECONDS = 10
SHORT_TIMEOUTS: dict[str, Any] = {
    "screener.background.leases.LEASE_SECONDS": LEASE_SECONDS,
    "screener.background.leases.RENEW_EVERY": 2.0,
    "interviews.answers.audio.PRESUMED_AVAILABLE_AFTER": timedelta(seconds=20),
    "interviews.answers.audio.DELETE_AFTER": timedelta(seconds=5),
    "interviews.calling.rules.BUSY_AGAIN_IN": timedelta(seconds=3),
    "interviews.calling.dialer.BUSY_AGAIN_IN": timedelta(seconds=3),
    "interviews.calling.capacity.TYPICAL_CALL": timedelta(seconds=10),
    "interviews.calling.reconcile.QUIET_FOR": timedelta(seconds=10),
    "interviews.calling.reconcile.UNSENT_AGAIN_IN": timedelta(seconds=5),
    "interviews.calling.dialer.SEND_WITHIN": timedelta(seconds=5),
    "interviews.calling.reconcile.CERTAIN_AFTER": timedelta(seconds=15),
    "screener.models.base.ABANDONED_AFTER": timedelta(seconds=6),
}


def apply_short_timeouts() -> None:
    for path, value in SHORT_TIMEOUTS.items():
        module, _, name = path.rpartition(".")
        setattr(import_module(module), name, value)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
    django.setup()
    apply_short_timeouts()
    crash_before_commit()
    execute_from_command_line(sys.argv)
