"""The web process's line about each request, which whoever asks must not be able to write."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from gunicorn.glogging import Logger


class AccessLogger(Logger):  # type: ignore[misc]  # untyped library
    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        """The path with its line breaks and control characters still encoded; gunicorn's own is decoded."""
        path = quote(environ.get("PATH_INFO") or "", safe="/:@", errors="replace")
        return {**super().atoms(resp, req, environ, request_time), "U": path}
