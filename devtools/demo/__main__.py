"""`python -m devtools.demo`: what `make run` runs. Whatever forbids it to go on is one line, and exit code 1."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from devtools.demo import environment, preflight
from devtools.demo.credentials import Logins

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"


@contextmanager
def plainly() -> Iterator[None]:
    """Ends the process: with 0 when it was told to stop, else with what went wrong in one line."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(0)
    except (preflight.Refused, ImproperlyConfigured, DatabaseError, OSError) as error:
        sys.exit(f"make run: {' '.join(str(error).split())}")


def prepare() -> tuple[Logins, list[str], bool]:
    """Check that it can start, and set the environment that the settings and all processes are read from."""
    environ.Env.read_env(ROOT / ".env")
    port = preflight.port_from(os.environ.get("PORT", "8000"))
    simulated = environment.is_simulated(os.environ)
    preflight.check_folder(VAR)
    preflight.take_folder(VAR, port)
    preflight.check_port(port, of="the web server")
    if simulated:
        preflight.check_port(port + 1, of="the simulated phone network")
    logins = Logins.kept_in(VAR)
    remarks = environment.kept_out(os.environ) if simulated else []
    os.environ.update(environment.told(os.environ, port, logins), DJANGO_SETTINGS_MODULE="screener.settings")
    return logins, remarks, simulated


def read_settings() -> None:
    try:
        django.setup()
    except ValueError as error:
        raise preflight.Refused(f"A setting has a wrong value: {error}. What they may be is in .env.example.") from None


if __name__ == "__main__":
    with plainly():
        logins, remarks, simulated = prepare()
        read_settings()

        from devtools.demo.run import run  # needs the settings

        run(logins, remarks, simulated=simulated)
