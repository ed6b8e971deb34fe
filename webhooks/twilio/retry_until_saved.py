"""Saves data in the background, with retries while the database is unavailable."""

import logging
from collections.abc import Callable
from threading import Thread
from time import sleep

from django.db import InterfaceError, OperationalError, connection
from procrastinate.exceptions import ConnectorException

log = logging.getLogger(__name__)

DATABASE_UNAVAILABLE = (OperationalError, InterfaceError, ConnectorException)
"""The exceptions that Django and procrastinate raise while the database is unavailable."""

FIRST_TRY_SECONDS = 0.3
"""How long the caller waits for the first try. It is long enough for a database that is available."""

MAX_TRIES = 200
MAX_PAUSE_SECONDS = 5.0
"""With this pause, the tries last about a quarter of an hour."""

THREAD_PREFIX = "save: "


def save_in_background(save: Callable[[], object], *, description: str) -> None:
    """Call `save` in a thread, and again until the database accepts it, for about a quarter of an hour.

    Returns after FIRST_TRY_SECONDS at the latest. The data is lost if the process ends before a try succeeds.
    """
    thread_name = f"{THREAD_PREFIX}{description}"
    thread = Thread(target=_retry_save, args=(save, description), name=thread_name, daemon=True)
    thread.start()
    thread.join(FIRST_TRY_SECONDS)


def _retry_save(save: Callable[[], object], description: str) -> None:
    for try_number in range(MAX_TRIES):
        try:
            save()
        except DATABASE_UNAVAILABLE as error:
            log.warning("%s: database unavailable (%s)", description, type(error).__name__)
        except Exception:
            log.exception("%s: given up", description)
            return
        else:
            return
        finally:
            connection.close()  # do not occupy a connection during the pause
        sleep(min(2.0**try_number / 4, MAX_PAUSE_SECONDS))
    log.error("%s: given up after %d tries without a database", description, MAX_TRIES)
