"""Access log of the web process, into which a request cannot write lines."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from gunicorn.glogging import Logger

from screener.web.secret_paths import mask_tokens

_CHUNK = re.compile(r"/i/[^/]+/room/(?:takes|clips)/[^/]+/chunks/[0-9]+/")


class AccessLogger(Logger):  # type: ignore[misc]  # untyped library
    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Log a request. A chunk of the room that was stored leaves no line: each room sends one per second."""
        is_stored_chunk = resp.status.startswith("200") and _CHUNK.fullmatch(environ.get("PATH_INFO") or "")
        if not is_stored_chunk:
            super().access(resp, req, environ, request_time)

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        """Return gunicorn's atoms with the path percent-encoded, because gunicorn decodes line breaks in it."""
        path = quote(environ.get("PATH_INFO") or "", safe="/:@", errors="replace")
        return {**super().atoms(resp, req, environ, request_time), "U": mask_tokens(path)}
