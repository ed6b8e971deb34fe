"""manage.py with shorter patience: what recovers after minutes recovers after seconds, in the same order.

Each wait keeps its place between the others, so that what is safe by a deadline stays safe (DESIGN section 7).
"""

import os
import sys
from datetime import timedelta
from importlib import import_module
from typing import Any

import django
from django.core.management import execute_from_command_line

LEASE_SECONDS = 10
HURRIED: dict[str, Any] = {
    "screener.leases.LEASE_SECONDS": LEASE_SECONDS,
    "screener.leases.RENEW_EVERY": 2.0,
    "interviews.answers.EXPECT_FOR": timedelta(seconds=20),
    "interviews.answers.FORGET_AFTER": timedelta(seconds=5),
    "interviews.calling.BUSY_AGAIN_IN": timedelta(seconds=3),
    "interviews.dialling.BUSY_AGAIN_IN": timedelta(seconds=3),
    "interviews.lines.CALL_LASTS": timedelta(seconds=10),
    "interviews.dialling.QUIET": timedelta(seconds=10),
    "interviews.dialling.SEND_WITHIN": timedelta(seconds=5),
    "interviews.dialling.CERTAIN_AFTER": timedelta(seconds=15),
    "screener.models.QUIET": timedelta(seconds=6),
}


def hurry() -> None:
    for place, value in HURRIED.items():
        module, _, name = place.rpartition(".")
        setattr(import_module(module), name, value)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
    django.setup()
    hurry()
    execute_from_command_line(sys.argv)
