"""What the web process logs of a request."""

import re
import shlex
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config

from screener.web.access_log import AccessLogger

PROCFILE = Path(__file__).resolve().parents[3] / "Procfile"


def web() -> list[str]:
    found = re.search(r"^web: (.*)$", PROCFILE.read_text(), re.M)
    assert found
    return shlex.split(found[1])


def line_about(path: str, query: str = "") -> str:
    """What the Procfile's format makes of a request for this path, as gunicorn or Django has decoded it."""
    command = web()
    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "RAW_URI": f"/?{query}", "SERVER_PROTOCOL": "HTTP/1.1"}
    environ |= {"PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": "192.0.2.1"}
    logger = AccessLogger(Config())
    answer, request = SimpleNamespace(status="200 OK", headers=[], sent=9), SimpleNamespace(headers=[])
    atoms = logger.atoms_wrapper_class(logger.atoms(answer, request, environ, timedelta(milliseconds=4)))
    return str(command[command.index("--access-logformat") + 1] % atoms)


def test_the_web_process_logs_by_it() -> None:
    command = web()
    assert command[command.index("--logger-class") + 1] == "screener.web.access_log.AccessLogger"


def test_a_request_is_one_line() -> None:
    assert line_about("/admin/") == '192.0.2.1 "GET /admin/" 200 9 4ms'


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\x00", "\x85", "\x7f", '"', " ", "ã", "\U000dee96", "\ud800"])
def test_what_is_asked_for_writes_no_line_of_its_own(sign: str) -> None:
    line = line_about(f"/x{sign}2026-11-29 INFO root: all is well")
    assert line.isascii()
    assert line.isprintable()
    assert line.count('"') == 2


def test_what_is_searched_for_is_not_logged() -> None:
    assert "4155550100" not in line_about("/api/v1/candidates/", "phone=%2B14155550100")
