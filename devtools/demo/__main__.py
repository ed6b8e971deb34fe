"""`python -m devtools.demo`: the command behind `make run`. Errors are printed in one line, with exit code 1."""

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
from devtools.demo.credentials import Credentials
from devtools.demo.errors import DemoError, ErrorCode

ROOT = Path(__file__).resolve().parents[2]
VAR_DIR = ROOT / "var"
DEFAULT_PORT = "8000"


@contextmanager
def exit_with_message() -> Iterator[None]:
    """End the process with exit code 0 after a signal, and with the error in one line otherwise."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(0)
    except (DemoError, ImproperlyConfigured, DatabaseError, OSError) as error:
        sys.exit(f"make run: {' '.join(str(error).split())}")


def prepare_environment() -> tuple[Credentials, list[str], bool]:
    """Check that the demo can start, and set the environment for the settings and all processes.

    Returns the credentials, remarks about ignored settings, and whether the phone network is simulated.
    """
    environ.Env.read_env(ROOT / ".env")
    port = preflight.parse_port(os.environ.get("PORT", DEFAULT_PORT))
    simulated = environment.is_simulated(os.environ)
    preflight.check_folder(VAR_DIR)
    preflight.lock_folder(VAR_DIR, port)
    preflight.check_port(port, purpose="the web server")
    if simulated:
        preflight.check_port(port + 1, purpose="the simulated phone network")
    if environment.is_model_simulated(os.environ):
        preflight.check_port(port + 2, purpose="the simulated model")
    credentials = Credentials.load_or_create(VAR_DIR)
    remarks = environment.ignored_settings(os.environ) if simulated else []
    os.environ.update(environment.build_env(os.environ, port, credentials))
    os.environ["DJANGO_SETTINGS_MODULE"] = "screener.settings"
    return credentials, remarks, simulated


def load_settings() -> None:
    try:
        django.setup()
    except ValueError as error:
        message = f"A setting has an invalid value: {error}. See .env.example for valid values."
        raise DemoError(ErrorCode.INVALID_SETTING, message) from None


if __name__ == "__main__":
    with exit_with_message():
        credentials, remarks, simulated = prepare_environment()
        load_settings()

        from devtools.demo.run import run_demo  # needs the settings

        run_demo(credentials, remarks, simulated=simulated)
