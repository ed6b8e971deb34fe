"""Access log of the web process, into which a request cannot write lines."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from gunicorn.glogging import Logger

SHARED_PATH = re.compile(r"^(/+shared/+)[^/]+")


class AccessLogger(Logger):  # type: ignore[misc]  # untyped library
    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        """Return gunicorn's atoms with the path percent-encoded, because gunicorn decodes line breaks in it.

        The tokens of share links are left out: each opens a report.
        """
        path = quote(environ.get("PATH_INFO") or "", safe="/:@", errors="replace")
        return {**super().atoms(resp, req, environ, request_time), "U": SHARED_PATH.sub(r"\1...", path)}
