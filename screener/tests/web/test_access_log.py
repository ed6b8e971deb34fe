"""The access log of the web process."""

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


def web_command() -> list[str]:
    match = re.search(r"^web: (.*)$", PROCFILE.read_text(), re.M)
    assert match
    return shlex.split(match[1])


def log_line(path: str, query: str = "") -> str:
    """Return the line that the Procfile's format makes of a request for this decoded path."""
    command = web_command()
    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "RAW_URI": f"/?{query}", "SERVER_PROTOCOL": "HTTP/1.1"}
    environ |= {"PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": "192.0.2.1"}
    logger = AccessLogger(Config())
    answer, request = SimpleNamespace(status="200 OK", headers=[], sent=9), SimpleNamespace(headers=[])
    atoms = logger.atoms_wrapper_class(logger.atoms(answer, request, environ, timedelta(milliseconds=4)))
    return str(command[command.index("--access-logformat") + 1] % atoms)


def test_procfile_uses_access_logger() -> None:
    command = web_command()
    assert command[command.index("--logger-class") + 1] == "screener.web.access_log.AccessLogger"


def test_request_is_one_line() -> None:
    assert log_line("/admin/") == '192.0.2.1 "GET /admin/" 200 9 4ms'


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\x00", "\x85", "\x7f", '"', " ", "ã", "\U000dee96", "\ud800"])
def test_path_cannot_forge_log_lines(sign: str) -> None:
    line = log_line(f"/x{sign}2026-11-29 INFO root: all is well")
    assert line.isascii()
    assert line.isprintable()
    assert line.count('"') == 2


def test_query_is_not_logged() -> None:
    assert "4155550100" not in log_line("/api/v1/candidates/", "phone=%2B14155550100")


@pytest.mark.parametrize(("status", "lines"), [("200 OK", 0), ("409 Conflict", 1)])
def test_stored_chunks_leave_no_line(status: str, lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[Any] = []
    monkeypatch.setattr("gunicorn.glogging.Logger.access", lambda *arguments: logged.append(arguments))
    path = "/i/a-token/room/takes/5a4b3c2d-1e0f-4d9c-8b7a-6f5e4d3c2b1a/chunks/7/"
    AccessLogger(Config()).access(SimpleNamespace(status=status), None, {"PATH_INFO": path}, timedelta(0))
    assert len(logged) == lines
