"""What has been promised is written down as soon as there is a database to write it to."""

import logging
from collections.abc import Callable
from threading import Thread
from time import sleep

from django.db import InterfaceError, OperationalError, connection
from procrastinate.exceptions import ConnectorException

log = logging.getLogger(__name__)

NO_DATABASE = (OperationalError, InterfaceError, ConnectorException)
"""What is raised where the database does not answer."""

MOMENT = 0.3
"""Seconds in which a database that is there has usually taken a note."""

TRIES = 200
LONGEST_PAUSE = 5.0
"""Seconds; so the tries go on for a quarter of an hour."""


def insist(act: Callable[[], object], *, what: str) -> None:
    """Do this now, and again until the database takes it, for a quarter of an hour. Waits for it a moment at most.

    It is forgotten when this process ends first.
    """
    thread = Thread(target=_try_until_done, args=(act, what), name=f"insist: {what}", daemon=True)
    thread.start()
    thread.join(MOMENT)


def _try_until_done(act: Callable[[], object], what: str) -> None:
    for tries in range(TRIES):
        try:
            act()
        except NO_DATABASE as error:
            log.warning("%s: no database (%s)", what, type(error).__name__)
        except Exception:
            log.exception("%s: given up", what)
            return
        else:
            return
        finally:
            connection.close()  # one that is kept while waiting is one that nobody else can use
        sleep(min(2.0**tries / 4, LONGEST_PAUSE))
    log.error("%s: given up, as there was no database for so long", what)
